import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ErrorObject } from 'ajv'
import {
  isCollection,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type ParsedNode,
  parse,
  parseDocument,
  YAMLParseError,
} from 'yaml'
import type { Glossary } from '../lib/catalog/glossary.js'
import { LEAF_TYPES, type Shape, UNITS } from '../lib/catalog/schema.js'
import { keysOf } from '../lib/catalog/schema-problem.js'
import type { Verb } from '../lib/catalog/traits.js'
import { findProblems, type Problem } from './check.js'
import type {
  Catalogue,
  Endpoint,
  EndpointFacts,
  Notification,
  NotificationFacts,
  Synonyms,
} from './model.js'

type RouteFile = Readonly<Record<string, Readonly<Partial<Record<Verb, EndpointFacts>>>>>
type NotificationFile = Readonly<Record<string, NotificationFacts>>

/** Reads `catalog/` below `root`, validated against `schema.json`, in a stable order. */
export function loadCatalogue(root: string): Catalogue {
  const read = createReader(root)
  const endpoints = familiesIn(root, 'endpoints').flatMap((family) =>
    endpointsOf(family, read(fileOf('endpoints', family), 'endpoints') as RouteFile),
  )
  const notifications = familiesIn(root, 'notifications').flatMap((family) =>
    notificationsOf(
      family,
      read(fileOf('notifications', family), 'notifications') as NotificationFile,
      endpoints,
    ),
  )
  const synonyms = read('catalog/synonyms.yaml', 'synonyms') as Synonyms
  const glossary = read('catalog/glossary.yaml') as Glossary
  const catalogue = { endpoints, notifications, glossary, synonyms }
  for (const problem of findProblems(catalogue)) throw located(root, problem)
  return catalogue
}

/** Reads a file; where a definition of `schema.json` is named, by that. */
function createReader(root: string): (file: string, definition?: string) => unknown {
  const schema = readFileSync(join(root, 'catalog/schema.json'), 'utf8')
  const parseFile = parsers.get(schema) ?? createParser(schema)
  parsers.set(schema, parseFile)
  return (file, definition) => parseFile(file, readFileSync(join(root, file), 'utf8'), definition)
}

type FileParser = (file: string, text: string, definition?: string) => unknown

/** By the text of `schema.json`: a process that loads the catalogue again parses and checks only what has changed. */
const parsers = new Map<string, FileParser>()

function createParser(schema: string): FileParser {
  const ajv = new Ajv({ allErrors: true, strictTypes: false, allowUnionTypes: true })
  ajv.addSchema(JSON.parse(schema), 'catalogue')
  const known = new Map<string, unknown>()
  return (file, text, definition = '') => {
    const key = `${definition}\n${text}`
    if (known.has(key)) return known.get(key)
    const data = parseYaml(file, text)
    if (definition) {
      const validate = ajv.getSchema(`catalogue#/definitions/${definition}`)
      if (!validate) throw new Error(`catalog/schema.json has no definition of ${definition}`)
      if (!validate(data)) throw new Error(explain(file, text, validate.errors ?? []))
    }
    known.set(key, data)
    return data
  }
}

/** A problem with the file and the line it is in. */
function located(root: string, { folder, family, path, problem }: Problem): Error {
  const file = fileOf(folder, family)
  const line = lineAt(readFileSync(join(root, file), 'utf8'), path)
  return new Error(`${file}:${line}: ${path.slice(0, 2).join(' › ')}: ${problem}`)
}

/** The content of a YAML text. A syntax error, such as a repeated key, is reported with its file and line. */
function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    throw new Error(`${file}:${error.linePos?.[0].line}: ${error.message}`, { cause: error })
  }
}

const fileOf = (folder: string, family: string): string => join('catalog', folder, `${family}.yaml`)

const familiesIn = (root: string, folder: string): string[] =>
  readdirSync(join(root, 'catalog', folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort()

function endpointsOf(family: string, file: RouteFile): Endpoint[] {
  return Object.entries(file).flatMap(([template, verbs]) =>
    Object.entries(verbs).map(([verb, facts]): Endpoint => {
      const api = template.startsWith('v2/') ? 'v2' : 'v3'
      return { ...facts, family, template, verb: verb as Verb, api }
    }),
  )
}

function notificationsOf(
  family: string,
  file: NotificationFile,
  endpoints: readonly Endpoint[],
): Notification[] {
  return Object.entries(file).map(([eventType, { products, ...facts }]) => {
    const shapes = Object.entries(products ?? {}).map(([product, shape]) => {
      return [product, responseNamed(shape, endpoints) ?? shape] as const
    })
    return {
      ...{ ...facts, family, eventType, api: facts.body ? 'v2' : 'v3' },
      ...(products && { products: Object.fromEntries(shapes) }),
    }
  })
}

/** The response of the endpoint that a product refers to: `get v3/vehicle/transactions/out-trade-no/{out_trade_no}`. */
function responseNamed(shape: unknown, endpoints: readonly Endpoint[]): Shape | undefined {
  if (typeof shape !== 'string' || !/^[a-z]+ \w+\//.test(shape)) return undefined
  const endpoint = endpoints.find(({ verb, template }) => `${verb} ${template}` === shape)
  return endpoint?.response.json
}

const LEAF_WANTED = `is no leaf: write one of ${[...LEAF_TYPES, ...UNITS].join(', ')} and, behind it, the range, the pattern and the Chinese name, as in 'string 6..32 商户订单号'`

/** The message of the deepest error, with its file, line and field: the error that says what to do. */
function explain(file: string, text: string, errors: readonly ErrorObject[]): string {
  const depth = (error: ErrorObject): number => error.instancePath.split('/').length
  const [first] = [...errors].sort((a, b) => depth(b) - depth(a))
  if (!first) return `${file} is not a valid catalogue file`
  const parent = keysOf(first.instancePath)
  const unknown: unknown = first.propertyName ?? first.params.additionalProperty
  const path = typeof unknown === 'string' ? [...parent, unknown] : parent
  const params = Object.entries(first.params)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ')
  const position = `${file}:${lineAt(text, path)}`
  if (first.schemaPath.endsWith('/then/pattern')) return `${position}: ${path.join(' › ')} ${LEAF_WANTED}`
  return `${position}: ${path.join(' › ') || 'the file'} ${first.message ?? 'is invalid'} (${params})`
}

/** The line of a YAML text that holds the entry at a path, or the nearest one above it that there is. */
function lineAt(text: string, path: readonly (string | number)[]): number {
  const lines = new LineCounter()
  let node: unknown = parseDocument(text, { lineCounter: lines }).contents
  let offset = 0
  for (const step of path) {
    if (!isCollection(node)) break
    const item = node.items.find((one, index) => {
      return isPair(one) ? isScalar(one.key) && one.key.value === step : index === Number(step)
    })
    if (item === undefined) break
    const key = isPair(item) ? item.key : item
    if (isNode(key)) offset = (key as ParsedNode).range[0]
    node = isPair(item) ? item.value : item
  }
  return lines.linePos(offset).line
}
