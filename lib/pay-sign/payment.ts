import { RequestError } from '../errors.js'
import { readChoice, readFields } from './fields.js'
import type { PaySigning, PaySignType } from './signing.js'

/** An order to pay. */
export interface PaymentRequest {
  /** The app, official account or mini-program of the order: its `sub_appid` where it has one, or its `appid`. */
  readonly appId: string
  /** The `prepay_id` in the response to the order, or to the combined order. */
  readonly prepayId: string
  /** `RSA` for an order placed by APIv3, and when left out; the others for one placed by APIv2. */
  readonly signType?: PaySignType
}

/** An order to pay in an app, whose parameters also name the merchant. */
export interface AppPaymentRequest extends PaymentRequest {
  /** The merchant that the order was placed for; the client's when left out. */
  readonly partnerId?: string
}

/** The parameters of `WeixinJSBridge`, `wx.chooseWXPay` and `wx.requestPayment`. */
export interface JsapiParameters {
  readonly appId: string
  /** Read by `WeixinJSBridge` and `wx.requestPayment`, and the name that is signed. */
  readonly timeStamp: string
  /** The same; read by `wx.chooseWXPay`, which signs nothing without it. */
  readonly timestamp: string
  readonly nonceStr: string
  readonly package: string
  readonly signType: PaySignType
  readonly paySign: string
}

/** The parameters of `PayReq` in the Open SDK. */
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
  assertNoPrefix(method, given.prepayId)
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
  return { ...unsigned, timestamp, paySign }
}

export function appParameters(signing: PaySigning, request: AppPaymentRequest): AppParameters {
  const method = 'paySign.app'
  const given = readFields(method, request, {
    required: ['appId', 'prepayId'],
    optional: ['signType', 'partnerId'],
  })
  const signType = readChoice(method, 'signType', given.signType, SIGN_TYPES)
  assertNoPrefix(method, given.prepayId)
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

/** With the prefix twice, the signature would be right and the payment fail without a reason. */
function assertNoPrefix(method: string, prepayId: string): void {
  if (!prepayId.startsWith('prepay_id=')) return
  throw new RequestError(`${method}: prepayId is the id alone, without 'prepay_id='`)
}
