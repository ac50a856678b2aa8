import { createHash, createHmac } from 'node:crypto'
import { ConfigError, RequestError } from '../errors.js'
import { assertObject } from './given.js'

/** The fields of an APIv2 message. Empty ones are not signed. */
export type SignParams = Readonly<Record<string, string | number | boolean | null | undefined>>

/** The text that is hashed: `name=value&…` of the sorted, non-empty fields but `sign`, and `&key=…` at the end. */
function stringToSign(params: SignParams, key: string): string {
  if (typeof key !== 'string' || key === '') {
    throw new ConfigError('The APIv2 key must be a text that is not empty', { code: 'KEY_INVALID' })
  }
  assertObject(params, 'What is signed')
  const pairs = Object.keys(params)
    .filter((name) => name !== 'sign' && params[name] != null && params[name] !== '')
    .sort()
    .map((name) => `${name}=${textOf(name, params[name])}`)
  return [...pairs, `key=${key}`].join('&')
}

/** Why a value has no text that the API would take; that of an object would be `[object Object]`. */
export function textProblem(name: string, value: unknown): string | undefined {
  if (['object', 'symbol', 'function'].includes(typeof value)) {
    return `${name} is no text: write the JSON that the API wants`
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return `${name} is ${value}, which is no number`
  return undefined
}

/** A value as it is signed. */
function textOf(name: string, value: unknown): string {
  const problem = textProblem(name, value)
  if (problem) throw new RequestError(problem)
  return String(value)
}

/**
 * The MD5 signature of an APIv2 message, in upper-case hex.
 *
 * @throws {ConfigError} code `KEY_INVALID` when there is no key.
 * @throws {RequestError} when `params` is no object, or one of them is.
 * @see https://pay.weixin.qq.com/doc/v2/merchant/4011985891
 */
export function md5Sign(params: SignParams, key: string): string {
  return createHash('md5').update(stringToSign(params, key)).digest('hex').toUpperCase()
}

/**
 * The HMAC-SHA256 signature of an APIv2 message, in upper-case hex.
 *
 * @throws {ConfigError} code `KEY_INVALID` when there is no key.
 * @throws {RequestError} when `params` is no object, or one of them is.
 * @see https://pay.weixin.qq.com/doc/v2/merchant/4011985891
 */
export function hmacSign(params: SignParams, key: string): string {
  const text = stringToSign(params, key)
  return createHmac('sha256', key).update(text).digest('hex').toUpperCase()
}
