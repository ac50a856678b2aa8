import { RequestError } from '../errors.js'
import { serializeQuery } from '../protocols/url.js'
import { readFields } from './fields.js'
import type { PaySigning } from './signing.js'

/** A coupon that is to be sent. */
export interface CouponRequest {
  readonly stockId: string
  readonly outRequestNo: string
  /** Where the merchant gives the codes of the stock itself. */
  readonly couponCode?: string
  /** When the user got it in the merchant's own system, as RFC 3339. */
  readonly customizeSendTime?: string
}

/** Coupons for the plugin of mini-programs. */
export interface CouponsRequest {
  readonly coupons: readonly CouponRequest[]
  /** The merchant that sends them; this client's own when left out. */
  readonly merchant?: string
}

/** A coupon for a web page. */
export interface CouponUrlRequest {
  readonly stockId: string
  readonly outRequestNo: string
  readonly openId: string
  /** Where the merchant gives the codes of the stock itself. */
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

/** What the plugin of mini-programs takes. */
export interface CouponsParameters {
  readonly send_coupon_params: readonly SendCouponParameter[]
  readonly send_coupon_merchant: string
  readonly sign: string
}

const PAGE = 'https://action.weixin.qq.com/busifavor/getcouponinfo'
const FRAGMENT = '#wechat_pay&wechat_redirect'

export function couponsParameters(signing: PaySigning, request: CouponsRequest): CouponsParameters {
  const method = 'paySign.coupons'
  const { coupons, ...rest } = request ?? {}
  if (!Array.isArray(coupons) || coupons.length === 0) {
    throw new RequestError(`${method}: coupons must be a list with one coupon at least`)
  }
  const { merchant } = readFields(method, rest, { required: [], optional: ['merchant'] })
  const send_coupon_params = coupons.map((coupon, index) =>
    toParameter(`${method}: coupons[${index}]`, coupon),
  )
  const send_coupon_merchant = merchant ?? signing.mchid
  const numbered = send_coupon_params.flatMap((coupon, index) =>
    Object.entries(coupon).map(([name, value]) => [`${name}${index}`, value] as const),
  )
  const message = { ...Object.fromEntries(numbered), send_coupon_merchant }
  return {
    send_coupon_params,
    send_coupon_merchant,
    sign: signing.fields(method, message, 'HMAC-SHA256'),
  }
}

function toParameter(where: string, coupon: unknown): SendCouponParameter {
  const given = readFields(where, coupon, {
    required: ['stockId', 'outRequestNo'],
    optional: ['couponCode', 'customizeSendTime'],
  })
  return {
    stock_id: given.stockId,
    out_request_no: given.outRequestNo,
    ...(given.couponCode !== undefined && { coupon_code: given.couponCode }),
    ...(given.customizeSendTime !== undefined && { customize_send_time: given.customizeSendTime }),
  }
}

export function couponUrl(signing: PaySigning, request: CouponUrlRequest): string {
  const method = 'paySign.couponUrl'
  const given = readFields(method, request, {
    required: ['stockId', 'outRequestNo', 'openId'],
    optional: ['couponCode', 'merchant'],
  })
  const message = {
    stock_id: given.stockId,
    out_request_no: given.outRequestNo,
    send_coupon_merchant: given.merchant ?? signing.mchid,
    open_id: given.openId,
    ...(given.couponCode !== undefined && { coupon_code: given.couponCode }),
  }
  const sign = signing.fields(method, message, 'HMAC-SHA256')
  return `${PAGE}?${serializeQuery({ ...message, sign })}${FRAGMENT}`
}
