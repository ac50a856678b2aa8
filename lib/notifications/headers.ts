import { type HeaderReader, type SignatureHeaders, signatureHeaders } from '../protocols/v3/signature.js'

/** Headers by name in any case, or whatever has `get(name)`: `Headers`, `AxiosHeaders`. */
export type NotificationHeaders =
  | Readonly<Record<string, unknown>>
  | { readonly get: (name: string) => unknown }

/**
 * The headers of a signature. The usual spellings, those of Node and of the documentation, are asked for by name: to look
 * through all headers takes its time.
 */
export function readSignature(headers: NotificationHeaders): SignatureHeaders {
  const given = headers as Readonly<Record<string, unknown>>
  const serial = given['wechatpay-serial'] ?? given['Wechatpay-Serial']
  const signature = given['wechatpay-signature'] ?? given['Wechatpay-Signature']
  const timestamp = given['wechatpay-timestamp'] ?? given['Wechatpay-Timestamp']
  const nonce = given['wechatpay-nonce'] ?? given['Wechatpay-Nonce']
  const isPlain = isText(serial) && isText(signature) && isText(timestamp) && isText(nonce)
  return isPlain ? { serial, signature, timestamp, nonce } : signatureHeaders(headerReader(headers))
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** Reads headers by their lower-case name. */
function headerReader(headers: NotificationHeaders): HeaderReader {
  const get = headers.get
  if (typeof get === 'function') return (name) => textOf(get.call(headers, name))
  const given = headers as Readonly<Record<string, unknown>>
  return (name) => textOf(given[name] ?? given[spellingOf(name, given)])
}

function spellingOf(name: string, headers: object): string {
  for (const key in headers) {
    if (key.length === name.length && key.toLowerCase() === name) return key
  }
  return name
}

function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.join(', ')
  return value === undefined || value === null ? undefined : String(value)
}
