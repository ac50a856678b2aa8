import { Readable } from 'node:stream'
import type { AxiosResponse } from 'axios'
import { type Call, callOf } from '../../pipeline/call.js'
import { handOver } from '../../pipeline/hand-over.js'
import { bytesOf, passOn } from '../../transport/body.js'
import { MAY_BE_DONE } from '../../transport/failure.js'
import { unseal } from '../../transport/seal.js'
import { digestChecked, digestMessage } from './body-digest.js'
import type { V3Context } from './context.js'
import { decodeAnswer } from './decode.js'
import { decryptFields } from './decrypt-fields.js'
import {
  headerReader,
  type SignedAnswer,
  signatureHeaders,
  toSignedAnswer,
  verifyAnswer,
  type Wording,
} from './verifier.js'

/**
 * Verifies a 2xx answer on its raw bytes, then decodes it.
 *
 * @throws {VerificationError} before anyone sees the data of an answer that is not to be trusted.
 */
export async function acceptAnswer(response: AxiosResponse, context: V3Context): Promise<AxiosResponse> {
  const call = callOf(response.config) as Call
  call.settle()
  const { signedDigest } = call.endpoint.traits
  if (signedDigest) await acceptDigest(response, signedDigest, call, context)
  else if (!call.unsigned) await verify(toSignedAnswer(response), call, context)
  unseal(response)
  if (response.data instanceof Readable) {
    return call.finish(response, passOn(response.data, call.endpoint.name))
  }
  const body = bytesOf(response.data)
  const data = handOver(response, body, call, () => decodeAnswer(body, call, response.status))
  const encrypted = call.decrypt ? (call.endpoint.traits.decrypts ?? []) : []
  return call.finish(response, decryptFields(data, encrypted, context.signer, wordingOf(call)))
}

function wordingOf({ endpoint }: Call): Wording {
  return { what: `${endpoint.name}: the answer`, doubt: endpoint.verb === 'get' ? '' : `. ${MAY_BE_DONE}` }
}

function verify(answer: SignedAnswer, call: Call, { keys }: V3Context): Promise<void> {
  return verifyAnswer(answer, keys, wordingOf(call))
}

/** The signature vouches for a digest, and the digest for a body that may be too large to hold. */
async function acceptDigest(
  response: AxiosResponse,
  header: string,
  call: Call,
  context: V3Context,
): Promise<void> {
  const reader = headerReader(response)
  const digest = reader(header.toLowerCase()) ?? ''
  await verify({ headers: signatureHeaders(reader), body: digestMessage(digest) }, call, context)
  response.data = digestChecked(response.data, digest, `${call.endpoint.name}: the answer`)
}
