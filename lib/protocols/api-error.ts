import type { Endpoint } from '../catalog/endpoint.js'
import { knownVerbs } from '../catalog/lookup.js'
import { nearestRoute } from '../catalog/suggest.js'
import { ApiError } from '../errors.js'
import { printable } from '../printable.js'
import type { HttpResponse } from '../transport/transport.js'
import { MAY_BE_DONE, mayHaveHappened } from './open-outcome.js'

/** What a response says when it says no. */
export interface Refusal {
  /** The API's own code; `HTTP_502` and the like where it gives none. */
  readonly code: string | undefined
  /** The API's own words. */
  readonly reason: string | undefined
  readonly detail: unknown
  /** The whole body, parsed where that was possible. */
  readonly data: unknown
  readonly verified: boolean
  /** What the message adds for the reader, such as the likeliest cause. */
  readonly hint?: string | undefined
}

/** The error for a response that says no. Its message tells who said what, and what to do. */
export function createApiError(
  endpoint: Endpoint,
  { status, statusText, headers }: HttpResponse,
  { code, reason, detail, data, verified, hint }: Refusal,
): ApiError {
  const requestId = headers['request-id'] as string | undefined
  const isBelieved = verified || endpoint.traits.unsigned === true
  const isOpen = mayHaveHappened(endpoint, status, code, isBelieved)
  const isRedirect = status >= 300 && status < 400
  const parts = [
    `${endpoint.name}: ${status} ${printable(code)}`.trimEnd(),
    (reason === undefined ? undefined : printable(reason)) ??
      (isRedirect ? 'redirects are not followed' : undefined),
    requestId && `Request-ID ${printable(requestId)}`,
    nearestPath(endpoint, status),
    hint,
    isOpen ? `${isBelieved ? '' : 'This answer is not verified. '}${MAY_BE_DONE}` : undefined,
  ]
  return new ApiError(parts.filter(Boolean).join('; '), {
    code: code ?? `HTTP_${status}`,
    apiMessage: reason,
    detail,
    requestId,
    verified,
    method: endpoint.verb.toUpperCase(),
    path: endpoint.path,
    mayHaveHappened: isOpen,
    response: { status, statusText, data, headers: { ...headers } as never },
  })
}

/** A misspelt path, or a wrong verb, shows only as a 404 or 405. */
function nearestPath(endpoint: Endpoint, status: number): string | undefined {
  if (!(status === 404 || status === 405) || endpoint.documented) return undefined
  const verbs = knownVerbs(endpoint.path)
  if (verbs.length > 0) {
    const calls = verbs.map((verb) => `.${verb}(…)`).join(' or ')
    return `this path is documented as ${verbs.join(', ').toUpperCase()}: call ${calls}`
  }
  const nearest = nearestRoute(endpoint.path, endpoint.verb)
  return nearest && `the path is not documented; did you mean ${nearest}?`
}
