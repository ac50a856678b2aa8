import { fieldsOf, isFields } from '../lib/routes/schema.js'
import { type Endpoint, part } from './model.js'

const KINDS = ['json', 'xml', 'binary', 'text', 'status', 'redirect'] as const

/** What a JSON Schema cannot say about an entry. */
export function checkEndpoint(endpoint: Endpoint): void {
  const fail = (problem: string): never => {
    const { family, verb, template } = endpoint
    throw new Error(`catalog/endpoints/${family}.yaml: ${verb} ${template}: ${problem}`)
  }
  if (endpoint.template.endsWith('/') || Object.values(endpoint.literals ?? {}).includes('')) {
    fail('leave the trailing slash out of the template, and write wire: <the path with it>')
  }
  const placeholders = [...endpoint.template.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? [])
  const described = Object.keys(endpoint.path ?? {})
  for (const name of placeholders) {
    if (!described.includes(name)) fail(`{${name}} is in the template but not in path`)
  }
  for (const name of described) {
    if (!placeholders.includes(name)) fail(`path.${name} is not in the template`)
  }
  const kinds = KINDS.filter((kind) => endpoint.response[kind] !== undefined)
  if (kinds.length !== 1) fail(`response needs exactly one of ${KINDS.join(', ')}`)
  if (endpoint.idempotent && !hasField(endpoint, endpoint.idempotent)) {
    fail(`idempotent names ${endpoint.idempotent}, which the request does not have`)
  }
  if (endpoint.multipart && !endpoint.upload) fail('a multipart request needs upload: { file: … }')
}

function hasField(endpoint: Endpoint, place: string): boolean {
  const [where, name] = place.split('.')
  if (!name) return false
  if (where === 'path') return name in (endpoint.path ?? {})
  if (where !== 'json' && where !== 'xml' && where !== 'query' && where !== 'headers') return false
  const shape = part(endpoint, where)?.shape
  return shape !== undefined && isFields(shape) && fieldsOf(shape).some((field) => field.name === name)
}
