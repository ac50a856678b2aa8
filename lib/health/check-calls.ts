import type { KeyObject } from 'node:crypto'
import type { SecretInput } from '../crypto/aes.js'
import { unquote } from '../crypto/material.js'
import { ApiError, ConfigError, NetworkError, VerificationError } from '../errors.js'
import { describeId, type Identity } from '../identity.js'
import type { WechatpayOptions } from '../option-types.js'
import { loadSecret } from '../options.js'
import { printable } from '../printable.js'
import { type CertificateList, decryptList } from '../protocols/v3/certificate-list.js'
import { plainSerial } from '../protocols/v3/platform-keys.js'
import { PROBE } from '../protocols/v3/signature.js'
import type { CheckedOptions } from './check-options.js'
import { bad, type Fact, good, unknown } from './finding.js'

/** The part of a client that is needed to check one. */
export interface CheckClient {
  chain(path: string): {
    get(request: object): Promise<{ readonly data: unknown }>
    post(request: object): Promise<{ readonly data: unknown }>
  }
  close(): void
}

/** What calls are checked with. */
export interface CallContext {
  readonly identity: Identity
  readonly options: WechatpayOptions
  readonly account: CheckedOptions['account']
  readonly signal: AbortSignal | undefined
  readonly createClient: (options: WechatpayOptions) => CheckClient
}

/** The endpoints that are asked: they change nothing, and need no product, appid or number of an order. */
const ASKED = {
  merchant: 'v3/certificates',
  brand: 'brand/marketing/product-coupon/notify-configs',
} as const

/** Makes a signed call, which shows whether private key, serial number, platform keys and APIv3 key are right. */
export async function checkSignature(identity: 'merchant' | 'brand', context: CallContext): Promise<Fact[]> {
  const { options, signal, createClient } = context
  const { apiv3Key } = options
  // None of these signs; each has a check of its own.
  const { secret: _, merchant: __, store: ___, workwxSecret: ____, ...signing } = options
  const client = createClient({
    ...signing,
    ...(context.account.serial !== undefined && { serial: context.account.serial }),
  } as WechatpayOptions)
  const ask = (): Promise<{ readonly data: unknown }> =>
    client.chain(ASKED[identity]).get({ retry: false, signal })
  try {
    const { data } = await ask().catch((error: unknown) => (isProbe(error) ? ask() : Promise.reject(error)))
    const accepted = [good('signature', 'SIGNATURE_ACCEPTED'), good('answer', 'ANSWER_VERIFIED')]
    return identity === 'brand' || !apiv3Key ? accepted : [...accepted, checkDecryption(data, apiv3Key)]
  } catch (error) {
    return explain(error, context)
  } finally {
    client.close()
  }
}

/** Whether an answer is one of those that WeChat Pay signs wrongly now and then, to see that they are refused. */
function isProbe(error: unknown): boolean {
  const { response } = error as Partial<ApiError | VerificationError>
  return String(response?.headers['wechatpay-signature']).startsWith(PROBE)
}

function checkDecryption(data: unknown, apiv3Key: SecretInput): Fact {
  try {
    const key = loadSecret('apiv3Key', apiv3Key) as KeyObject
    return good('decryption', 'DECRYPTED', { count: decryptList(data as CertificateList, key).length })
  } catch {
    return bad('decryption', 'APIV3_KEY_WRONG')
  }
}

const SIGNATURE_ACCEPTED = good('signature', 'SIGNATURE_ACCEPTED')

function explain(error: unknown, context: CallContext): Fact[] {
  const { message } = error as Error
  if (error instanceof ConfigError) {
    // Certificates were to be downloaded: the request was taken.
    return error.cause instanceof ApiError
      ? [SIGNATURE_ACCEPTED, bad('answer', 'CERTS_NEEDED', { reason: wordsOf(error.cause) })]
      : [SIGNATURE_ACCEPTED, bad('decryption', 'APIV3_KEY_WRONG')]
  }
  if (error instanceof VerificationError) return explainVerification(error)
  if (error instanceof ApiError) return explainRefusal(error, context)
  if (error instanceof NetworkError) return [bad('signature', 'NO_ANSWER', { reason: message })]
  return [bad('signature', 'API_REFUSED', { reason: message })]
}

/** A 2xx answer that cannot be verified: the signature of the request was taken. */
function explainVerification(error: VerificationError): Fact[] {
  const { code, serial = '', knownSerials, message } = error
  if (code === 'TIMESTAMP_INVALID') return [bad('clock', 'CLOCK_WRONG', { reason: message })]
  if (code === 'SIGNATURE_MISSING') return [bad('answer', 'NOT_WECHATPAY', { reason: message })]
  const values = { serial, known: knownSerials.join(', ') }
  if (code === 'SERIAL_UNKNOWN') return [SIGNATURE_ACCEPTED, bad('answer', 'CERTS_LACK_KEY', values)]
  if (code === 'SIGNATURE_INVALID') return [SIGNATURE_ACCEPTED, bad('answer', 'CERTS_KEY_WRONG', values)]
  return [bad('answer', 'ANSWER_INVALID', { reason: message })]
}

function explainRefusal(error: ApiError, context: CallContext): Fact[] {
  const { status, verified, apiMessage = '', code } = error
  const { identity, account, options } = context
  const reason = wordsOf(error)
  const id = describeId(account)
  if (status === 401) return [explainSignError(apiMessage, reason, context)]
  if (status === 429) return [unknown('signature', 'RATE_LIMITED', { reason })]
  if (status >= 500) return [bad('signature', 'API_UNAVAILABLE', { reason })]
  const [wrongId] = Object.keys(options.certs ?? {})
  if (!verified && /Wechatpay-Serial|公钥ID/.test(apiMessage)) {
    return [SIGNATURE_ACCEPTED, bad('answer', 'CERTS_ID_WRONG', { id: wrongId ?? '', reason })]
  }
  // The API's own refusals have a code and words, and those of other servers have not.
  if (apiMessage === '' || /^HTTP_/.test(code)) return [bad('answer', 'NOT_WECHATPAY', { reason })]
  if (!verified) return [SIGNATURE_ACCEPTED, ...explainUnverified(error, context)]
  const accepted = [SIGNATURE_ACCEPTED, good('answer', 'ANSWER_VERIFIED')]
  // A brand that lacks this product may have others.
  if (identity === 'brand') return accepted
  if (status === 403) return [...accepted, bad('permission', 'PERMISSION_DENIED', { id, reason })]
  if (status !== 404) return [...accepted, bad('permission', 'API_REFUSED', { reason })]
  // A merchant that began with a public key has no platform certificates.
  return options.apiv3Key !== undefined
    ? [...accepted, unknown('decryption', 'NOTHING_TO_DECRYPT')]
    : accepted
}

/** A refusal whose signature does not fit any key that is known here; its headers tell which key it was made with. */
function explainUnverified({ response, message }: ApiError, { options }: CallContext): Fact[] {
  const serial = response.headers['wechatpay-serial']
  if (typeof serial !== 'string') return [bad('answer', 'NOT_WECHATPAY', { reason: message })]
  const known = Object.keys(options.certs ?? {})
  const isKnown = known.some((id) => plainSerial(unquote(id)) === plainSerial(serial))
  const values = { serial, known: known.join(', ') }
  return [SIGNATURE_ACCEPTED, bad('answer', isKnown ? 'CERTS_KEY_WRONG' : 'CERTS_LACK_KEY', values)]
}

/** Why a signature is refused, by the words of the API: clock, serial number, id or key. */
function explainSignError(said: string, reason: string, { account }: CallContext): Fact {
  const { mchid = '', serial = '' } = account
  const id = describeId(account)
  if (/时间戳|timestamp/i.test(said)) return bad('clock', 'CLOCK_WRONG', { reason })
  if (/序列号|serial/i.test(said)) return bad('signature', 'SERIAL_UNKNOWN', { reason, serial, id })
  if (/商户号|品牌ID|mch_?id|brand_?id/i.test(said)) {
    return bad('signature', 'ID_OF_ANOTHER', { reason, serial, id: mchid || account.brandId || '' })
  }
  if (/私钥|验签|签名错误|签名值/.test(said))
    return bad('signature', 'PRIVATE_KEY_OF_ANOTHER', { reason, serial })
  return bad('signature', 'SIGNATURE_REFUSED', { reason })
}

/** What an order query of APIv2 asks for: no such order exists. */
const NO_ORDER = { transaction_id: '4200000000000000000000000000', out_order_no: 'wechatpay-fluent-check' }

/**
 * Asks for an order that does not exist by APIv2, which shows whether the secret is right. The query of profit sharing is the
 * one that needs neither an appid nor a client certificate.
 */
export async function checkV2Signature({
  options,
  account,
  signal,
  createClient,
}: CallContext): Promise<Fact> {
  const { serial: _, privateKey: __, certs: ___, apiv3Key: ____, store: _____, ...rest } = options
  const { mchid = '' } = account
  const client = createClient({ ...rest, merchant: undefined, mchid } as WechatpayOptions)
  try {
    await client.chain('v2/pay/profitsharingquery').post({ xml: NO_ORDER, retry: false, signal })
    return good('v2 signature', 'V2_SIGNATURE_ACCEPTED')
  } catch (error) {
    return explainV2(error, mchid)
  } finally {
    client.close()
  }
}

function explainV2(error: unknown, mchid: string): Fact {
  const { message } = error as Error
  if (error instanceof VerificationError) return bad('v2 signature', 'ANSWER_INVALID', { reason: message })
  if (!(error instanceof ApiError)) return bad('v2 signature', 'NO_ANSWER', { reason: message })
  const { status, verified, code, apiMessage = '' } = error
  const reason = wordsOf(error)
  // Of an order that does not exist, the API says so, and signs it.
  if (verified) return good('v2 signature', 'V2_SIGNATURE_ACCEPTED')
  if (code === 'SIGNERROR' || /签名错误|签名失败/.test(apiMessage)) {
    return bad('v2 signature', 'SECRET_WRONG', { mchid, reason })
  }
  if (/mch_id|商户号/.test(apiMessage)) return bad('v2 signature', 'MCHID_UNKNOWN', { mchid, reason })
  if (status >= 500) return bad('v2 signature', 'API_UNAVAILABLE', { reason })
  if (/^HTTP_/.test(code)) return bad('v2 signature', 'NOT_WECHATPAY', { reason })
  return unknown('v2 signature', 'V2_SIGNATURE_UNTOLD', { reason })
}

/** Code and words of the API, as one line. */
const wordsOf = ({ code, apiMessage, status }: ApiError): string =>
  printable(apiMessage === undefined ? `${status} ${code}` : `${code}: ${apiMessage}`)
