import type { AxiosResponse } from 'axios'
import { nearestRoute } from '../../catalog/suggest.js'
import { ApiError } from '../../errors.js'
import type { Call } from '../../pipeline/call.js'
import type { Endpoint } from '../../pipeline/endpoint.js'
import { MAY_BE_DONE } from '../../transport/failure.js'
import { explainSignError } from './sign-error.js'
import type { Signer } from './signer.js'

/** An answer outside 2xx. */
export function toApiError(
  response: AxiosResponse,
  body: Buffer,
  verified: boolean,
  { endpoint, signed }: Call,
  signer: Signer,
): ApiError {
  const data = parse(body)
  const { code, message, detail } = fields(data)
  const requestId = response.headers['request-id'] as string | undefined
  const parts = [
    `${endpoint.name}: ${response.status} ${code ?? ''}`.trimEnd(),
    message ?? (response.status < 400 ? 'redirects are not followed' : undefined),
    requestId && `Request-ID ${requestId}`,
    hint(endpoint, response.status),
    code === 'SIGN_ERROR' && signed ? explainSignError(signed, detail, timeOf(response), signer) : undefined,
    !verified && endpoint.verb !== 'get' ? `This answer is not verified. ${MAY_BE_DONE}` : undefined,
  ]
  return new ApiError(parts.filter(Boolean).join('; '), {
    code: code ?? `HTTP_${response.status}`,
    detail,
    requestId,
    verified,
    method: endpoint.verb.toUpperCase(),
    path: endpoint.path,
    response: {
      status: response.status,
      data,
      headers: Object.fromEntries(Object.entries(response.headers)),
    },
  })
}

/** The gateway's time, in milliseconds since the epoch. */
function timeOf({ headers }: AxiosResponse): number {
  const signedAt: unknown = headers['wechatpay-timestamp']
  return signedAt === undefined ? Date.parse(String(headers.date)) : Number(signedAt) * 1_000
}

function parse(body: Buffer): unknown {
  const text = body.toString()
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function fields(data: unknown): { code?: string; message?: string; detail?: unknown } {
  if (typeof data !== 'object' || data === null) return {}
  const { code, message, detail } = data as Record<string, unknown>
  return {
    ...(typeof code === 'string' && { code }),
    ...(typeof message === 'string' && { message }),
    detail,
  }
}

/** A typo in an undocumented path shows only as a 404. */
function hint(endpoint: Endpoint, status: number): string | undefined {
  if (status !== 404 || endpoint.documented) return undefined
  const nearest = nearestRoute(endpoint.path, endpoint.verb)
  return nearest && `the path is not documented; did you mean ${nearest}?`
}
