import { constants, type KeyObject, privateDecrypt } from 'node:crypto'
import { parameterError } from '../../domain/refusal.js'
import type { PlatformKey } from '../../identity/identity.js'

/** A request's body and query, and the key it names. */
export interface SealedRequest {
  readonly json: unknown
  readonly query: URLSearchParams
  /** Of `Wechatpay-Serial`. */
  readonly serial: string
}

/** A request with its secrets in clear. */
export interface OpenedRequest {
  /** The body in clear; encryption differs every time, what it hides does not. */
  readonly plain: unknown
  /** What was encrypted, by JSON pointer. */
  readonly texts: Readonly<Record<string, string>>
}

/**
 * Decrypts the fields that are sent encrypted, with the private half of the key that `Wechatpay-Serial` names.
 *
 * @param encrypts as in the traits: `json.name`, `query.name`, `json.receivers[].name`
 * @param keys those that the caller may name
 * @throws {Refusal} `PARAM_ERROR`, naming the first field that is not encrypted for this platform.
 */
export function decryptRequest(
  encrypts: readonly string[],
  { json, query, serial }: SealedRequest,
  keys: readonly PlatformKey[],
): OpenedRequest {
  const texts: Record<string, string> = {}
  if (encrypts.length === 0) return { plain: json, texts }
  const key = () => keyOf(serial, keys)
  const plain = structuredClone(json)
  for (const path of encrypts) {
    const [where, ...names] = path.replaceAll('[]', '.[]').split('.')
    if (where === 'query') {
      const name = names.join('.')
      const sealed = query.get(name)
      if (sealed !== null) texts[`/${name}`] = open(sealed, key(), `/${name}`, 'query')
    } else
      openAt(plain, names, '', (sealed, pointer) => {
        texts[pointer] = open(sealed, key(), pointer, 'body')
        return texts[pointer]
      })
  }
  return { plain, texts }
}

/** Replaces each text that a path leads to. */
function openAt(
  at: unknown,
  [name, ...rest]: readonly string[],
  pointer: string,
  replace: (sealed: string, pointer: string) => string,
): void {
  if (name === undefined || typeof at !== 'object' || at === null) return
  const fields = at as Record<string, unknown>
  for (const key of name === '[]' ? Object.keys(fields) : [name]) {
    const value = fields[key]
    if (rest.length > 0) openAt(value, rest, `${pointer}/${key}`, replace)
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

function open(sealed: string, key: KeyObject, pointer: string, location: 'body' | 'query'): string {
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    return privateDecrypt({ key, padding }, Buffer.from(sealed, 'base64')).toString()
  } catch {
    throw parameterError(
      pointer,
      '敏感信息解密失败 (not encrypted with the key of Wechatpay-Serial)',
      '',
      location,
    )
  }
}
