import type { AxiosResponse } from 'axios'
import { type Call, callOf } from '../request/call.js'
import { MAY_BE_DONE } from '../transport/failure.js'
import { unseal } from '../transport/seal.js'
import type { V3Context } from './context.js'
import { decodeAnswer } from './decode.js'
import { decryptFields } from './decrypt-fields.js'
import { toSignedAnswer, verifyAnswer } from './verifier.js'

/**
 * Verifies a 2xx answer on its raw bytes, then decodes it.
 *
 * @throws {VerificationError} before anyone sees the data of an answer that is not to be trusted.
 */
export async function acceptAnswer(
  response: AxiosResponse,
  { keys, signer }: V3Context,
): Promise<AxiosResponse> {
  const call = callOf(response.config) as Call
  const answer = toSignedAnswer(response)
  if (!call.unsigned) {
    const doubt = call.endpoint.verb === 'get' ? '' : `. ${MAY_BE_DONE}`
    await verifyAnswer(answer, keys, { what: `${call.endpoint.name}: the answer`, doubt })
  }
  unseal(response)
  const data = decodeAnswer(response, answer.body, call)
  const encrypted = call.decrypt ? (call.endpoint.traits.decrypts ?? []) : []
  return call.finish(response, decryptFields(data, encrypted, signer))
}
