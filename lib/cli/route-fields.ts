import type { EndpointDocument } from '../routes/document.js'
import { nearestRoute } from '../routes/lookup.js'
import {
  embedded,
  type Fields,
  fieldsOf,
  isCases,
  isEnum,
  isFields,
  isList,
  type Shape,
} from '../routes/schema.js'
import { type CataloguedEndpoint, catalogue, chainOf } from './catalogue.js'
import { readEndpoint } from './endpoint.js'
import { print, printJson, style, table } from './output.js'
import { UsageError } from './usage-error.js'

/** Prints the fields of an endpoint, with each of its verbs. */
export async function show(text: string, { json }: { readonly json?: boolean }): Promise<void> {
  // The documents are what the emulator checks requests by: the package has them only once.
  const { endpointDocument } = await import('../emulator/generated/index.js')
  const { path } = readEndpoint(text, undefined, false)
  const found = catalogue().filter((endpoint) => endpoint.path === path)
  if (found.length === 0) throw new UsageError(unknownPath(path))
  const documents = await Promise.all(found.map(({ verb }) => endpointDocument(path, verb)))
  if (json) {
    return printJson(
      found.map((endpoint, index) => ({ ...endpoint, chain: chainOf(endpoint), ...documents[index] })),
    )
  }
  print(found.map((endpoint, index) => describe(endpoint, documents[index])).join('\n\n'))
}

function unknownPath(path: string): string {
  const nearest = nearestRoute(path)
  const word = path.split('/').at(-1)
  return `${path} is not documented; ${nearest ? `did you mean ${nearest}?` : `search: wxpay routes ${word}`}`
}

function describe(endpoint: CataloguedEndpoint, document: EndpointDocument | undefined): string {
  const { verb, path, name, docs } = endpoint
  const part = (title: string, shape: Shape | undefined): string[] => {
    const rows = shape === undefined ? [] : rowsOf(shape, '')
    return rows.length > 0 ? ['', style('bold', title), table(rows)] : []
  }
  const head = [style('bold', `${verb.toUpperCase()} ${path}`), name, ...docs, '', chainOf(endpoint)]
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

/** One row a field: its path, its type, whether it has to be there. */
function rowsOf(shape: Shape, prefix: string): string[][] {
  if (isList(shape)) return rowsOf(shape[0], `${prefix}[]`)
  if (isCases(shape)) return shape.$oneOf.flatMap((one) => rowsOf(one, prefix))
  if (!isFields(shape)) return []
  return fieldsOf(shape as Fields).flatMap(({ name, optional, shape: inner }) => {
    const path = prefix === '' ? name : `${prefix}.${name}`
    return [
      [`  ${path}`, typeOf(inner), optional ? '' : 'required'],
      ...rowsOf(embedded(inner)?.shape ?? inner, path),
    ]
  })
}

function typeOf(shape: Shape): string {
  if (typeof shape === 'string') return shape
  if (isEnum(shape)) return shape.$enum.join(' | ')
  if (isList(shape)) return `list of ${typeOf(shape[0])}`
  return embedded(shape) ? `text of ${embedded(shape)?.media}` : 'object'
}
