import { createHash, createHmac } from 'node:crypto'

/** Values of an APIv2 message; empty ones take no part in its signature. */
export type SignParams = Readonly<Record<string, string | number | boolean | null | undefined>>

/** `k=v&…` over the sorted, non-empty parameters without `sign`, closed by `&key=…`. */
function stringToSign(params: SignParams, key: string): string {
  const pairs = Object.keys(params)
    .filter((name) => name !== 'sign' && params[name] != null && params[name] !== '')
    .sort()
    .map((name) => `${name}=${params[name]}`)
  return [...pairs, `key=${key}`].join('&')
}

/**
 * APIv2 signature, MD5, upper-case hex.
 *
 * @see https://pay.weixin.qq.com/doc/v2/merchant/4011985891
 */
export function md5Sign(params: SignParams, key: string): string {
  return createHash('md5').update(stringToSign(params, key)).digest('hex').toUpperCase()
}

/** APIv2 signature, HMAC-SHA256, upper-case hex. */
export function hmacSign(params: SignParams, key: string): string {
  return createHmac('sha256', key).update(stringToSign(params, key)).digest('hex').toUpperCase()
}
