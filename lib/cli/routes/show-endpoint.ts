import type { EndpointDocument } from '../../catalog/document.js'
import { bilingual, type Glossary, loadGlossary } from '../../catalog/glossary.js'
import { lookup } from '../../catalog/lookup.js'
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
import { didYouMean } from '../../nearest.js'
import { readEndpoint } from '../endpoint.js'
import { UsageError } from '../input.js'
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
      found.map((endpoint, index) => ({ ...endpoint, chain: chainOf(endpoint), ...documents[index] })),
    )
  }
  const glossary = await loadGlossary()
  print(found.map((endpoint, index) => describeFields(endpoint, documents[index], glossary)).join('\n\n'))
}

function unknownPath(path: string): string {
  const nearest = nearestRoute(path)
  const word = path.split('/').at(-1)
  const hint = nearest ? didYouMean(nearest) : `; search: wxpay routes ${word}`
  return `${path} is not documented${hint}`
}

/** Of the columns of a field (name, type, whether it is required, label), those that may take several lines. */
const WRAPPED = [1, 3]
const INDENT = '  '
/** The units of amounts. */
const UNITS: Readonly<Record<string, string>> = { fen: '分 fen', minor: 'minor unit' }

/** The fields of one verb, as text. */
export function describeFields(
  endpoint: CataloguedEndpoint,
  document: EndpointDocument | undefined,
  glossary: Glossary,
): string {
  const { verb, path, name, docs } = endpoint
  const part = (title: string, shape: Shape | undefined): string[] => {
    const rows = shape === undefined ? [] : rowsOf(shape, INDENT, glossary)
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
    ...part('answer', document.response.json ?? document.response.xml),
  ].join('\n')
}

/** The path that the request is sent to, where it is not that of the chain. */
function sentPath({ verb, path }: CataloguedEndpoint): string[] {
  const { wire } = lookup(path, verb) ?? {}
  return wire === undefined ? [] : [breakBefore(/\//, `sent to /${wire}`, INDENT)]
}

/** One row for each field, name, type, whether it is required, and label; the fields of an object are indented below it. */
function rowsOf(shape: Shape, indent: string, glossary: Glossary): string[][] {
  if (isList(shape)) return rowsOf(shape[0], indent, glossary)
  if (isCases(shape)) return shape.$oneOf.flatMap((one) => rowsOf(one, indent, glossary))
  if (!isFields(shape)) return []
  const alternatives = new Set(eitherOf(shape)?.flat())
  return fieldsOf(shape as Fields).flatMap(({ name, optional, shape: inner }) => {
    const need = alternatives.has(name) ? 'either' : 'required'
    const label = labelOf(inner)
    return [
      [
        indent + name,
        typeOf(inner),
        optional && need === 'required' ? '' : need,
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
    return `list of ${maxItems ? `at most ${maxItems} ` : ''}${typeOf(shape[0])}`
  }
  return embedded(shape) ? `text of ${embedded(shape)?.media}` : 'object'
}
