import type { ErrorObject, ValidateFunction } from 'ajv'
import { nearestName } from '../request/nearest.js'
import { bilingual, loadGlossary } from './glossary.js'
import type { JsonSchema, Unit } from './schema.js'

/** What a value breaks of a schema of the catalogue. */
export interface SchemaProblem {
  /** The keys that lead to the field. */
  readonly path: readonly string[]
  /** `either`: none of the groups of fields is whole of which one has to be. */
  readonly kind: 'missing' | 'either' | 'unknown' | 'wrong'
  /** What is wrong with it: `is missing`, `must be 分 (fen), a whole number`. */
  readonly what: string
  /** The names of the field in both languages: `总金额 · total amount`. */
  readonly name: string | undefined
  /** The value that is wrong. */
  readonly value: unknown
}

const UNITS: Readonly<Record<Unit, string>> = {
  fen: '分 (fen), a whole number',
  minor: "the currency's smallest unit, a whole number",
}

/** Says what a validator of Ajv, made with `verbose`, has found. */
export async function findSchemaProblem({ errors }: ValidateFunction): Promise<SchemaProblem | undefined> {
  // Of alternatives that all failed, the last finding is the one about all of them.
  const error = errors?.at(-1)
  if (!error) return undefined
  const found = problemOf(error)
  const { title } = found.schema ?? {}
  // The glossary is loaded with the first problem.
  const name = title && bilingual(await loadGlossary(), title, found.path.at(-1) ?? '')
  return { ...found, name, value: error.data }
}

type Found = Pick<SchemaProblem, 'path' | 'kind' | 'what'> & { readonly schema: JsonSchema | undefined }

function problemOf(error: ErrorObject): Found {
  const { instancePath, keyword, params, parentSchema } = error
  const path = instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  const schema = parentSchema as JsonSchema | undefined
  const { properties = {}, anyOf } = schema ?? {}
  if (keyword === 'required') {
    const missing = String(params.missingProperty)
    return { path: [...path, missing], kind: 'missing', what: 'is missing', schema: properties[missing] }
  }
  if (keyword === 'additionalProperties') {
    const unknown = String(params.additionalProperty)
    const nearest = nearestName(unknown, Object.keys(properties))
    const hint = nearest ? `; did you mean '${nearest}'?` : ''
    const what = `is no documented field${hint}`
    return { path: [...path, unknown], kind: 'unknown', what, schema: undefined }
  }
  if (keyword === 'anyOf' && anyOf?.every(({ required }) => required)) {
    const groups = anyOf.map(({ required = [] }) => required.join(' + '))
    return { path, kind: 'either', what: `needs one of ${groups.join(', ')}`, schema }
  }
  return { path, kind: 'wrong', what: wordsOf(error, schema ?? {}), schema }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
}

/** What a value must be. */
function wordsOf(
  { keyword, params, message = 'is not valid' }: ErrorObject,
  { type = 'string', unit, wholeNumber, pattern = '', minLength = 0 }: JsonSchema,
): string {
  const amount = unit ? ` ${unit === 'fen' ? '分 (fen)' : 'of the smallest unit'}` : ''
  if (unit && (keyword === 'type' || keyword === 'pattern')) return `must be ${UNITS[unit]}`
  if (keyword === 'type') return `must be ${KINDS[type] ?? type}`
  if (keyword === 'pattern' && wholeNumber) return 'must be a whole number'
  if (keyword === 'pattern' && pattern.includes('T\\d\\d:'))
    return 'must be a time such as 2018-06-08T10:34:56+08:00'
  if (keyword === 'pattern' && pattern.startsWith('^https?:')) return 'must be an http(s) URL'
  if (keyword === 'pattern') return `must match ${pattern}`
  if (keyword === 'minLength')
    return minLength === 1 ? 'is empty' : `must have at least ${params.limit} characters`
  if (keyword === 'maxLength') return `must have at most ${params.limit} characters`
  if (keyword === 'maxItems') return `must have at most ${params.limit} items`
  if (keyword === 'minimum') return `must be at least ${params.limit}${amount}`
  if (keyword === 'maximum') return `must be at most ${params.limit}${amount}`
  return message
}
