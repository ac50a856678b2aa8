import type { KeyObject } from 'node:crypto'
import { decryptOaep, encryptOaep } from '../../crypto/rsa.js'
import { isSm2 } from '../../crypto/sm2.js'
import { RequestError, VerificationError } from '../../errors.js'
import { parseJson } from '../../parse-json.js'
import { isRecord } from '../../plain-object.js'
import type { Call } from '../protocol.js'
import { type PlatformKey, type PlatformKeys, plainSerial } from './platform-keys.js'

/** A text that leaves this process only encrypted. Made by {@link sensitive}. */
export class Sensitive {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /**
   * Encrypts the text for the holder of `key`.
   *
   * @throws {RequestError} for an SM2 key: Node.js has no SM2 encryption.
   */
  encryptFor({ serial, key }: PlatformKey): Ciphertext {
    if (isSm2(key)) {
      throw new RequestError(
        `${serial} is an SM2 key, for which no run time can encrypt: encrypt the text by a library and pass new Ciphertext(base64, '${serial}')`,
      )
    }
    return new Ciphertext(encryptOaep(this.#text, key), serial)
  }

  toString(): string {
    return 'Sensitive <hidden>'
  }

  /** Reached only where nothing encrypts it: better no request than a wrong one. */
  toJSON(): never {
    throw new RequestError('A sensitive(…) value is encrypted only inside `json` or `query` of a v3 request')
  }
}

/** A field encrypted with the platform key that `serial` names. */
export class Ciphertext {
  readonly #base64: string
  readonly serial: string

  constructor(base64: string, serial: string) {
    this.#base64 = base64
    this.serial = serial
  }

  toString(): string {
    return this.#base64
  }

  toJSON(): string {
    return this.#base64
  }
}

/** Marks a text, such as a name or an id number, to be encrypted on its way out. */
export function sensitive(text: string): Sensitive {
  if (typeof text !== 'string' || text === '' || !text.isWellFormed()) {
    throw new RequestError('sensitive() takes a well-formed text that is not empty')
  }
  return new Sensitive(text)
}

/**
 * Checks that what the catalogue marks as encrypted, and nothing else, is to be encrypted.
 *
 * @throws {RequestError} for a bare text, which would go out in clear, or a {@link Sensitive} that the API would not decrypt.
 */
export function assertEncryption({ endpoint, body, query, upload, sensitive }: Call): void {
  const { name, documented, traits } = endpoint
  const { encrypts = [] } = traits
  if (encrypts.length === 0 && !(sensitive && documented)) return
  const parts = {
    [upload ? 'meta' : 'json']:
      typeof body === 'string' || Buffer.isBuffer(body) ? parseJson(body.toString()) : body,
    query,
  }
  const fields = textsIn(parts, '')
  const bare = fields.find(
    ({ at, value }) => value !== '' && !(value instanceof Sensitive) && encrypts.includes(at),
  )
  if (bare) {
    throw new RequestError(
      `${name}: ${bare.at} is a field that goes out encrypted: pass sensitive('…'), or the Ciphertext that wxpay.encrypt(…) gives`,
    )
  }
  const odd = fields.find(({ at, value }) => value instanceof Sensitive && !encrypts.includes(at))
  if (odd && documented) {
    const known =
      encrypts.length > 0 ? `encrypted are: ${encrypts.join(', ')}` : 'no field of this endpoint is encrypted'
    throw new RequestError(
      `${name}: ${odd.at} is not documented as encrypted, so the API would not decrypt it: pass the text itself (${known}); should the API want it all the same, pass a Ciphertext of wxpay.encrypt(…)`,
    )
  }
}

/** The texts, numbers and sensitive texts in a value, with their places as the catalogue writes them: `json.receivers[].name`. */
function textsIn(value: unknown, at: string): { readonly at: string; readonly value: unknown }[] {
  if (typeof value === 'string' || typeof value === 'number' || value instanceof Sensitive)
    return [{ at, value }]
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, `${at}[]`))
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([name, item]) => textsIn(item, at === '' ? name : `${at}.${name}`))
}

/** The parts of a request that may have encrypted fields. */
export interface EncryptableParts {
  readonly body: unknown
  readonly query: unknown
}

/**
 * Encrypts every {@link Sensitive} inside a request, however deep. The `serial` that comes back is that of the key which all fields
 * share; the pinned one, or none, when nothing is encrypted.
 *
 * @param pinned the platform key that the caller asks for by `Wechatpay-Serial`
 * @throws {RequestError} when fields are, or would have to be, encrypted for more than one key.
 */
export function encryptFields(
  { body, query }: EncryptableParts,
  pinned: string | undefined,
  keys: PlatformKeys,
): EncryptableParts & { readonly serial: string | undefined } {
  const found = collect(query, collect(body, []))
  if (found.length === 0) return { body, query, serial: pinned }
  const serials = new Set(
    found.filter((field) => field instanceof Ciphertext).map((field) => plainSerial(field.serial)),
  )
  if (pinned) serials.add(plainSerial(pinned))
  if (serials.size > 1) {
    throw new RequestError(
      `One request takes fields of one platform key only; these are of ${[...serials].join(' and ')}`,
    )
  }
  const [serial] = serials
  const key = serial === undefined ? keys.current() : keys.get(serial)
  if (!key && found.some((field) => field instanceof Sensitive)) {
    const known = keys.all().map((one) => one.serial)
    throw new RequestError(
      `There is no platform key ${serial ?? ''} to encrypt with; known: ${known.join(', ')}`,
    )
  }
  return { body: replace(body, key), query: replace(query, key), serial: serial ?? key?.serial }
}

function collect(value: unknown, found: (Sensitive | Ciphertext)[]): (Sensitive | Ciphertext)[] {
  if (typeof value !== 'object' || value === null) return found
  if (value instanceof Sensitive || value instanceof Ciphertext) found.push(value)
  else for (const item of children(value)) collect(item, found)
  return found
}

function replace(value: unknown, key: PlatformKey | undefined): unknown {
  if (value instanceof Ciphertext) return value.toString()
  if (value instanceof Sensitive) return value.encryptFor(key as PlatformKey).toString()
  if (Array.isArray(value)) return value.map((item) => replace(item, key))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replace(item, key)]))
}

function children(value: object): readonly unknown[] {
  if (Array.isArray(value)) return value
  return isRecord(value) ? Object.values(value) : []
}

/**
 * The data of a response with its encrypted fields in clear; a field that came in clear stays as it is.
 *
 * @param paths where the encrypted fields are, as `payee.name` or `data[].name`
 * @param what the message calls the response
 * @throws {VerificationError} code `DECRYPTION_FAILED` when a field was not encrypted for the certificate of this private key.
 */
export function decryptFields(
  data: unknown,
  paths: readonly string[],
  privateKey: KeyObject,
  what: string,
): unknown {
  return paths.reduce((value, path) => {
    const steps = path.replaceAll('[]', '.[]').split('.')
    return mapAt(value, steps, (text) => {
      try {
        return decryptOaep(text, privateKey)
      } catch {
        // Not a RequestError: the request was carried out.
        const why = 'it is not encrypted for the certificate of this private key'
        throw new VerificationError(`${what}: ${path} cannot be decrypted: ${why}`, {
          code: 'DECRYPTION_FAILED',
        })
      }
    })
  }, data)
}

function mapAt(value: unknown, steps: readonly string[], map: (text: string) => string): unknown {
  const [step, ...rest] = steps
  if (step === undefined) return typeof value === 'string' && value !== '' ? map(value) : value
  if (step === '[]') return Array.isArray(value) ? value.map((item) => mapAt(item, rest, map)) : value
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return value
  return { ...value, [step]: mapAt((value as Record<string, unknown>)[step], rest, map) }
}
