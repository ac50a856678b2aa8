import type { Ajv, ValidateFunction } from 'ajv'
import { RequestError } from '../errors.js'
import { requestSchemas } from '../routes/document.js'
import type { JsonSchema } from '../routes/schema.js'
import { findSchemaProblem } from '../routes/schema-problem.js'
import { Ciphertext, Sensitive } from '../v3/sensitive.js'
import type { Endpoint } from './endpoint.js'

const PARTS = ['json', 'query', 'xml'] as const
type Part = (typeof PARTS)[number]

interface PartCheck {
  readonly part: Part
  readonly check: ValidateFunction
  readonly needed: boolean
}

let ajv: Ajv | undefined
const compiled = new Map<string, readonly PartCheck[]>()

/**
 * Checks a request against what the catalogue documents of its endpoint: every field known, none missing, each of its
 * type and within its limits. Validator and schemas are loaded with the first request that asks for it.
 *
 * @throws {RequestError} naming the endpoint, the field and what is wrong with it.
 */
export async function validateRequest(
  endpoint: Endpoint,
  request: Readonly<Record<string, unknown>> | undefined,
): Promise<void> {
  if (!endpoint.documented) {
    throw new RequestError(`${endpoint.name} is not documented: 'validate' knows nothing to check it by`)
  }
  for (const { part, check, needed } of await checksOf(endpoint)) {
    const value = request?.[part]
    if ((value === undefined && !needed) || check(plain(value ?? {}, part !== 'json'))) continue
    const problem = await findSchemaProblem(check)
    if (!problem) continue
    const place = [part, ...problem.path].join('.')
    const name = problem.name ? ` (${problem.name})` : ''
    throw new RequestError(`${endpoint.name}: ${place}${name} ${problem.what}`)
  }
}

async function checksOf(endpoint: Endpoint): Promise<readonly PartCheck[]> {
  const known = compiled.get(endpoint.name)
  if (known) return known
  const [{ Ajv }, { endpointDocument }] = await Promise.all([
    import('ajv'),
    import('../emulator/generated/index.js'),
  ])
  ajv ??= new Ajv({ strict: false, verbose: true, validateFormats: false, logger: false })
  const compiler = ajv
  const document = await endpointDocument(endpoint.path, endpoint.verb)
  if (!document) return []
  const { required, ...schemas } = requestSchemas(document, { closed: true })
  const checks = PARTS.flatMap((part): PartCheck[] => {
    const schema = schemas[part]
    if (!schema) return []
    const check = compiler.compile(part === 'json' ? schema : withoutOwnFields(schema, endpoint))
    return [{ part, check, needed: required.includes(part) }]
  })
  compiled.set(endpoint.name, checks)
  return checks
}

/** Fields of a message of APIv2 that the client fills in itself are asked of nobody. */
function withoutOwnFields(schema: JsonSchema, { traits, path }: Endpoint): JsonSchema {
  if (!path.startsWith('v2/')) return schema
  const own = new Set(['nonce_str', 'sign', 'sign_type', traits.merchantId ?? 'mch_id'])
  const common = { nonce_str: { type: 'string' }, sign: { type: 'string' } } as const
  return {
    ...schema,
    required: (schema.required ?? []).filter((name) => !own.has(name)),
    properties: { ...common, ...schema.properties },
  }
}

/**
 * The value as it will travel. Texts to be encrypted stand for the cipher texts they become.
 *
 * @param text whether numbers travel as text, as in XML and in a query
 */
function plain(value: unknown, text: boolean): unknown {
  if (value instanceof Sensitive) return ''
  if (value instanceof Ciphertext) return value.toString()
  if (value instanceof URLSearchParams) return Object.fromEntries(value)
  if (Array.isArray(value)) return value.map((item) => plain(item, text))
  if (typeof value !== 'object' || value === null) {
    return text && (typeof value === 'number' || typeof value === 'boolean') ? String(value) : value
  }
  const { toJSON } = value as { readonly toJSON?: unknown }
  if (typeof toJSON === 'function') return plain(toJSON.call(value), text)
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(entries.map(([name, field]) => [name, plain(field, text)]))
}
