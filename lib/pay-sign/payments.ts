import { RequestError } from '../errors.js'
import { serializeQuery } from '../protocols/url.js'
import type { SignType } from '../protocols/v2/sign.js'
import { type PaySigning, type PaySignType, readTexts } from './sign.js'

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

/** A payment in a browser outside of WeChat. */
export interface H5Request {
  /** The `h5_url` in the response to the order. */
  readonly h5Url: string
  /** The page that the browser goes to after the payment. */
  readonly redirectUrl: string
}

/** A fixed QR code for a product. */
export interface NativeRequest {
  readonly appId: string
  /** The merchant's id of the product. The callback of WeChat Pay has it when a user scans the code. */
  readonly productId: string
  /** `MD5` when left out. */
  readonly signType?: SignType
}

/** The parameters of payments. */
export interface Payments {
  /**
   * The parameters of a payment in a page in WeChat or a mini-program; also of a combined order.
   *
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791857
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791898
   */
  readonly jsapi: (request: PaymentRequest) => JsapiParameters
  /**
   * The parameters of a payment in an app; also of a combined order.
   *
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4013070351
   */
  readonly app: (request: AppPaymentRequest) => AppParameters
  /**
   * The `h5_url` of an order, with the page added that the browser returns to.
   *
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791834
   */
  readonly h5: (request: H5Request) => string
  /**
   * The text of a QR code that stays the same for a product: mode one of APIv2. In APIv3 the response to an order has its
   * `code_url`, which needs no signature.
   *
   * @see https://pay.weixin.qq.com/wiki/doc/api/native.php?chapter=6_4
   */
  readonly native: (request: NativeRequest) => string
}

export function createPayments(signing: PaySigning): Payments {
  return {
    jsapi(request) {
      const method = 'paySign.jsapi'
      const { appId, prepayId, signType } = readTexts(method, request, ['appId', 'prepayId'], ['signType'])
      const type = readSignType(method, signType, ['RSA', 'MD5', 'HMAC-SHA256'])
      assertNoPrefix(method, prepayId)
      const { timestamp, nonce } = signing.stamp()
      const order = `prepay_id=${prepayId}`
      const unsigned = { appId, timeStamp: timestamp, nonceStr: nonce, package: order, signType: type }
      const paySign =
        type === 'RSA'
          ? signing.lines(method, [appId, timestamp, nonce, order])
          : signing.fields(method, unsigned, type)
      return { ...unsigned, timestamp, paySign }
    },

    app(request) {
      const method = 'paySign.app'
      const given = readTexts(method, request, ['appId', 'prepayId'], ['signType', 'partnerId'])
      const type = readSignType(method, given.signType, ['RSA', 'MD5', 'HMAC-SHA256'])
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
        type === 'RSA'
          ? signing.lines(method, [given.appId, timestamp, nonce, given.prepayId])
          : signing.fields(method, unsigned, type)
      return { ...unsigned, sign }
    },

    // `redirect_url` is appended to the text of `h5_url`, which must stay as it is.
    h5(request) {
      const method = 'paySign.h5'
      const { h5Url, redirectUrl } = readTexts(method, request, ['h5Url', 'redirectUrl'])
      const url = URL.canParse(h5Url) ? new URL(h5Url) : undefined
      if (url?.protocol !== 'https:' || url.search === '' || url.hash !== '') {
        throw new RequestError(`${method}: h5Url must be the h5_url that the order was answered with`)
      }
      if (url.searchParams.has('redirect_url')) {
        throw new RequestError(`${method}: h5Url has a redirect_url already`)
      }
      if (!/^https?:\/\//i.test(redirectUrl) || !URL.canParse(redirectUrl)) {
        throw new RequestError(`${method}: redirectUrl must be a whole URL, with https://`)
      }
      return `${h5Url}&${serializeQuery({ redirect_url: redirectUrl })}`
    },

    native(request) {
      const method = 'paySign.native'
      const { appId, productId, signType } = readTexts(method, request, ['appId', 'productId'], ['signType'])
      const type = readSignType(method, signType, ['MD5', 'HMAC-SHA256'])
      const { timestamp: time_stamp, nonce: nonce_str } = signing.stamp()
      const message = { appid: appId, mch_id: signing.mchid, nonce_str, product_id: productId, time_stamp }
      const sign = signing.fields(method, message, type)
      return `weixin://wxpay/bizpayurl?${serializeQuery({ ...message, sign })}`
    },
  }
}

/** Checks that a sign type is one of some; the first of them when it is left out. */
function readSignType<Type extends PaySignType>(
  method: string,
  given: string | undefined,
  types: readonly [Type, ...Type[]],
): Type {
  if (given === undefined) return types[0]
  const type = types.find((each) => each === given)
  if (type) return type
  throw new RequestError(`${method}: signType must be ${types.join(' or ')}, not '${given}'`)
}

/** With the prefix twice, the signature would be right and the payment fail without a reason. */
function assertNoPrefix(method: string, prepayId: string): void {
  if (!prepayId.startsWith('prepay_id=')) return
  throw new RequestError(`${method}: prepayId is the id alone, without 'prepay_id='`)
}
