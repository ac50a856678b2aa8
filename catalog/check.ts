import { englishOf } from '../lib/catalog/glossary.js'
import {
  eitherOf,
  embedded,
  type Fields,
  fieldsOf,
  isCases,
  isFields,
  isLeaf,
  isList,
  type Leaf,
  labelOf,
  readLeaf,
  type Shape,
} from '../lib/catalog/schema.js'
import { type Catalogue, type Endpoint, type Notification, part } from './model.js'

/** A mistake in an entry, and where it is. */
export interface Problem {
  readonly folder: 'endpoints' | 'notifications'
  readonly family: string
  /** Keys of the file, from the outermost. */
  readonly path: readonly (string | number)[]
  readonly problem: string
}

type Finding = Pick<Problem, 'path' | 'problem'>

/** Mistakes in the catalogue that a JSON Schema does not find, one after the other. */
export function* findProblems(catalogue: Catalogue): Generator<Problem> {
  const { endpoints, notifications } = catalogue
  yield* repeated(endpoints)
  for (const endpoint of endpoints) {
    const { family, template, verb } = endpoint
    for (const { path, problem } of [
      ...contradictions(endpoint),
      ...fieldProblems(parts(endpoint), catalogue),
    ]) {
      yield { folder: 'endpoints', family, path: [template, verb, ...path], problem }
    }
  }
  for (const notification of notifications) {
    const { family, eventType } = notification
    for (const { path, problem } of [
      ...unknownResponses(notification),
      ...fieldProblems(payloads(notification), catalogue),
    ]) {
      yield { folder: 'notifications', family, path: [eventType, ...path], problem }
    }
  }
}

function* repeated(endpoints: readonly Endpoint[]): Generator<Problem> {
  const seen = new Map<string, string>()
  for (const { verb, template, family } of endpoints) {
    const key = `${verb} ${template}`
    const other = seen.get(key)
    const problem = `${key} is in ${other}.yaml and in ${family}.yaml`
    if (other) yield { folder: 'endpoints', family, path: [template, verb], problem }
    seen.set(key, family)
  }
}

const KINDS = ['json', 'xml', 'binary', 'text', 'status', 'redirect'] as const

function* contradictions(endpoint: Endpoint): Generator<Finding> {
  if (endpoint.template.endsWith('/') || Object.values(endpoint.literals ?? {}).includes('')) {
    const problem = 'leave the trailing slash out of the template, and write wire: <the path with it>'
    yield { path: [], problem }
  }
  const placeholders = [...endpoint.template.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? [])
  const described = Object.keys(endpoint.path ?? {})
  for (const name of placeholders) {
    if (!described.includes(name)) yield { path: [], problem: `{${name}} is in the template but not in path` }
  }
  for (const name of described) {
    if (!placeholders.includes(name))
      yield { path: ['path', name], problem: `path.${name} is not in the template` }
  }
  const kinds = KINDS.filter((kind) => endpoint.response[kind] !== undefined)
  if (kinds.length !== 1) {
    yield { path: ['response'], problem: `response needs exactly one of ${KINDS.join(', ')}` }
  }
  const { idempotent } = endpoint
  if (idempotent && !hasField(endpoint, idempotent)) {
    yield { path: ['idempotent'], problem: `idempotent names ${idempotent}, which the request does not have` }
  }
  for (const field of Object.keys(endpoint.notOwn ?? {})) {
    if (!hasField(endpoint, field))
      yield { path: ['notOwn', field], problem: `notOwn names ${field}, which the request does not have` }
  }
  if (endpoint.multipart && !endpoint.upload) {
    yield { path: ['multipart'], problem: 'a multipart request needs upload: { file: … }' }
  }
  // The client adds a sign_type unless it is told that the API takes none.
  if (endpoint.api === 'v2' && takesSignType(endpoint) !== (endpoint.signType !== 'none')) {
    yield {
      path: [],
      problem: 'signType: none belongs to requests of v2 without a sign_type, and to no others',
    }
  }
}

const takesSignType = (endpoint: Endpoint): boolean =>
  ['xml.sign_type', 'query.sign_type'].some((field) => hasField(endpoint, field)) ||
  fieldsOf(endpoint.multipart ?? {}).some(({ name }) => name === 'sign_type')

function hasField(endpoint: Endpoint, path: string): boolean {
  const [where, name] = path.split('.')
  if (!name) return false
  if (where === 'path') return name in (endpoint.path ?? {})
  if (where !== 'json' && where !== 'xml' && where !== 'query' && where !== 'headers') return false
  const shape = part(endpoint, where)?.shape
  return shape !== undefined && isFields(shape) && fieldsOf(shape).some((field) => field.name === name)
}

type Part = readonly [path: readonly string[], shape: Shape]

/** Every shape of an endpoint. */
function parts(endpoint: Endpoint): Part[] {
  const keys = [
    'path',
    'query',
    'query?',
    'headers',
    'headers?',
    'json',
    'json?',
    'xml',
    'xml?',
    'multipart',
  ] as const
  const { json, xml } = endpoint.response
  return [
    ...keys.flatMap((key): Part[] => (endpoint[key] ? [[[key], endpoint[key]]] : [])),
    ...(json ? [[['response', 'json'], json] as const] : []),
    ...(xml ? [[['response', 'xml'], xml] as const] : []),
  ]
}

/** Products whose payload refers to the response of an endpoint that is not in the catalogue. */
function* unknownResponses({ products }: Notification): Generator<Finding> {
  for (const [product, shape] of Object.entries(products ?? {})) {
    if (!isLeaf(shape) || readLeaf(shape)) continue
    yield {
      path: ['products', product],
      problem: `${product} is told of as ${shape} answers, which is no endpoint that answers JSON`,
    }
  }
}

/** Every shape of a notification. */
function payloads({ body, resource, products = {}, ack }: Notification): Part[] {
  return [
    ...(body ? [[['body'], body] as const] : []),
    ...(resource ? [[['resource'], resource] as const] : []),
    ...Object.entries(products).map(([product, shape]): Part => [['products', product], shape]),
    ...(ack ? [[['ack', 'json'], ack.json] as const] : []),
  ]
}

function* fieldProblems(all: readonly Part[], catalogue: Catalogue): Generator<Finding> {
  for (const [path, shape] of all) yield* problemsBelow(shape, path, catalogue)
}

function* problemsBelow(shape: Shape, path: Finding['path'], catalogue: Catalogue): Generator<Finding> {
  const leaf = isLeaf(shape) ? readLeaf(shape) : undefined
  if (leaf) yield* limitProblems(leaf, path)
  if (isList(shape)) yield* problemsBelow(shape[0], [...path, 0], catalogue)
  if (isCases(shape)) {
    for (const [index, one] of shape.$oneOf.entries()) {
      yield* problemsBelow(one, [...path, '$oneOf', index], catalogue)
    }
  }
  const inner = embedded(shape)
  if (inner) yield* problemsBelow(inner.shape, [...path, `$${inner.media}`], catalogue)
  if (isFields(shape)) yield* problemsOf(shape, path, catalogue)
}

/** Limits that no value satisfies, or that do not belong to the type. */
function* limitProblems({ type, min, max, pattern }: Leaf, path: Finding['path']): Generator<Finding> {
  const isNumber = type === 'integer' || type === 'number'
  if ((min ?? max) !== undefined && !isNumber && type !== 'string') {
    yield { path, problem: `a ${type} has no range` }
  }
  if (min !== undefined && max !== undefined && min > max)
    yield { path, problem: `${min}..${max} is no range` }
  if (pattern === undefined) return
  if (type !== 'string') yield { path, problem: `a ${type} has no pattern` }
  try {
    new RegExp(pattern, 'u')
  } catch (error) {
    yield { path, problem: (error as Error).message }
  }
}

function* problemsOf(shape: Fields, path: Finding['path'], catalogue: Catalogue): Generator<Finding> {
  const fields = fieldsOf(shape)
  for (const { name, optional, shape: field } of fields) {
    const at = [...path, optional ? `${name}?` : name]
    const label = labelOf(field)
    if (label === undefined) {
      yield {
        path: at,
        problem: `${name} has no name: write its Chinese one behind the type, as in 'string 商户号'`,
      }
    } else if (englishOf(catalogue.glossary, label, name) === undefined) {
      yield {
        path: at,
        problem: `${name} is called ${label}, which catalog/glossary.yaml has no English for`,
      }
    }
    yield* problemsBelow(field, at, catalogue)
  }
  const optional = new Set(fields.flatMap((field) => (field.optional ? [field.name] : [])))
  for (const name of new Set(eitherOf(shape)?.flat())) {
    if (!optional.has(name))
      yield { path, problem: `$either names ${name}, which is no optional field beside it` }
  }
}
