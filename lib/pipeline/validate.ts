import type { Endpoint } from '../catalog/endpoint.js'
import { createRequestCheck, describeProblem, type RequestCheck } from '../catalog/request-check.js'
import { RequestError } from '../errors.js'
import { Ciphertext, Sensitive } from '../protocols/v3/sensitive.js'

const checks = new Map<string, Promise<RequestCheck | undefined>>()

/**
 * Checks a request against what the catalogue documents of its endpoint.
 *
 * @param endpoint a documented one
 * @throws {RequestError} naming the endpoint, the field and what is wrong with it.
 */
export async function validateRequest(
  endpoint: Endpoint,
  request: Readonly<Record<string, unknown>> | undefined,
): Promise<void> {
  const loading = checks.get(endpoint.name) ?? checkOf(endpoint)
  checks.set(endpoint.name, loading)
  const check = await loading
  const { json, query, xml, multipart } = request ?? {}
  const { meta } = (multipart ?? {}) as { readonly meta?: unknown }
  const problem = await check?.({
    json: plain(json, false),
    query: plain(query, true),
    xml: plain(xml, true),
    ...(multipart !== undefined && { meta: plain(meta ?? {}, false) }),
  })
  if (problem) throw new RequestError(`${endpoint.name}: ${describeProblem(problem)}`)
}

async function checkOf({ path, verb, traits }: Endpoint): Promise<RequestCheck | undefined> {
  const { endpointDocument } = await import('../catalog/document.js')
  const document = await endpointDocument(path, verb)
  return document && createRequestCheck(document, traits)
}

/**
 * The value as it will travel. Texts to be encrypted stand for the cipher texts they become.
 *
 * @param text whether numbers travel as text, as in XML and in a query
 */
function plain(value: unknown, text: boolean): unknown {
  if (value instanceof Sensitive) return ''
  if (value instanceof Ciphertext) return value.toString()
  if (Array.isArray(value)) return value.map((item) => plain(item, text))
  if (typeof value !== 'object' || value === null) {
    return text && (typeof value === 'number' || typeof value === 'boolean') ? String(value) : value
  }
  const { toJSON } = value as { readonly toJSON?: unknown }
  if (typeof toJSON === 'function') return plain(toJSON.call(value), text)
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(entries.map(([name, field]) => [name, plain(field, text)]))
}
