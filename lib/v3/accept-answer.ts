import type { AxiosResponse } from 'axios'
import { type Call, callOf } from '../request/call.js'
import { MAY_BE_DONE } from '../transport/failure.js'
import { unseal } from '../transport/seal.js'
import { decodeAnswer } from './decode.js'
import type { PlatformKeys } from './platform-keys.js'
import { bodyOf, headerReader, verifySignature } from './verifier.js'

/**
 * Verifies a 2xx answer on its raw bytes, then decodes it.
 *
 * @throws {VerificationError} before anyone sees the data of an answer that is not to be trusted.
 */
export function acceptAnswer(response: AxiosResponse, keys: PlatformKeys): AxiosResponse {
  const call = callOf(response.config) as Call
  const body = bodyOf(response)
  if (!call.unsigned) {
    const doubt = call.endpoint.verb === 'get' ? '' : `. ${MAY_BE_DONE}`
    verifySignature(headerReader(response), body, keys, { what: `${call.endpoint.name}: the answer`, doubt })
  }
  unseal(response)
  return call.finish(response, decodeAnswer(response, body, call))
}
