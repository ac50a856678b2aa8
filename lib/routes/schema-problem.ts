import type { ErrorObject, ValidateFunction } from 'ajv'
import { nearestName } from '../request/nearest.js'
import { bilingual, loadGlossary } from './glossary.js'
import type { JsonSchema, Unit } from './schema.js'

/** What a value breaks of a schema of the catalogue. */
export interface SchemaProblem {
  /** The keys that lead to the field. */
  readonly path: readonly string[]
  readonly kind: 'missing' | 'unknown' | 'wrong'
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

function problemOf({ instancePath, keyword, params, message, parentSchema }: ErrorObject): Found {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  const schema = parentSchema as JsonSchema | undefined
  const { properties = {}, unit, anyOf } = schema ?? {}
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
    return { path, kind: 'missing', what: `needs one of ${groups.join(', ')}`, schema }
  }
  const isUnit = unit && (keyword === 'type' || keyword === 'pattern')
  return {
    path,
    kind: 'wrong',
    what: isUnit ? `must be ${UNITS[unit]}` : (message ?? 'is not valid'),
    schema,
  }
}
