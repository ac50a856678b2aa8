import type { Ajv, ErrorObject, ValidateFunction } from 'ajv'
import { didYouMean, nearestName } from '../nearest.js'
import { bilingual, loadGlossary } from './glossary.js'
import type { JsonSchema, Unit } from './schema.js'

/** What is wrong with a value by a schema of the catalogue. */
export interface SchemaProblem {
  /** The keys that lead to the field. */
  readonly path: readonly string[]
  /** `either`: none of the groups of fields is whole of which one has to be. */
  readonly kind: 'missing' | 'either' | 'unknown' | 'wrong'
  /** What is wrong with it: `is missing`, `must be 分 (fen), a whole number`. */
  readonly what: string
  /** The documented name that an unknown one may be meant to be. */
  readonly nearest?: string | undefined
  /** The names of the field in both languages: `总金额 · total amount`. */
  readonly name: string | undefined
  /** The value that is wrong. */
  readonly value: unknown
}

const UNITS: Readonly<Record<Unit, string>> = {
  fen: '分 (fen), a whole number',
  minor: "the currency's smallest unit, a whole number",
}

let ajv: Promise<Ajv> | undefined

/** The compiler of the catalogue's schemas, loaded with the first of them: most clients check nothing. */
export function loadAjv(): Promise<Ajv> {
  // By its default: ncc finds no other export of what CommonJS exports as a class.
  ajv ??= import('ajv').then(({ default: { Ajv } }) => {
    return new Ajv({
      ...{ strict: false, verbose: true, validateFormats: false, logger: false },
      // The schemas are ours, and V8 optimises their code itself: compiling one takes a third of the time.
      ...{ validateSchema: false, meta: false, code: { optimize: false } },
    })
  })
  return ajv
}

/** The problem that a validator, compiled by {@link loadAjv}, has found. */
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

/** The keys in a JSON pointer, which is how Ajv says where something is. */
export function keysOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

type Found = Omit<SchemaProblem, 'name' | 'value'> & { readonly schema: JsonSchema | undefined }

function problemOf(error: ErrorObject): Found {
  const { instancePath, keyword, params, parentSchema } = error
  const path = keysOf(instancePath)
  const schema = parentSchema as JsonSchema | undefined
  const { properties = {}, anyOf } = schema ?? {}
  if (keyword === 'required') {
    const missing = String(params.missingProperty)
    return { path: [...path, missing], kind: 'missing', what: 'is missing', schema: properties[missing] }
  }
  if (keyword === 'additionalProperties') {
    const unknown = String(params.additionalProperty)
    const nearest = nearestName(unknown, Object.keys(properties))
    const what = `is no documented field${didYouMean(nearest)}`
    return { path: [...path, unknown], kind: 'unknown', what, nearest, schema: undefined }
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
