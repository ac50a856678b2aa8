import { randomUUID } from 'node:crypto'
import { RequestError } from '../errors.js'
import { assertParts } from './given.js'

/** A new `nonce_str`: 32 hexadecimal characters that cannot be guessed. */
export function nonce(): string {
  return randomUUID().replaceAll('-', '')
}

/** The parts of a request that its signature covers. */
export interface SignedRequest {
  /** Upper case. */
  readonly method: string
  /** Path and query, exactly as on the wire. */
  readonly url: string
  /** Seconds since the epoch. */
  readonly timestamp: string | number
  readonly nonce: string
  /** Exactly as on the wire; empty where there is none. */
  readonly body: string
}

/**
 * The canonical message of a request: `METHOD\nURL\ntimestamp\nnonce\nbody\n`.
 *
 * @throws {RequestError} when a part is missing, or the body is an object.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012365336
 */
export function canonicalRequest(request: SignedRequest): string {
  assertParts(request, 'The canonical message of a request', ['method', 'url', 'timestamp', 'nonce', 'body'])
  const { method, url, timestamp, nonce, body } = request
  return `${method}\n${url}\n${timestamp}\n${nonce}\n${body}\n`
}

const LINE_END = Buffer.from('\n')

/** The parts of a response or notification that its signature covers. */
export interface SignedResponse {
  readonly timestamp: string | number
  readonly nonce: string
  /** The body as it was received. A parsed body that is serialised again may differ in its bytes. */
  readonly body: string | Buffer
}

/**
 * The canonical message of a response or notification: `timestamp\nnonce\nbody\n`, on the raw bytes.
 *
 * @throws {RequestError} when a part is missing, or the body is an object.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4013053420
 */
export function canonicalResponse(response: SignedResponse): Buffer {
  assertParts(response, 'The canonical message of a response', ['timestamp', 'nonce'])
  const { timestamp, nonce, body } = response
  if (typeof body === 'string') return Buffer.from(`${timestamp}\n${nonce}\n${body}\n`)
  if (!((body as unknown) instanceof Uint8Array)) {
    throw new RequestError(
      'The canonical message of a response: body must be the text or the bytes as they were received, not what was parsed of them',
    )
  }
  return Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, LINE_END])
}

/** How a merchant's request is signed. */
export type AuthorizationScheme = 'WECHATPAY2-SHA256-RSA2048' | 'WECHATPAY2-SM2-WITH-SM3'

/** The parts of an `Authorization` header that merchants and brands have in common. */
export interface SignatureParts {
  /** The serial number of the certificate whose key has signed. */
  readonly serial: string
  readonly nonce: string
  readonly timestamp: string | number
  /** Base64. */
  readonly signature: string
  /** Of a merchant: `WECHATPAY2-SHA256-RSA2048` when left out. */
  readonly scheme?: AuthorizationScheme
}

/** The parts of an `Authorization` header: a merchant's, with `mchid`, or a brand's, with `brandId`. */
export type AuthorizationParts = SignatureParts &
  (
    | { readonly mchid: string; readonly brandId?: undefined }
    | { readonly brandId: string; readonly mchid?: undefined }
  )

/**
 * The value of the `Authorization` header: `WECHATPAY2-SHA256-RSA2048 mchid="…",…` of a merchant, or another scheme;
 * `WECHATPAY-BRAND-SHA256-RSA2048 brand_id="…",…` of a brand.
 *
 * @throws {RequestError} when a part is missing.
 */
export function authorization(parts: AuthorizationParts): string {
  assertParts(parts, 'An Authorization header', ['serial', 'nonce', 'timestamp', 'signature'])
  assertParts(parts, 'An Authorization header', [parts.brandId === undefined ? 'mchid' : 'brandId'])
  const { mchid, brandId, scheme = 'WECHATPAY2-SHA256-RSA2048', serial, nonce, timestamp, signature } = parts
  const signer =
    brandId === undefined
      ? `${scheme} mchid="${mchid}"`
      : `WECHATPAY-BRAND-SHA256-RSA2048 brand_id="${brandId}"`
  return `${signer},nonce_str="${nonce}",signature="${signature}",timestamp="${timestamp}",serial_no="${serial}"`
}
