import type { ValidateFunction } from 'ajv'
import { RequestError } from '../errors.js'
import { IS_WORKERD } from '../runtime.js'
import { type EndpointDocument, requestSchemas } from './document.js'
import type { JsonSchema } from './schema.js'
import { findSchemaProblem, loadAjv, type SchemaProblem } from './schema-problem.js'
import type { Traits } from './traits.js'

const PARTS = ['json', 'query', 'xml', 'meta'] as const
type Part = (typeof PARTS)[number]

/** What is wrong with a request by the documentation of its endpoint. */
export interface RequestProblem extends SchemaProblem {
  /** The path of the field: `json.amount.total`. */
  readonly place: string
}

/** The parts of a request object, as they will travel: outside of JSON, values are text. */
export type RequestParts = Readonly<Partial<Record<Part, unknown>>>

export type RequestCheck = (parts: RequestParts) => Promise<RequestProblem | undefined>

/**
 * A check of an endpoint's requests by what is documented of it: every field known, none missing, each of its type and
 * within its limits. What the client fills in itself is asked of nobody.
 *
 * @param traits of the endpoint
 * @throws {RequestError} where no code can be compiled.
 */
export async function createRequestCheck(document: EndpointDocument, traits: Traits): Promise<RequestCheck> {
  if (IS_WORKERD) throw new RequestError('validate compiles code, which Workers forbid; leave it out there')
  const compiler = await loadAjv()
  const { required, ...schemas } = requestSchemas(document, { closed: true })
  const needed = new Set<string>(required)
  const checks = PARTS.flatMap((part): [Part, ValidateFunction][] => {
    const schema = schemas[part]
    return schema ? [[part, compiler.compile(withoutOwnFields(schema, part, document, traits))]] : []
  })
  return async (parts) => {
    for (const [part, check] of checks) {
      const value = parts[part]
      if ((value === undefined && !needed.has(part)) || check(value ?? {})) continue
      const problem = await findSchemaProblem(check)
      if (problem) return { ...problem, place: [part, ...problem.path].join('.') }
    }
    return undefined
  }
}

/** The schema of a part without the fields that the client fills in: merchant's ID and signature of v2, a file's digest. */
function withoutOwnFields(
  schema: JsonSchema,
  part: Part,
  { xml, ...document }: EndpointDocument,
  { merchantId = 'mch_id', upload }: Traits,
): JsonSchema {
  const isV2 = xml !== undefined || document['xml?'] !== undefined || document.response.xml !== undefined
  const signed = isV2 && part !== 'json' ? ['nonce_str', 'sign', 'sign_type', merchantId] : []
  const computed = part === 'meta' ? [upload?.name, upload?.digest, ...Object.keys(upload?.fixed ?? {})] : []
  const own = new Set<unknown>([...signed, ...computed])
  const common = { nonce_str: { type: 'string' }, sign: { type: 'string' } } as const
  return {
    ...schema,
    required: (schema.required ?? []).filter((name) => !own.has(name)),
    properties: { ...(signed.length > 0 && common), ...schema.properties },
  }
}

/** A problem in one sentence: `json.amount.total (总金额 · total amount) must be 分 (fen), a whole number`. */
export function describeProblem({ place, name, what }: RequestProblem): string {
  return `${place}${name ? ` (${name})` : ''} ${what}`
}
