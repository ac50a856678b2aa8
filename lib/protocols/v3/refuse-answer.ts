import { Readable } from 'node:stream'
import { isAxiosError } from 'axios'
import { VerificationError } from '../../errors.js'
import { Call, callOf } from '../../pipeline/call.js'
import { endpointOfUrl } from '../../pipeline/endpoint.js'
import { bytesOf, readDocument } from '../../transport/body.js'
import { toFailure } from '../../transport/failure.js'
import { toApiError } from './api-error.js'
import type { V3Context } from './context.js'
import type { PlatformKeys } from './platform-keys.js'
import { type SignedAnswer, toSignedAnswer, verifyAnswer } from './verifier.js'

/** An error is some lines of JSON, or a page of a gateway's. */
const MAX_ERROR_BYTES: number = 1024 * 1024

/** Turns whatever axios rejects with into an error of ours: no answer, or an answer outside 2xx. */
export async function refuseAnswer(
  error: unknown,
  { keys, signer }: Pick<V3Context, 'keys' | 'signer'>,
): Promise<never> {
  if (!isAxiosError(error)) throw error
  const { response, config } = error
  const call =
    (config && callOf(config)) ?? new Call(endpointOfUrl(config?.url ?? '', config?.method ?? 'get'), '')
  const { endpoint, repeatable, clock } = call
  call.settle()
  if (!response || (response.status >= 200 && response.status < 300)) {
    throw toFailure(error, {
      name: endpoint.name,
      method: endpoint.verb.toUpperCase(),
      repeatable,
      clock,
    })
  }
  // An error to a request for a stream comes as a stream.
  if (response.data instanceof Readable) {
    response.data = await readDocument(response.data, endpoint.name, clock.limit, MAX_ERROR_BYTES)
  }
  const verified = await isVerified(toSignedAnswer(response), keys)
  throw toApiError(response, bytesOf(response.data), verified, call, signer)
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
