import type { IncomingMessage } from 'node:http'
import type { ValidateFunction } from 'ajv'
import { loadAjv } from '../../../catalog/schema-problem.js'
import { readBody } from '../../gateway/receive-request.js'
import { type ControlParts, inputSchema, type Operation } from './operation.js'
import { OPERATIONS } from './operations.js'

/** The status and the JSON that a request to the control API is responded with. */
export interface ControlResponse {
  readonly status: number
  readonly json: unknown
}

const compiled = new Map<Operation, ValidateFunction>()

/**
 * Responds to a request of somebody who may control the emulator.
 *
 * @param path below `/_emulator/`
 * @returns `undefined` when there is no operation of this path
 */
export async function respondToControl(
  request: IncomingMessage,
  path: string,
  query: URLSearchParams,
  parts: ControlParts,
): Promise<ControlResponse | undefined> {
  if (path === 'openapi.json' && request.method === 'GET') {
    const { openApiDocument } = await import('./openapi.js')
    return { status: 200, json: openApiDocument(parts.emulator().control.url) }
  }
  const all = OPERATIONS.filter((one) => one.path === path)
  const operation = all.find(({ method }) => method === request.method)
  if (!operation) return all.length > 0 ? refuse(405, `it takes ${methodsOf(all)}`) : undefined
  try {
    const body = operation.method === 'GET' ? undefined : await readBody(request)
    if (operation.method !== 'GET' && !body) return refuse(413, 'the body is too large')
    const input = body ? bodyInput(body) : queryInput(query, operation)
    const problem = await problemOf(input, operation)
    if (problem !== undefined) return refuse(400, `${operation.method} ${path}: ${problem}`)
    return { status: 200, json: (await operation.run(input as never, parts)) ?? null }
  } catch (error) {
    return refuse(400, error instanceof Error ? error.message : String(error))
  }
}

const refuse = (status: number, message: string): ControlResponse => ({ status, json: { message } })

const methodsOf = (all: readonly Operation[]): string => all.map(({ method }) => method).join(' and ')

/** The query as an object; what is to be a number is one. */
function queryInput(query: URLSearchParams, { input }: Operation): object {
  const entries = [...query].map(([name, value]) => {
    const { type } = input[name] ?? input[`${name}?`] ?? {}
    return [name, type === 'integer' && /^\d+$/.test(value) ? Number(value) : value] as const
  })
  return Object.fromEntries(entries)
}

function bodyInput(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString() || '{}')
  } catch {
    throw new Error('the body is no JSON')
  }
}

/** What is wrong with an input. */
async function problemOf(input: unknown, operation: Operation): Promise<string | undefined> {
  const validate = compiled.get(operation) ?? (await loadAjv()).compile(inputSchema(operation))
  compiled.set(operation, validate)
  if (validate(input)) return undefined
  const { instancePath = '', message = 'is wrong', params } = validate.errors?.at(-1) ?? {}
  const name: unknown = params?.additionalProperty
  if (typeof name === 'string') return `there is no '${name}'; it takes ${fieldNames(operation)}`
  const missing: unknown = params?.missingProperty
  if (typeof missing === 'string' && instancePath === '') {
    return `'${missing}' is missing; it takes ${fieldNames(operation)}`
  }
  const allowed: unknown = params?.allowedValues
  if (Array.isArray(allowed)) return `${instancePath} must be one of ${allowed.join(', ')}`
  return `${instancePath || 'the input'} ${message}`
}

const fieldNames = ({ input }: Operation): string =>
  Object.keys(input)
    .map((name) => name.replace(/\?$/, ''))
    .join(', ') || 'nothing'
