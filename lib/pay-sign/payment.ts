import { RequestError } from '../errors.js'
import { readChoice, readFields } from './fields.js'
import type { PaySigning, PaySignType } from './signing.js'

/** An order that is to be paid. */
export interface PaymentRequest {
  /** The app, official account or mini-program that the order was placed with: `appid`, or `sub_appid` if that was given. */
  readonly appId: string
  /** `prepay_id` of the answer to the order; of a combined order just the same. */
  readonly prepayId: string
  /** As the order was placed: `RSA` by APIv3 (when left out), the others by APIv2. */
  readonly signType?: PaySignType
}

/** For an app, which also names the merchant. */
export interface AppPaymentRequest extends PaymentRequest {
  /** The merchant that the order was placed for; this client's own when left out. */
  readonly partnerId?: string
}

/** What `WeixinJSBridge`, `wx.chooseWXPay` and `wx.requestPayment` take. */
export interface JsapiParameters {
  readonly appId: string
  readonly timeStamp: string
  readonly nonceStr: string
  readonly package: string
  readonly signType: PaySignType
  readonly paySign: string
}

/** What `PayReq` of the Open SDK takes. */
export interface AppParameters {
  readonly appid: string
  readonly partnerid: string
  readonly prepayid: string
  readonly package: 'Sign=WXPay'
  readonly noncestr: string
  readonly timestamp: string
  readonly sign: string
}

const SIGN_TYPES = ['RSA', 'MD5', 'HMAC-SHA256'] as const

export function jsapiParameters(signing: PaySigning, request: PaymentRequest): JsapiParameters {
  const method = 'paySign.jsapi'
  const given = readFields(method, request, { required: ['appId', 'prepayId'], optional: ['signType'] })
  const signType = readChoice(method, 'signType', given.signType, SIGN_TYPES)
  assertBare(method, given.prepayId)
  const { timestamp, nonce } = signing.stamp()
  const unsigned = {
    appId: given.appId,
    timeStamp: timestamp,
    nonceStr: nonce,
    package: `prepay_id=${given.prepayId}`,
    signType,
  }
  const paySign =
    signType === 'RSA'
      ? signing.lines([unsigned.appId, timestamp, nonce, unsigned.package])
      : signing.fields(method, unsigned, signType)
  return { ...unsigned, paySign }
}

export function appParameters(signing: PaySigning, request: AppPaymentRequest): AppParameters {
  const method = 'paySign.app'
  const given = readFields(method, request, {
    required: ['appId', 'prepayId'],
    optional: ['signType', 'partnerId'],
  })
  const signType = readChoice(method, 'signType', given.signType, SIGN_TYPES)
  assertBare(method, given.prepayId)
  const { timestamp, nonce } = signing.stamp()
  const unsigned = {
    appid: given.appId,
    partnerid: given.partnerId ?? signing.mchid,
    prepayid: given.prepayId,
    package: 'Sign=WXPay',
    noncestr: nonce,
    timestamp,
  } as const
  const sign =
    signType === 'RSA'
      ? signing.lines([unsigned.appid, timestamp, nonce, unsigned.prepayid])
      : signing.fields(method, unsigned, signType)
  return { ...unsigned, sign }
}

/** Twice the prefix would be a signature that fits and a payment that fails. */
function assertBare(method: string, prepayId: string): void {
  if (!prepayId.startsWith('prepay_id=')) return
  throw new RequestError(`${method}: prepayId is the id alone, without 'prepay_id='`)
}
