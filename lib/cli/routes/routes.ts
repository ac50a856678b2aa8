import type { Command } from 'commander'
import { nearestRoute } from '../../catalog/suggest.js'
import type { Verb } from '../../index.js'
import { didYouMean } from '../../nearest.js'
import { assertOnePath, readEndpoint, toVerb, VERBS } from '../endpoint.js'
import { formatColumns } from '../layout.js'
import { note, print, printJson, style } from '../output.js'
import { type CataloguedEndpoint, catalogue, chainOf } from './catalogue.js'
import { search } from './search.js'

interface SearchFlags {
  readonly verb?: Verb
  readonly long?: boolean
  readonly json?: boolean
}

const HELP = `
Words are names of endpoints and products, or what people call them, in Chinese or English, with or without spaces;
paths, also with ids in them; URLs of endpoints and of pages of the documentation. What fits best comes first: a
merchant's endpoints before a partner's, APIv3 before APIv2, and what is deprecated last.

Examples:
  wxpay routes 查询订单
  wxpay routes profit sharing
  wxpay routes 会员卡 import
  wxpay routes complaint --verb get -l
  wxpay routes https://pay.weixin.qq.com/doc/v3/merchant/4012791860
  wxpay routes show v3/profitsharing/receivers/add`

export function defineCommand(command: Command): Command {
  command
    .command('show')
    .description('Show the fields of an endpoint, its chain to copy, and where it is documented.')
    .argument('<path>', 'its path or chain')
    .allowExcessArguments()
    .option('--json', 'as JSON')
    .action(async (path: string, flags: SearchFlags, { args }: Command) => {
      assertOnePath(args, (one) => `all methods of a path are shown: wxpay routes show ${one}`)
      await (await import('./show-endpoint.js')).showEndpoint(path, flags)
    })
  return command
    .description(`Search the ${catalogue().length.toLocaleString('en')} documented endpoints, offline.`)
    .argument('[words...]', 'what it is called, or its path: refund, 退款')
    .option('--verb <verb>', `only this one: ${VERBS.join(', ')}`, toVerb)
    .option('-l, --long', 'with the chain to copy and where it is documented')
    .option('--json', 'as JSON')
    .addHelpText('after', HELP)
    .action(find)
}

function find(words: readonly string[], { verb, long, json }: SearchFlags): void {
  const { endpoints, isComplete } = search(words, verb)
  if (endpoints.length === 0) throw new Error(nothingFound(words))
  if (json) printJson(endpoints.map(toJson))
  else if (long) print(endpoints.map(describe).join('\n\n'))
  else
    print(
      formatColumns(
        endpoints.map((endpoint) => [endpoint.verb.toUpperCase(), endpoint.path, nameOf(endpoint)]),
      ),
    )
  const missed = isComplete ? '' : `none has all of: ${words.join(' ')}; these have some of it: `
  note(`${missed}${endpoints.length} of ${catalogue().length}`)
}

function toJson(endpoint: CataloguedEndpoint): Readonly<Record<string, unknown>> {
  const { verb, path, name, products, docs, isClosed } = endpoint
  return { verb, path, name, products, docs, ...(isClosed && { deprecated: true }), chain: chainOf(endpoint) }
}

function describe(endpoint: CataloguedEndpoint): string {
  const { verb, path, docs } = endpoint
  const head = `${style('bold', `${verb.toUpperCase()} ${path}`)}  ${nameOf(endpoint)}`
  return [head, `  ${chainOf(endpoint)}`, ...docs.map((url) => `  ${url}`)].join('\n')
}

const nameOf = ({ name, isClosed }: CataloguedEndpoint): string => (isClosed ? `${name} (deprecated)` : name)

function nothingFound(words: readonly string[]): string {
  const [path = ''] = words
  const isPath = words.length === 1 && path.includes('/')
  const nearest = isPath ? nearestRoute(readEndpoint(path, undefined, false).path) : undefined
  return `no endpoint has any of: ${words.join(' ')}${didYouMean(nearest)}`
}
