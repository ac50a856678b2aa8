import { Command } from 'commander'
import type { EndpointDocument } from '../routes/document.js'
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
import { type CataloguedEndpoint, catalogue, searchCatalogue } from './catalogue.js'
import { note, print, printJson, style, table } from './output.js'
import { UsageError } from './usage-error.js'

interface SearchFlags {
  readonly json?: boolean
}

export function routesCommand(): Command {
  const show = new Command('show')
    .description('Show the fields of an endpoint, and its chain to copy')
    .argument('<path>', 'its path')
    .option('--json', 'as JSON')
    .action(showOne)
  return new Command('routes')
    .description(`Search the ${catalogue().length.toLocaleString('en')} documented endpoints, offline`)
    .argument('[words...]', 'words in the path or the name: refund, 退款')
    .option('--json', 'as JSON')
    .action(search)
    .addCommand(show.exitOverride())
}

function search(words: readonly string[], { json }: SearchFlags): void {
  const found = searchCatalogue(words)
  if (json) printJson(found)
  else if (found.length > 0)
    print(table(found.map(({ verb, path, name }) => [verb.toUpperCase(), path, name])))
  if (found.length === 0) throw new Error(`no endpoint has all of: ${words.join(' ')}`)
  note(`${found.length} of ${catalogue().length}`)
}

async function showOne(text: string, { json }: SearchFlags): Promise<void> {
  // The documents are what the emulator checks requests by, so the package has them only once.
  const { endpointDocument } = await import('../emulator/generated/index.js')
  const path = text.replace(/^\//, '')
  const found = catalogue().filter((endpoint) => endpoint.path === path)
  if (found.length === 0)
    throw new UsageError(`${path} is not documented; search with: wxpay routes ${path.split('/').at(-1)}`)
  for (const endpoint of found) {
    const document = await endpointDocument(endpoint.path, endpoint.verb)
    if (json) printJson({ ...endpoint, chain: chainOf(endpoint), ...document })
    else if (document) print(describe(endpoint, document))
  }
}

function describe(endpoint: CataloguedEndpoint, document: EndpointDocument): string {
  const { verb, path, name, docs } = endpoint
  const part = (title: string, shape: Shape | undefined): string[] => {
    if (shape === undefined) return []
    const rows = rowsOf(shape, '')
    return rows.length > 0 ? ['', style('bold', title), table(rows)] : []
  }
  const { response } = document
  return [
    style('bold', `${verb.toUpperCase()} ${path}`),
    name,
    ...docs,
    '',
    chainOf(endpoint),
    ...part('path', document.path),
    ...part('query', document.query ?? document['query?']),
    ...part('json', document.json ?? document['json?']),
    ...part('xml', document.xml ?? document['xml?']),
    ...part('multipart', document.multipart),
    ...part('answer', response.json ?? response.xml),
    '',
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

/** As it is written in code. */
export function chainOf({ path, verb }: Pick<CataloguedEndpoint, 'path' | 'verb'>): string {
  const names = path.split('/').map((segment) => {
    const placeholder = /^\{(\w+)\}$/.exec(segment)?.[1]
    if (placeholder) return `._${placeholder}_`
    const camel = segment.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
    return /^[A-Za-z]\w*$/.test(camel) ? `.${camel}` : `['${segment}']`
  })
  return `wxpay${names.join('')}.${verb}({ … })`
}
