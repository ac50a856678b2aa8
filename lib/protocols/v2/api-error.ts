import type { AxiosResponse } from 'axios'
import { nearestRoute } from '../../catalog/suggest.js'
import { ApiError } from '../../errors.js'
import type { Endpoint } from '../../pipeline/endpoint.js'
import { MAY_BE_DONE } from '../../transport/failure.js'
import type { Failure } from './outcome.js'

/** Failures after which nobody knows whether the order was carried out. */
const OPEN_OUTCOME: ReadonlySet<string> = new Set(['SYSTEMERROR', 'BANKERROR', 'USERPAYING'])

/** An answer that says no, whatever its HTTP status. */
export function toApiError(
  { status, headers }: AxiosResponse,
  data: unknown,
  failure: Failure | undefined,
  verified: boolean,
  endpoint: Endpoint,
): ApiError {
  const code = failure?.code ?? `HTTP_${status}`
  const requestId = headers['request-id'] as string | undefined
  const parts = [
    `${endpoint.name}: ${status} ${code}`,
    failure?.reason ?? (status >= 300 && status < 400 ? 'redirects are not followed' : undefined),
    requestId && `Request-ID ${requestId}`,
    hint(endpoint, status),
    isOpen(endpoint, code, verified)
      ? `${verified ? '' : 'This answer is not verified. '}${MAY_BE_DONE}`
      : undefined,
  ]
  return new ApiError(parts.filter(Boolean).join('; '), {
    code,
    detail: typeof data === 'object' ? data : undefined,
    requestId,
    verified,
    method: endpoint.verb.toUpperCase(),
    path: endpoint.path,
    response: { status, data, headers: Object.fromEntries(Object.entries(headers)) },
  })
}

function isOpen({ verb, traits }: Endpoint, code: string, verified: boolean): boolean {
  if (verb === 'get' || traits.safe) return false
  return OPEN_OUTCOME.has(code) || !(verified || traits.unsigned)
}

function hint(endpoint: Endpoint, status: number): string | undefined {
  if (status !== 404 || endpoint.documented) return undefined
  const nearest = nearestRoute(endpoint.path, endpoint.verb)
  return nearest && `the path is not documented; did you mean ${nearest}?`
}
