import type { Command } from 'commander'
import { nearestRoute } from '../../catalog/suggest.js'
import type { Verb } from '../../index.js'
import { assertOnePath, readEndpoint, toVerb, VERBS } from '../endpoint.js'
import { orNearest, words } from '../language.js'
import { formatColumns } from '../layout.js'
import { note, print, printJson, style } from '../output.js'
import { type CataloguedEndpoint, catalogue, chainOf } from './catalogue.js'
import { search } from './search.js'

interface SearchFlags {
  readonly verb?: Verb
  readonly long?: boolean
  readonly json?: boolean
}

const EXAMPLES = `
  wechatpay-fluent routes 查询订单
  wechatpay-fluent routes profit sharing
  wechatpay-fluent routes 会员卡 import
  wechatpay-fluent routes complaint --verb get -l
  wechatpay-fluent routes https://pay.weixin.qq.com/doc/v3/merchant/4012791860
  wechatpay-fluent routes show v3/profitsharing/receivers/add`

const HELP = words(
  `
Words are names of endpoints and products, or what people call them, in Chinese or English, with or without spaces;
paths, also with ids in them; URLs of endpoints and of pages of the documentation. What fits best comes first: a
merchant's endpoints before a partner's, APIv3 before APIv2, and what is deprecated last.

Examples:${EXAMPLES}`,
  `
关键词可以是接口或产品的名称，或通常的叫法，中英文均可，空格可有可无；也可以是路径（可带具体单号）、接口的 URL 或
文档页面的 URL。最合适的排在最前：商户的接口先于服务商的，APIv3 先于 APIv2，已废弃的排在最后。

示例：${EXAMPLES}`,
)

export function defineCommand(command: Command): Command {
  command
    .command('show')
    .description(
      words(
        'Show the fields of an endpoint, its chain to copy, and where it is documented.',
        '显示接口的字段、可复制的链式写法，以及文档地址。',
      ),
    )
    .argument('<path>', words('its path or chain', '路径或链'))
    .allowExcessArguments()
    .option('--json', words('as JSON', '输出 JSON'))
    .action(async (path: string, flags: SearchFlags, { args }: Command) => {
      assertOnePath(args, (one) => {
        const right = `wechatpay-fluent routes show ${one}`
        return words(`all methods of a path are shown: ${right}`, `路径的全部请求方法都会显示：${right}`)
      })
      await (await import('./show-endpoint.js')).showEndpoint(path, flags)
    })
  const count = catalogue().length.toLocaleString('en')
  return command
    .description(
      words(`Search the ${count} documented endpoints, offline.`, `离线搜索有文档的 ${count} 个接口。`),
    )
    .argument('[words...]', words('what it is called, or its path: refund, 退款', '叫法或路径：退款、refund'))
    .option(
      '--verb <verb>',
      words(`only this one: ${VERBS.join(', ')}`, `只列出该请求方法：${VERBS.join(', ')}`),
      toVerb,
    )
    .option(
      '-l, --long',
      words('with the chain to copy and where it is documented', '附上可复制的链式写法和文档地址'),
    )
    .option('--json', words('as JSON', '输出 JSON'))
    .addHelpText('after', HELP)
    .action(find)
}

function find(query: readonly string[], { verb, long, json }: SearchFlags): void {
  const { endpoints, isComplete } = search(query, verb)
  if (endpoints.length === 0) throw new Error(nothingFound(query))
  if (json) printJson(endpoints.map(toJson))
  else if (long) print(endpoints.map(describe).join('\n\n'))
  else
    print(
      formatColumns(
        endpoints.map((endpoint) => [endpoint.verb.toUpperCase(), endpoint.path, nameOf(endpoint)]),
      ),
    )
  const asked = query.join(' ')
  const missed = words(
    `none has all of: ${asked}; these have some of it: `,
    `没有接口符合全部关键词：${asked}；以下符合其中一部分：`,
  )
  const [found, all] = [endpoints.length, catalogue().length]
  note((isComplete ? '' : missed) + words(`${found} of ${all}`, `${found} / ${all} 个接口`))
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

const nameOf = ({ name, isClosed }: CataloguedEndpoint): string =>
  isClosed ? words(`${name} (deprecated)`, `${name}（已废弃）`) : name

function nothingFound(query: readonly string[]): string {
  const [path = ''] = query
  const isPath = query.length === 1 && path.includes('/')
  const nearest = isPath ? nearestRoute(readEndpoint(path, undefined, false).path) : undefined
  const asked = query.join(' ')
  return words(`no endpoint has any of: ${asked}`, `没有接口符合：${asked}`) + orNearest(nearest)
}
