import type { ValidateFunction } from 'ajv'
import { endpointDocument, requestSchemas } from '../catalog/document.js'
import { findSchemaProblem, loadAjv, type SchemaProblem } from '../catalog/schema-problem.js'
import type { Verb } from '../catalog/traits.js'
import { didYouMean } from '../pipeline/nearest.js'
import { parameterError, type Refusal } from './refusal.js'

type Location = 'body' | 'query'

/** The checks of one endpoint's request, compiled. */
interface Checks {
  readonly body?: ValidateFunction
  /** Whether there has to be a body. */
  readonly bodyRequired: boolean
  readonly query?: ValidateFunction
  /** Documented lists of the query, which have all values of their name. */
  readonly lists: ReadonlySet<string>
}

const compiled = new Map<string, Promise<Checks | undefined>>()

function checksOf(method: string, template: string): Promise<Checks | undefined> {
  const key = `${method} ${template}`
  const known = compiled.get(key) ?? compile(method, template)
  compiled.set(key, known)
  return known
}

async function compile(method: string, template: string): Promise<Checks | undefined> {
  const document = await endpointDocument(template, method.toLowerCase() as Verb)
  if (!document) return undefined
  const { query, json, meta, required } = requestSchemas(document, { closed: true })
  const body = json ?? meta
  const compiler = await loadAjv()
  return {
    ...(body && { body: compiler.compile(body) }),
    bodyRequired: required.includes('json') || required.includes('multipart'),
    // Parameters that nobody knows are let pass: a gateway does not look at them.
    ...(query && { query: compiler.compile({ ...query, additionalProperties: true }) }),
    lists: new Set(
      Object.entries(query?.properties ?? {}).flatMap(([name, { type }]) => (type === 'array' ? [name] : [])),
    ),
  }
}

async function check(validate: ValidateFunction, value: unknown, location: Location): Promise<void> {
  if (validate(value)) return
  const problem = await findSchemaProblem(validate)
  if (problem) throw refusalOf(problem, location)
}

function refusalOf(problem: SchemaProblem, location: Location): Refusal {
  const { path, kind, what, nearest, name, value } = problem
  const field = path.map((key) => `/${key}`).join('')
  const unknown = `请求中含有未在API文档中定义的参数 (unknown field)${didYouMean(nearest)}`
  const issue = { missing: 'is required', either: what, unknown, wrong: what }[kind]
  return parameterError(field, issue, kind === 'wrong' ? value : '', location, name)
}

/** The query as an object; a documented list has all values of its name. */
function queryObject(query: URLSearchParams, lists: ReadonlySet<string>): object {
  const names = [...new Set(query.keys())]
  return Object.fromEntries(
    names.map((name) => [name, lists.has(name) ? query.getAll(name) : query.get(name)]),
  )
}

/** Throws 400 `PARAM_ERROR` with the first field that breaks what the catalogue documents. */
export async function validateRequest(
  method: string,
  template: string,
  json: unknown,
  query: URLSearchParams,
): Promise<void> {
  const checks = await checksOf(method, template)
  if (checks?.query) await check(checks.query, queryObject(query, checks.lists), 'query')
  if (checks?.body && (checks.bodyRequired || json !== undefined))
    await check(checks.body, json ?? {}, 'body')
}
