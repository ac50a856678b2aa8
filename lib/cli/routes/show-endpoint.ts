import type { EndpointDocument } from '../../catalog/document.js'
import { bilingual, type Glossary, loadGlossary } from '../../catalog/glossary.js'
import { lookup } from '../../catalog/lookup.js'
import { type OwnField, ownFields } from '../../catalog/own-values.js'
import {
  eitherOf,
  embedded,
  type Fields,
  fieldsOf,
  isCases,
  isEnum,
  isFields,
  isLeaf,
  isList,
  itemsOf,
  labelOf,
  leafOf,
  type Shape,
} from '../../catalog/schema.js'
import { nearestRoute } from '../../catalog/suggest.js'
import { readEndpoint, undocumented } from '../endpoint.js'
import { UsageError } from '../input.js'
import { words } from '../language.js'
import { breakBefore, formatColumns, WIDTH, wrap } from '../layout.js'
import { print, printJson, style } from '../output.js'
import { type CataloguedEndpoint, catalogue, chainOf } from './catalogue.js'

/** Prints the fields of an endpoint, with each of its verbs. */
export async function showEndpoint(text: string, { json }: { readonly json?: boolean }): Promise<void> {
  // The documents are large, so they are loaded only here.
  const { endpointDocument } = await import('../../catalog/document.js')
  const { path } = readEndpoint(text, undefined, false)
  const found = catalogue().filter((endpoint) => endpoint.path === path)
  if (found.length === 0) throw new UsageError(unknownPath(path))
  const documents = await Promise.all(found.map(({ verb }) => endpointDocument(path, verb)))
  if (json) {
    return printJson(
      found.map((endpoint, index) => {
        const { fills } = lookup(path, endpoint.verb) ?? {}
        return { ...endpoint, chain: chainOf(endpoint), ...(fills && { fills }), ...documents[index] }
      }),
    )
  }
  const glossary = await loadGlossary()
  print(found.map((endpoint, index) => describeFields(endpoint, documents[index], glossary)).join('\n\n'))
}

function unknownPath(path: string): string {
  const nearest = nearestRoute(path)
  if (nearest !== undefined) return undocumented(path, nearest)
  const search = `wechatpay-fluent routes ${path.split('/').at(-1)}`
  return undocumented(path, undefined) + words(`; search: ${search}`, `；可搜索：${search}`)
}

/** Of the columns of a field (name, type, whether it is required, label), those that may take several lines. */
const WRAPPED = [1, 3]
const INDENT = '  '
/** The units of amounts. */
const UNITS: Readonly<Record<string, string>> = {
  fen: words('分 fen', '分'),
  minor: words('minor unit', '最小货币单位'),
}

/** The fields of one verb, as text. */
export function describeFields(
  endpoint: CataloguedEndpoint,
  document: EndpointDocument | undefined,
  glossary: Glossary,
): string {
  const { verb, path, name, docs } = endpoint
  const needs = needsOf(endpoint)
  const part = (title: string, shape: Shape | undefined): string[] => {
    const rows =
      shape === undefined ? [] : rowsOf(shape, INDENT, glossary, (name) => needs.get(`${title}.${name}`))
    return rows.length > 0 ? ['', style('bold', title), formatColumns(rows, WRAPPED)] : []
  }
  const head = [
    style('bold', breakBefore(/\//, `${verb.toUpperCase()} ${path}`, INDENT)),
    ...wrap(name, WIDTH),
    // URLs are not broken, so that they can be opened.
    ...docs,
    '',
    breakBefore(/[.[]/, chainOf(endpoint), INDENT),
    ...sentPath(endpoint),
  ]
  if (!document) return head.join('\n')
  return [
    ...head,
    ...part('path', document.path),
    ...part('query', document.query ?? document['query?']),
    ...part('json', document.json ?? document['json?']),
    ...part('xml', document.xml ?? document['xml?']),
    ...part('multipart', document.multipart),
    ...part(words('answer', '应答'), document.response.json ?? document.response.xml),
  ].join('\n')
}

/** The path that the request is sent to, where it is not that of the chain. */
function sentPath({ verb, path }: CataloguedEndpoint): string[] {
  const { wire } = lookup(path, verb) ?? {}
  return wire === undefined ? [] : [breakBefore(/\//, words(`sent to /${wire}`, `请求发往 /${wire}`), INDENT)]
}

/** The fields that the client fills in where they are left out, each with where from. */
function needsOf({ verb, path }: CataloguedEndpoint): ReadonlyMap<string, string> {
  const traits = lookup(path, verb) ?? {}
  const { merchantId = 'mch_id' } = traits
  const signed = path.startsWith('v2/') ? ['nonce_str', 'sign', 'sign_type', merchantId] : []
  return new Map([
    ...['xml', 'query'].flatMap((part) =>
      signed.map((name) => [`${part}.${name}`, words('filled in', '自动填入')] as const),
    ),
    ...ownFields(traits).map((own) => [own.field, describeOwn(own)] as const),
  ])
}

function describeOwn({ source, conditions: [first] }: OwnField): string {
  const isOwnId = source === 'mchid'
  if (first === undefined) {
    return isOwnId ? words('filled in', '自动填入') : words('or defaults', '或取 defaults')
  }
  const how = isOwnId ? words('filled in', '自动填入') : words('defaults', '取 defaults')
  // The further ones say the same of a request: that it is a partner's.
  const other = first.slice(1)
  return first.startsWith('+')
    ? words(`${how} with ${other}`, `有 ${other} 时${how}`)
    : words(`${how} without ${other}`, `无 ${other} 时${how}`)
}

/** One row for each field, name, type, whether it is required, and label; the fields of an object are indented below it. */
function rowsOf(
  shape: Shape,
  indent: string,
  glossary: Glossary,
  filled: (name: string) => string | undefined = () => undefined,
): string[][] {
  if (isList(shape)) return rowsOf(shape[0], indent, glossary)
  if (isCases(shape)) return shape.$oneOf.flatMap((one) => rowsOf(one, indent, glossary))
  if (!isFields(shape)) return []
  const alternatives = new Set(eitherOf(shape)?.flat())
  return fieldsOf(shape as Fields).flatMap(({ name, optional, shape: inner }) => {
    const isEither = alternatives.has(name)
    const label = labelOf(inner)
    return [
      [
        indent + name,
        typeOf(inner),
        filled(name) ?? (isEither ? words('either', '任选') : optional ? '' : words('required', '必填')),
        label ? bilingual(glossary, label, name) : '',
      ],
      ...rowsOf(embedded(inner)?.shape ?? inner, indent + INDENT, glossary),
    ]
  })
}

function typeOf(shape: Shape): string {
  if (isLeaf(shape)) {
    const { type, unit, min, max, pattern } = leafOf(shape)
    const range = min === undefined && max === undefined ? '' : ` ${min ?? ''}..${max ?? ''}`
    return `${UNITS[unit ?? ''] ?? type}${range}${pattern ? ` ${pattern}` : ''}`
  }
  if (isEnum(shape)) return shape.$enum.join(' | ')
  if (isList(shape)) {
    const { maxItems } = itemsOf(shape)
    const item = typeOf(shape[0])
    if (maxItems) return words(`list of at most ${maxItems} ${item}`, `${item} 的列表，最多 ${maxItems} 项`)
    return words(`list of ${item}`, `${item} 的列表`)
  }
  const media = embedded(shape)?.media
  return media ? words(`text of ${media}`, `${media} 文本`) : 'object'
}
