import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { type AxiosError, isAxiosError } from 'axios'
import { VerificationError } from '../errors.js'
import { callOf } from '../request/call.js'
import { type Endpoint, endpointOfUrl } from '../request/endpoint.js'
import { toFailure } from '../transport/failure.js'
import { toApiError } from './api-error.js'
import type { PlatformKeys } from './platform-keys.js'
import { type SignedAnswer, toSignedAnswer, verifyAnswer } from './verifier.js'

/** Turns whatever axios rejects with into an error of ours: no answer, or an answer outside 2xx. */
export async function refuseAnswer(error: unknown, keys: PlatformKeys): Promise<never> {
  if (!isAxiosError(error)) throw error
  const { response } = error
  const endpoint = endpointOfError(error)
  if (!response || (response.status >= 200 && response.status < 300)) {
    const repeatable = endpoint.verb === 'get' || endpoint.traits.idempotent !== undefined
    throw toFailure(error, { name: endpoint.name, method: endpoint.verb.toUpperCase(), repeatable })
  }
  // An error to a request for a stream comes as a stream.
  if (response.data instanceof Readable) response.data = await buffer(response.data)
  const answer = toSignedAnswer(response)
  throw toApiError(response, answer.body, await isVerified(answer, keys), endpoint)
}

function endpointOfError({ config }: AxiosError): Endpoint {
  const known = config && callOf(config)?.endpoint
  return known ?? endpointOfUrl(config?.url ?? '', config?.method ?? 'get')
}

/** Error answers are not always signed; the caller is told, but sees them either way. */
async function isVerified(answer: SignedAnswer, keys: PlatformKeys): Promise<boolean> {
  try {
    await verifyAnswer(answer, keys, { what: 'the answer', doubt: '' })
    return true
  } catch (error) {
    if (error instanceof VerificationError) return false
    throw error
  }
}
