import type { KeyObject } from 'node:crypto'
import { decryptOaep } from '../../identity/encryption.js'
import type { PlatformKey } from '../../identity/platform-certificates.js'
import { parameterError } from '../../routing/refusal.js'

/** A request with encrypted fields, and the key that it names. */
export interface EncryptedRequest {
  readonly json: unknown
  readonly query: URLSearchParams
  /** The id of the key, from `Wechatpay-Serial`. */
  readonly serial: string
}

/** A request with its encrypted fields in clear. */
export interface DecryptedRequest {
  /** The body in clear: two requests that are the same can be told by it, which ciphertexts never are. */
  readonly plain: unknown
  /** The decrypted texts, by JSON pointer. */
  readonly texts: Readonly<Record<string, string>>
}

/**
 * Decrypts the fields that are sent encrypted, with the private half of the key that `Wechatpay-Serial` names.
 *
 * @param encryptedFields by their place: `json.name`, `query.name`, `json.receivers[].name`
 * @param keys of the platform, which the caller may name
 * @throws {Refusal} `PARAM_ERROR`, naming the first field that is not encrypted for this platform.
 */
export function decryptRequest(
  encryptedFields: readonly string[],
  { json, query, serial }: EncryptedRequest,
  keys: readonly PlatformKey[],
): DecryptedRequest {
  const texts: Record<string, string> = {}
  if (encryptedFields.length === 0) return { plain: json, texts }
  const key = () => keyOf(serial, keys)
  const plain = structuredClone(json)
  for (const path of encryptedFields) {
    const [where, ...names] = path.replaceAll('[]', '.[]').split('.')
    if (where === 'query') {
      const name = names.join('.')
      const ciphertext = query.get(name)
      if (ciphertext !== null) texts[`/${name}`] = decrypt(ciphertext, key(), `/${name}`, 'query')
    } else
      replaceTexts(plain, names, '', (ciphertext, pointer) => {
        texts[pointer] = decrypt(ciphertext, key(), pointer, 'body')
        return texts[pointer]
      })
  }
  return { plain, texts }
}

/** Replaces each text at a path, in place. */
function replaceTexts(
  parent: unknown,
  [name, ...rest]: readonly string[],
  pointer: string,
  replace: (ciphertext: string, pointer: string) => string,
): void {
  if (name === undefined || typeof parent !== 'object' || parent === null) return
  const fields = parent as Record<string, unknown>
  for (const key of name === '[]' ? Object.keys(fields) : [name]) {
    const value = fields[key]
    if (rest.length > 0) replaceTexts(value, rest, `${pointer}/${key}`, replace)
    else if (typeof value === 'string' && value !== '') fields[key] = replace(value, `${pointer}/${key}`)
  }
}

function keyOf(serial: string, keys: readonly PlatformKey[]): KeyObject {
  const found = keys.find(({ id }) => id === serial)
  if (found) return found.key
  const issue = serial
    ? '不是微信支付公钥ID或平台证书序列号'
    : 'is required: the id of the key that encrypted'
  throw parameterError('/Wechatpay-Serial', issue, serial, 'header')
}

function decrypt(ciphertext: string, key: KeyObject, pointer: string, location: 'body' | 'query'): string {
  try {
    return decryptOaep(ciphertext, key)
  } catch {
    throw parameterError(
      pointer,
      '敏感信息解密失败 (not encrypted with the key of Wechatpay-Serial)',
      '',
      location,
    )
  }
}
