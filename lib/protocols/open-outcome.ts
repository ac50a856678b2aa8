import type { Endpoint } from '../catalog/endpoint.js'
import { addToMessage, type WechatpayError } from '../errors.js'

/** What every open outcome is told with: a write that may have been carried out, although no good answer came. */
export const MAY_BE_DONE =
  'The order may exist all the same: query it by your own number before sending it again, and never pay again under another number'

/** What a request does at WeChat Pay: it reads, it writes, or money moves by it at once. */
type Effect = 'query' | 'order' | 'payment'

/** Words in the paths of endpoints by which money moves: paid out, given back, divided, or taken from a payer. */
const MOVES_MONEY =
  /transfer|refund|red-?pack|sendminiprogramhb|pocket|withdraw|profit-?sharing|subsid|compensat|claim-bills|batches|micropay|codepay|facepay|pap-?pay|payapply|deduct|recharge|reverse|coupon|pay_bank|transactions\/(?:apply|parking)$|edu\w*pay|\/complete$/i

function effectOf({ reads, path }: Endpoint): Effect {
  if (reads) return 'query'
  return MOVES_MONEY.test(path) ? 'payment' : 'order'
}

/** Whether money moves by a request itself. */
export function movesMoney(endpoint: Endpoint): boolean {
  return effectOf(endpoint) === 'payment'
}

/** Codes of requests that were not even read; the API does not sign such a refusal. */
const UNREAD = /^(?:SIGN_?ERROR|XML_FORMAT_ERROR|LACK_PARAMS|POST_DATA_EMPTY|REQUIRE_POST_METHOD|NOT_UTF8)$/

/**
 * Codes by which the API says that a request had no effect, in the spellings of both versions. A code that is not listed, of a request
 * that moves money, may mean anything.
 *
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012081709
 */
const FINAL_CODES: ReadonlySet<string> = new Set(
  `
  SIGN_ERROR SIGNERROR SIGN_NOT_MATCH CERT_ERROR CA_ERROR NO_AUTH NOAUTH NOT_AUTH REQUEST_BLOCKED FORBIDDEN
  PARAM_ERROR PARAMERROR INVALID_REQUEST LACK_PARAMS XML_FORMAT_ERROR POST_DATA_EMPTY REQUIRE_POST_METHOD NOT_UTF8
  INVALID_PARAMETER PARAMS_ERROR PARAM_IS_INVALID BAD_REQUEST METHOD_NOT_ALLOWED NOT_FOUND RESOURCE_NOT_EXISTS NO_STATEMENT_EXIST
  APPID_NOT_EXIST MCHID_NOT_EXIST MCH_NOT_EXISTS APPID_MCHID_NOT_MATCH OPENID_MISMATCH OPENID_ERROR USER_NOT_EXIST
  FREQUENCY_LIMITED FREQUENCY_LIMIT_EXCEED FREQUENCY_LIMIT FREQ_LIMIT RATELIMIT_EXCEEDED RATE_LIMITED SENDNUM_LIMIT
  NOT_ENOUGH NOTENOUGH NOT_ENOUGH_BALANCE USER_ACCOUNT_ABNORMAL ACCOUNT_ERROR ACCOUNTERROR RULE_LIMIT RULELIMIT
  NAME_MISMATCH V2_ACCOUNT_SIMPLE_BAN RECV_ACCOUNT_NOT_ALLOWED PAY_CHANNEL_NOT_ALLOWED AMOUNT_LIMIT MONEY_LIMIT PAYMENT_AMOUNT_LIMIT
  ORDER_NOT_EXIST ORDERNOTEXIST ORDER_CLOSED ORDERCLOSED ORDERREVERSED TRADE_ERROR TRADE_STATE_ERROR INVALID_TRANSACTIONID
  REFUNDNOTEXIST REFUND_FEE_MISMATCH OUT_TRADE_NO_USED INVALID_ORDER_STATE
  AUTHCODEEXPIRE AUTH_CODE_ERROR AUTH_CODE_EXPIRE AUTH_CODE_INVALID NOTSUPORTCARD CONTRACT_NOT_EXIST CONTRACTERROR
  `.match(/\w+/g),
)

/** Codes of requests that are still being carried out, or have been by an earlier one, whatever the request does. */
export const UNDER_WAY: RegExp =
  /^(?:SYSTEM_?ERROR|BANK_?ERROR|USER_?PAYING|PROCESSING|ACCEPTED|ORDER_?PAID|ORDER_ACCEPTED|BIZERR_NEED_RETRY|PAY_?PROCESSING|SENDING|NETWORK_ERROR)$/

/**
 * Whether a request may have been carried out although its response says no.
 *
 * @param code the API's own; `undefined` where it gives none
 * @param isBelieved whether the response is known to be WeChat Pay's: what a proxy says tells nothing
 */
export function mayHaveHappened(
  endpoint: Endpoint,
  status: number,
  code: string | undefined,
  isBelieved: boolean,
): boolean {
  const effect = effectOf(endpoint)
  if (effect === 'query' || UNREAD.test(code ?? '')) return false
  if (!isBelieved || code === undefined || UNDER_WAY.test(code)) return true
  if (FINAL_CODES.has(code)) return false
  return effect === 'payment' || status >= 500
}

/** The error of a request that may have been carried out, saying so. */
export function addDoubt<E extends WechatpayError>(error: E): E {
  if (error.mayHaveHappened) return error
  return Object.assign(addToMessage(error, `. ${MAY_BE_DONE}`), { mayHaveHappened: true })
}
