import type { KeyObject } from 'node:crypto'
import { nonce } from '../crypto/canonical.js'
import { sign } from '../crypto/rsa.js'
import { RequestError } from '../errors.js'
import type { MerchantId } from '../identity.js'
import { type Message, type SignType, signMessage } from '../protocols/v2/sign.js'

/** How the parameters of a payment are signed: as the order was placed, by APIv3 or by APIv2. */
export type PaySignType = 'RSA' | SignType

/** The merchant whose key signs. */
export type MerchantSigner = MerchantId & { readonly privateKey: KeyObject }

/** What signs for the front end. */
export interface PaySigning {
  readonly mchid: string
  /** RSA-SHA256 over lines, each of them ended by `\n`. */
  readonly lines: (lines: readonly string[]) => string
  /** The APIv2 signature of `fields`; `method` is for the message where there is no APIv2 key. */
  readonly fields: (method: string, fields: Message, type: SignType) => string
  /** Now, in seconds, and a nonce: the same pair never comes twice. */
  readonly stamp: () => Stamp
}

/** What makes a signature good for one use. */
export interface Stamp {
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
