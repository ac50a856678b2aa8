import type { Ajv, ErrorObject, ValidateFunction } from 'ajv'
import { parameterError, type Refusal } from './refusal.js'

/** A JSON schema. */
export type Schema = object

/** What an endpoint's request has to look like. */
export interface RequestSchemas {
  readonly json?: Schema
  /** Whether there has to be a body; it has when absent. */
  readonly bodyRequired?: boolean
  readonly query?: Schema & { readonly properties?: Readonly<Record<string, { readonly type?: unknown }>> }
}

/** Finds the schemas of an endpoint; none when nothing is known of it. Each of them has to fit. */
export type SchemaSource = (method: string, template: string) => Promise<readonly RequestSchemas[]>

let ajv: Promise<Ajv> | undefined
const compiled = new WeakMap<Schema, ValidateFunction>()

/** Loaded with the first request that is checked, so that starting an emulator does not wait for it. */
function loadAjv(): Promise<Ajv> {
  ajv ??= import('ajv').then(({ Ajv }) => {
    return new Ajv({ strict: false, allErrors: false, verbose: true, validateFormats: false, logger: false })
  })
  return ajv
}

/** The field an Ajv finding is about: for a missing or unknown one, that field and not its parent. */
function fieldOf({ instancePath, keyword, params }: ErrorObject): string {
  const name: unknown = keyword === 'required' ? params.missingProperty : params.additionalProperty
  return typeof name === 'string' ? `${instancePath}/${name}` : instancePath
}

function refusalOf(error: ErrorObject, location: 'body' | 'query'): Refusal {
  const { keyword, message = 'is not valid', data } = error
  if (keyword === 'required') return parameterError(fieldOf(error), 'is required', '', location)
  if (keyword === 'additionalProperties') {
    return parameterError(fieldOf(error), '请求中含有未在API文档中定义的参数 (unknown field)', '', location)
  }
  return parameterError(fieldOf(error), message, data ?? '', location)
}

async function check(schema: Schema, value: unknown, location: 'body' | 'query'): Promise<void> {
  let validate = compiled.get(schema)
  if (!validate) {
    validate = (await loadAjv()).compile(schema)
    compiled.set(schema, validate)
  }
  if (validate(value)) return
  const [error] = validate.errors ?? []
  if (error) throw refusalOf(error, location)
}

/** The query as an object; a documented list has all values of its name. */
function queryObject(
  query: URLSearchParams,
  { properties = {} }: NonNullable<RequestSchemas['query']>,
): object {
  const names = [...new Set(query.keys())]
  return Object.fromEntries(
    names.map((name) => [name, properties[name]?.type === 'array' ? query.getAll(name) : query.get(name)]),
  )
}

/** Throws 400 `PARAM_ERROR` with the first field that breaks the schemas. */
export async function validateRequest(
  { query: querySchema, json: jsonSchema, bodyRequired = true }: RequestSchemas,
  json: unknown,
  query: URLSearchParams,
): Promise<void> {
  if (querySchema) await check(querySchema, queryObject(query, querySchema), 'query')
  if (jsonSchema && (bodyRequired || json !== undefined)) await check(jsonSchema, json ?? {}, 'body')
}
