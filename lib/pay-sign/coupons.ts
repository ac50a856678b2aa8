import { RequestError } from '../errors.js'
import { serializeQuery } from '../protocols/url.js'
import { type PaySigning, readTexts } from './sign.js'

/** A coupon to send. */
export interface CouponRequest {
  readonly stockId: string
  readonly outRequestNo: string
  /** The code of the coupon, where the merchant makes the codes of the stock. */
  readonly couponCode?: string
  /** The time at which the user got the coupon in the merchant's system, as in RFC 3339. */
  readonly customizeSendTime?: string
}

/** Coupons to send with the plugin of mini-programs. */
export interface CouponsRequest {
  readonly coupons: readonly CouponRequest[]
  /** The merchant that sends them; this client's own when left out. */
  readonly merchant?: string
}

/** A coupon to send from a web page. */
export interface CouponUrlRequest {
  readonly stockId: string
  readonly outRequestNo: string
  readonly openId: string
  /** The code of the coupon, where the merchant makes the codes of the stock. */
  readonly couponCode?: string
  /** The merchant that sends it; this client's own when left out. */
  readonly merchant?: string
}

/** One element of `send_coupon_params`. */
export interface SendCouponParameter {
  readonly stock_id: string
  readonly out_request_no: string
  readonly coupon_code?: string
  readonly customize_send_time?: string
}

/** The parameters of the plugin of mini-programs. */
export interface CouponsParameters {
  readonly send_coupon_params: readonly SendCouponParameter[]
  readonly send_coupon_merchant: string
  readonly sign: string
}

const PAGE = 'https://action.weixin.qq.com/busifavor/getcouponinfo'
const FRAGMENT = '#wechat_pay&wechat_redirect'

/** The parameters that give coupons. */
export interface Coupons {
  /**
   * The parameters of the plugin that sends coupons in a mini-program. Signed with the APIv2 key.
   *
   * @see https://pay.weixin.qq.com/docs/partner/products/offer-coupons-by-mini-program/apilist.html
   */
  readonly coupons: (request: CouponsRequest) => CouponsParameters
  /**
   * The URL to which a page in WeChat sends its user for a coupon. Signed with the APIv2 key.
   *
   * @see https://pay.weixin.qq.com/docs/merchant/apis/offer-coupons-by-h5/h5-coupon.html
   */
  readonly couponUrl: (request: CouponUrlRequest) => string
}

export function createCoupons(signing: PaySigning): Coupons {
  return {
    coupons(request) {
      const method = 'paySign.coupons'
      const { coupons, ...rest } = request ?? {}
      if (!Array.isArray(coupons) || coupons.length === 0) {
        throw new RequestError(`${method}: coupons must be a list with one coupon at least`)
      }
      const { merchant: send_coupon_merchant = signing.mchid } = readTexts(method, rest, [], ['merchant'])
      const send_coupon_params = coupons.map((coupon, index) =>
        toParameter(`${method}: coupons[${index}]`, coupon),
      )
      const numbered = send_coupon_params.flatMap((coupon, index) =>
        Object.entries(coupon).map(([name, value]) => [`${name}${index}`, value] as const),
      )
      const message = { ...Object.fromEntries(numbered), send_coupon_merchant }
      const sign = signing.fields(method, message, 'HMAC-SHA256')
      return { send_coupon_params, send_coupon_merchant, sign }
    },

    couponUrl(request) {
      const method = 'paySign.couponUrl'
      const required = ['stockId', 'outRequestNo', 'openId'] as const
      const given = readTexts(method, request, required, ['couponCode', 'merchant'])
      const message = {
        stock_id: given.stockId,
        out_request_no: given.outRequestNo,
        send_coupon_merchant: given.merchant ?? signing.mchid,
        open_id: given.openId,
        ...(given.couponCode !== undefined && { coupon_code: given.couponCode }),
      }
      const sign = signing.fields(method, message, 'HMAC-SHA256')
      return `${PAGE}?${serializeQuery({ ...message, sign })}${FRAGMENT}`
    },
  }
}

function toParameter(method: string, coupon: unknown): SendCouponParameter {
  const optional = ['couponCode', 'customizeSendTime'] as const
  const given = readTexts(method, coupon, ['stockId', 'outRequestNo'], optional)
  return {
    stock_id: given.stockId,
    out_request_no: given.outRequestNo,
    ...(given.couponCode !== undefined && { coupon_code: given.couponCode }),
    ...(given.customizeSendTime !== undefined && { customize_send_time: given.customizeSendTime }),
  }
}
