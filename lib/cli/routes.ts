import { Command, InvalidArgumentError } from 'commander'
import { nearestRoute } from '../routes/lookup.js'
import type { Verb } from '../routes/traits.js'
import { type CataloguedEndpoint, catalogue, chainOf, searchCatalogue } from './catalogue.js'
import { VERBS } from './endpoint.js'
import { note, print, printJson, style, table } from './output.js'

interface SearchFlags {
  readonly verb?: Verb
  readonly long?: boolean
  readonly json?: boolean
}

const HELP = `
Examples:
  wxpay routes 会员卡 import          words in path or name, in Chinese or as in the path
  wxpay routes complaint --verb get -l
  wxpay routes show v3/profitsharing/receivers/add`

export function routesCommand(): Command {
  const show = new Command('show')
    .description('Show the fields of an endpoint, its chain to copy, and where it is documented.')
    .argument('<path>', 'its path or chain')
    .option('--json', 'as JSON')
    .action(async (path: string, flags: SearchFlags) => (await import('./route-fields.js')).show(path, flags))
  return new Command('routes')
    .description(`Search the ${catalogue().length.toLocaleString('en')} documented endpoints, offline.`)
    .argument('[words...]', 'all of them have to be found: refund, 退款')
    .option('--verb <verb>', `only this one: ${VERBS.join(', ')}`, toVerb)
    .option('-l, --long', 'with the chain to copy and where it is documented')
    .option('--json', 'as JSON')
    .addHelpText('after', HELP)
    .action(search)
    .addCommand(show)
}

function search(words: readonly string[], { verb, long, json }: SearchFlags): void {
  const found = searchCatalogue(words).filter((endpoint) => verb === undefined || endpoint.verb === verb)
  if (found.length === 0) throw new Error(nothing(words))
  if (json) printJson(found.map((endpoint) => ({ ...endpoint, chain: chainOf(endpoint) })))
  else if (long) print(found.map(describe).join('\n\n'))
  else print(table(found.map(({ verb: own, path, name }) => [own.toUpperCase(), path, name])))
  note(`${found.length} of ${catalogue().length}`)
}

function describe(endpoint: CataloguedEndpoint): string {
  const { verb, path, name, docs } = endpoint
  const head = `${style('bold', `${verb.toUpperCase()} ${path}`)}  ${name}`
  return [head, `  ${chainOf(endpoint)}`, ...docs.map((url) => `  ${url}`)].join('\n')
}

function nothing(words: readonly string[]): string {
  const [path = ''] = words
  const nearest = words.length === 1 && path.includes('/') ? nearestRoute(path.replace(/^\//, '')) : undefined
  return `no endpoint has all of: ${words.join(' ')}${nearest ? `; did you mean ${nearest}?` : ''}`
}

function toVerb(text: string): Verb {
  const verb = VERBS.find((one) => one === text.toLowerCase())
  if (verb) return verb
  throw new InvalidArgumentError(`It must be one of ${VERBS.join(', ')}.`)
}
