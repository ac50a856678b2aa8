import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ErrorObject } from 'ajv'
import { parse, YAMLParseError } from 'yaml'
import { LEAF_TYPES, type Shape, UNITS } from '../lib/catalog/schema.js'
import { keysOf } from '../lib/catalog/schema-problem.js'
import type { Verb } from '../lib/catalog/traits.js'
import { findProblems, type Problem } from './check.js'
import { readGlossary } from './glossary.js'
import { lineAt } from './lines.js'
import type { Catalogue, Endpoint, EndpointFacts, Notification, NotificationFacts } from './model.js'
import { loadSynonyms } from './synonyms.js'

type RouteFile = Readonly<Record<string, Readonly<Partial<Record<Verb, EndpointFacts>>>>>
type NotificationFile = Readonly<Record<string, NotificationFacts>>

/** Reads `catalog/` below `root`, validated against `schema.json`, in a stable order. */
export function loadCatalogue(root: string): Catalogue {
  const schema = JSON.parse(readFileSync(join(root, 'catalog', 'schema.json'), 'utf8'))
  const ajv = new Ajv({ allErrors: true, strictTypes: false, allowUnionTypes: true })
  ajv.addSchema(schema, 'catalogue')
  const read = (folder: string, family: string): unknown => {
    const text = readFileSync(join(root, fileOf(folder, family)), 'utf8')
    const data: unknown = parseYaml(fileOf(folder, family), text)
    const validate = ajv.getSchema(`catalogue#/definitions/${folder}`)
    if (!validate) throw new Error(`catalog/schema.json has no definition of ${folder}`)
    if (!validate(data)) throw new Error(explain(fileOf(folder, family), text, validate.errors ?? []))
    return data
  }
  const endpoints = familiesIn(root, 'endpoints').flatMap((family) =>
    endpointsOf(family, read('endpoints', family) as RouteFile),
  )
  const notifications = familiesIn(root, 'notifications').flatMap((family) =>
    notificationsOf(family, read('notifications', family) as NotificationFile, endpoints),
  )
  const catalogue = { endpoints, notifications, glossary: readGlossary(root), synonyms: loadSynonyms(root) }
  for (const problem of findProblems(catalogue)) throw located(root, problem)
  return catalogue
}

/** A problem with the file and the line it is in. */
function located(root: string, { folder, family, path, problem }: Problem): Error {
  const file = fileOf(folder, family)
  const line = lineAt(readFileSync(join(root, file), 'utf8'), path)
  return new Error(`${file}:${line}: ${path.slice(0, 2).join(' › ')}: ${problem}`)
}

/** What YAML itself refuses, such as a key that is there twice, is told with its file and line. */
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
      return [product, answerNamed(shape, endpoints) ?? shape] as const
    })
    return {
      ...{ ...facts, family, eventType, api: facts.body ? 'v2' : 'v3' },
      ...(products && { products: Object.fromEntries(shapes) }),
    }
  })
}

/** The answer of the endpoint that a product refers to: `get v3/vehicle/transactions/out-trade-no/{out_trade_no}`. */
function answerNamed(shape: unknown, endpoints: readonly Endpoint[]): Shape | undefined {
  if (typeof shape !== 'string' || !/^[a-z]+ \w+\//.test(shape)) return undefined
  const endpoint = endpoints.find(({ verb, template }) => `${verb} ${template}` === shape)
  return endpoint?.response.json
}

const LEAF_WANTED = `is no leaf: write one of ${[...LEAF_TYPES, ...UNITS].join(', ')} and, behind it, the range, the pattern and the Chinese name, as in 'string 6..32 商户订单号'`

/** Names the entry and the field of the deepest error, which is the one that tells what to do. */
function explain(file: string, text: string, errors: readonly ErrorObject[]): string {
  const depth = (error: ErrorObject): number => error.instancePath.split('/').length
  const [first] = [...errors].sort((a, b) => depth(b) - depth(a))
  if (!first) return `${file} is not a valid catalogue file`
  const own = keysOf(first.instancePath)
  const unknown: unknown = first.propertyName ?? first.params.additionalProperty
  const path = typeof unknown === 'string' ? [...own, unknown] : own
  const params = Object.entries(first.params)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ')
  const place = `${file}:${lineAt(text, path)}`
  if (first.schemaPath.endsWith('/then/pattern')) return `${place}: ${path.join(' › ')} ${LEAF_WANTED}`
  return `${place}: ${path.join(' › ') || 'the file'} ${first.message ?? 'is invalid'} (${params})`
}
