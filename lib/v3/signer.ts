import type { KeyObject } from 'node:crypto'
import { authorization, canonicalRequest, nonce } from '../crypto/canonical.js'
import { signAsync } from '../crypto/rsa.js'

/** Whose signature a request carries. */
export interface Signer {
  readonly mchid: string
  /** Serial number of the merchant certificate. */
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

/** The `Authorization` header of a request, with a timestamp and nonce of its own. */
export async function authorize(signer: Signer, request: WireRequest): Promise<string> {
  const once = { nonce: nonce(), timestamp: Math.floor(Date.now() / 1000) }
  const signature = await signAsync(canonicalRequest({ ...request, ...once }), signer.privateKey)
  return authorization({ mchid: signer.mchid, serial: signer.serial, ...once, signature })
}
