import type { KeyObject } from 'node:crypto'
import { authorization, canonicalRequest, nonce, type SignedRequest } from '../../crypto/canonical.js'
import { signAsync } from '../../crypto/rsa.js'
import type { Id } from '../../identity.js'

/** Whose signature a request carries: a merchant's, or a brand's. */
export type Signer = Id & {
  /** Serial number of the merchant certificate, or of the brand API certificate. */
  readonly serial: string
  readonly privateKey: KeyObject
}

/** A request as it will go on the wire. */
export interface WireRequest {
  /** Upper case. */
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly body: string
}

/** A request with a timestamp and nonce of its own. */
export function stamp({ method, url, body }: WireRequest): SignedRequest {
  return { method, url, body, nonce: nonce(), timestamp: Math.floor(Date.now() / 1000) }
}

/** The `Authorization` header of a request. */
export async function authorize(signer: Signer, request: SignedRequest): Promise<string> {
  const signature = await signAsync(canonicalRequest(request), signer.privateKey)
  const { nonce, timestamp } = request
  const { privateKey: _, ...id } = signer
  return authorization({ ...id, nonce, timestamp, signature })
}
