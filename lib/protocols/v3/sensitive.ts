import { encryptOaep } from '../../crypto/rsa.js'
import { RequestError } from '../../errors.js'
import { isRecord } from '../../plain-object.js'
import { type PlatformKey, type PlatformKeys, plainSerial } from './platform-keys.js'

/** A text that leaves this process only encrypted. Made by {@link sensitive}. */
export class Sensitive {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** Encrypts the text for the holder of `key`. */
  encryptFor({ serial, key }: PlatformKey): Ciphertext {
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

/** A value with its sensitive texts encrypted, and the serial of the key that all of them share. */
export interface EncryptedFields {
  readonly value: unknown
  readonly serial: string | undefined
}

/**
 * Encrypts every {@link Sensitive} inside `value`, however deep.
 *
 * @param pinned the platform key the caller asks for by `Wechatpay-Serial`
 * @throws {RequestError} when fields are, or would have to be, encrypted for more than one key.
 */
export function encryptFields(
  value: unknown,
  pinned: string | undefined,
  keys: PlatformKeys,
): EncryptedFields {
  const found = collect(value, [])
  if (found.length === 0) return { value, serial: pinned }
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
    throw new RequestError(
      `There is no platform key ${serial ?? ''} to encrypt with; known: ${keys
        .all()
        .map((known) => known.serial)
        .join(', ')}`,
    )
  }
  return { value: replace(value, key), serial: serial ?? key?.serial }
}

function collect(value: unknown, found: (Sensitive | Ciphertext)[]): (Sensitive | Ciphertext)[] {
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

function children(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return isRecord(value) ? Object.values(value) : []
}
