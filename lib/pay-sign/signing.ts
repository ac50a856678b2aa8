import type { KeyObject } from 'node:crypto'
import { nonce } from '../crypto/canonical.js'
import { sign } from '../crypto/rsa.js'
import { RequestError } from '../errors.js'
import type { MerchantId } from '../identity.js'
import { type Message, type SignType, signMessage } from '../protocols/v2/sign.js'

/** The signature of the parameters of a payment: `RSA` for an order of APIv3, the others for one of APIv2. */
export type PaySignType = 'RSA' | SignType

/** The merchant whose key signs. */
export type MerchantSigner = MerchantId & { readonly privateKey: KeyObject }

/** Signs parameters for a front end. */
export interface PaySigning {
  readonly mchid: string
  /** Signs lines, each of which ends with `\n`, with RSA-SHA256. */
  readonly lines: (lines: readonly string[]) => string
  /**
   * Signs fields as APIv2 does.
   *
   * @param method the method that needs the signature, for messages
   * @throws {RequestError} when the client has no APIv2 key.
   */
  readonly fields: (method: string, fields: Message, type: SignType) => string
  /** The time and a nonce for one signature. */
  readonly stamp: () => Stamp
}

/** The parts of a signature that are new each time. */
export interface Stamp {
  /** Seconds since the epoch. */
  readonly timestamp: string
  readonly nonce: string
}

export function createPaySigning(
  { mchid, privateKey }: MerchantSigner,
  secret: KeyObject | undefined,
  stamp: () => Stamp = freshStamp,
): PaySigning {
  return {
    mchid,
    lines: (lines) => sign(lines.map((line) => `${line}\n`).join(''), privateKey),
    fields: (method, fields, type) => {
      if (secret) return signMessage(fields, type, secret)
      throw new RequestError(
        `${method} is signed with the APIv2 key: give new Wechatpay({ secret }), the 32 characters set in the merchant platform`,
      )
    },
    stamp,
  }
}

function freshStamp(): Stamp {
  return { timestamp: String(Math.floor(Date.now() / 1000)), nonce: nonce() }
}
