import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ErrorObject } from 'ajv'
import { parse } from 'yaml'
import { LEAF_TYPES, type LeafText, type Shape, UNITS } from '../lib/routes/schema.js'
import type { Verb } from '../lib/routes/traits.js'
import { findProblems, type Problem } from './check.js'
import { loadGlossary } from './glossary.js'
import { lineAt } from './lines.js'
import type { Catalogue, Endpoint, EndpointFacts, Notification, NotificationFacts } from './model.js'

type RouteFile = Readonly<Record<string, Readonly<Partial<Record<Verb, EndpointFacts>>>>>
type NotificationFile = Readonly<Record<string, NotificationFacts>>

/** Reads `catalog/` below `root`, validated against `schema.json`, in a stable order. */
export function loadCatalogue(root: string): Catalogue {
  const schema = JSON.parse(readFileSync(join(root, 'catalog', 'schema.json'), 'utf8'))
  const ajv = new Ajv({ allErrors: true, strictTypes: false, allowUnionTypes: true })
  ajv.addSchema(schema, 'catalogue')
  const read = (folder: string, family: string): unknown => {
    const text = readFileSync(join(root, fileOf(folder, family)), 'utf8')
    const data: unknown = parse(text)
    const validate = ajv.getSchema(`catalogue#/definitions/${folder}`)
    if (!validate) throw new Error(`catalog/schema.json has no definition of ${folder}`)
    if (!validate(data)) throw new Error(explain(fileOf(folder, family), text, validate.errors ?? []))
    return data
  }
  const endpoints = familiesIn(root, 'endpoints').flatMap((family) =>
    endpointsOf(family, read('endpoints', family) as RouteFile),
  )
  const notifications = familiesIn(root, 'notifications').flatMap((family) =>
    notificationsOf(root, family, read('notifications', family) as NotificationFile, endpoints),
  )
  const catalogue = { endpoints, notifications, glossary: loadGlossary(root) }
  for (const problem of findProblems(catalogue)) throw located(root, problem)
  return catalogue
}

/** A problem with the file and the line it is in. */
function located(root: string, { folder, family, path, problem }: Problem): Error {
  const file = fileOf(folder, family)
  const line = lineAt(readFileSync(join(root, file), 'utf8'), path)
  return new Error(`${file}:${line}: ${path.slice(0, 2).join(' › ')}: ${problem}`)
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
  root: string,
  family: string,
  file: NotificationFile,
  endpoints: readonly Endpoint[],
): Notification[] {
  return Object.entries(file).map(([eventType, { products, ...facts }]) => {
    const shapes = Object.entries(products ?? {}).map(([product, shape]) => {
      if (!isReference(shape)) return [product, shape] as const
      const answer = endpoints.find((one) => `${one.verb} ${one.template}` === shape)?.response.json
      if (answer) return [product, answer] as const
      const path = [eventType, 'products', product]
      const problem = `${product} is told of as ${shape} answers, which is no endpoint that answers JSON`
      throw located(root, { folder: 'notifications', family, path, problem })
    })
    return {
      ...{ ...facts, family, eventType, api: facts.body ? 'v2' : 'v3' },
      ...(products && { products: Object.fromEntries(shapes) }),
    }
  })
}

/** Whether a product has the shape of an endpoint's answer: `get v3/vehicle/transactions/out-trade-no/{out_trade_no}`. */
const isReference = (shape: Shape): shape is LeafText =>
  typeof shape === 'string' && /^[a-z]+ \w+\//.test(shape)

const LEAF_WANTED = `is no leaf: write one of ${[...LEAF_TYPES, ...UNITS].join(', ')} and, behind it, the range, the pattern and the Chinese name, as in 'string 6..32 商户订单号'`

/** Names the entry and the field of the deepest error, which is the one that tells what to do. */
function explain(file: string, text: string, errors: readonly ErrorObject[]): string {
  const depth = (error: ErrorObject): number => error.instancePath.split('/').length
  const [first] = [...errors].sort((a, b) => depth(b) - depth(a))
  if (!first) return `${file} is not a valid catalogue file`
  const own = first.instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const unknown: unknown = first.propertyName ?? first.params.additionalProperty
  const path = typeof unknown === 'string' ? [...own, unknown] : own
  const params = Object.entries(first.params)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ')
  const place = `${file}:${lineAt(text, path)}`
  if (first.schemaPath.endsWith('/then/pattern')) return `${place}: ${path.join(' › ')} ${LEAF_WANTED}`
  return `${place}: ${path.join(' › ') || 'the file'} ${first.message ?? 'is invalid'} (${params})`
}
