import type { KeyObject } from 'node:crypto'
import { nonce } from '../crypto/canonical.js'
import { sign } from '../crypto/sign.js'
import { RequestError } from '../errors.js'
import { type Account, type MerchantId, rsaKeyOf } from '../identity.js'
import { nameHint } from '../nearest.js'
import { readGiven } from '../plain-object.js'
import { type Message, type SignType, signMessage } from '../protocols/v2/sign.js'

/** The signature of the parameters of a payment: `RSA` for an order of APIv3, the others for one of APIv2. */
export type PaySignType = 'RSA' | SignType

/** The merchant whose key signs. */
export type MerchantSigner = MerchantId & Pick<Account, 'serial' | 'privateKey'>

/** The parts of a signature that are new each time. */
export interface Stamp {
  /** Seconds since the epoch. */
  readonly timestamp: string
  readonly nonce: string
}

/** Signs parameters for a front end. */
export interface PaySigning {
  readonly mchid: string
  /**
   * Signs lines, each of which ends with `\n`, with RSA-SHA256.
   *
   * @throws {RequestError} when the client has no private key, or one of SM2.
   */
  readonly lines: (method: string, lines: readonly string[]) => string
  /**
   * Signs fields as APIv2 does.
   *
   * @param method the method that needs the signature, for messages
   * @throws {RequestError} when the client has no APIv2 key.
   */
  readonly fields: (method: string, fields: Message, type: SignType) => string
  readonly stamp: () => Stamp
}

export function createPaySigning(
  signer: MerchantSigner,
  secret: KeyObject | undefined,
  stamp: () => Stamp = () => ({ timestamp: String(Math.floor(Date.now() / 1000)), nonce: nonce() }),
): PaySigning {
  return {
    mchid: signer.mchid,
    lines: (method, lines) =>
      sign(lines.map((line) => `${line}\n`).join(''), rsaKeyOf(signer, `${method} with RSA`)),
    fields: (method, fields, type) => {
      if (secret) return signMessage(fields, type, secret)
      throw new RequestError(
        `${method} is signed with the APIv2 key: give new Wechatpay({ secret }), the 32 characters set in the merchant platform`,
      )
    },
    stamp,
  }
}

/**
 * Checks the texts of a request, none of which may be missing, empty or unknown.
 *
 * @throws {RequestError} naming the method and the field.
 */
export function readTexts<Required extends string, Optional extends string = never>(
  method: string,
  request: unknown,
  required: readonly Required[],
  optional: readonly Optional[] = [],
): Readonly<Record<Required, string> & Partial<Record<Optional, string>>> {
  return readGiven(method, () => checkTexts(method, request, required, optional))
}

function checkTexts<Required extends string, Optional extends string>(
  method: string,
  request: unknown,
  required: readonly Required[],
  optional: readonly Optional[],
): Readonly<Record<Required, string> & Partial<Record<Optional, string>>> {
  if (typeof request !== 'object' || request === null) {
    throw new RequestError(`${method} takes an object: { ${required.join(', ')} }`)
  }
  const given = request as Readonly<Record<string, unknown>>
  const known: readonly string[] = [...required, ...optional]
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    throw new RequestError(`${method}: unknown field '${name}'; ${nameHint(name, known)}`)
  }
  const entries = known
    .filter((name) => given[name] !== undefined || required.includes(name as Required))
    .map((name) => [name, readText(method, name, given[name])] as const)
  return Object.fromEntries(entries) as Record<Required, string> & Partial<Record<Optional, string>>
}

/** Checks one text. It may not have control characters: a line break in it would change the lines that are signed. */
function readText(method: string, name: string, value: unknown): string {
  if (value === undefined || value === null) throw new RequestError(`${method}: ${name} is missing`)
  if (typeof value !== 'string') {
    throw new RequestError(`${method}: ${name} must be a text, not ${typeof value}`)
  }
  if (value.trim() === '') throw new RequestError(`${method}: ${name} is empty`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f]/.test(value) || !value.isWellFormed()) {
    throw new RequestError(`${method}: ${name} has characters that cannot be signed`)
  }
  return value
}
