import type { KeyObject } from 'node:crypto'
import { RequestError } from '../errors.js'
import { assertMerchant, type Signer } from '../identity.js'
import { isPlainObject } from '../plain-object.js'
import { serializeQuery } from '../protocols/url.js'
import {
  type CouponsParameters,
  type CouponsRequest,
  type CouponUrlRequest,
  couponsParameters,
  couponUrl,
} from './coupons.js'
import { type H5Request, h5Link, type NativeRequest, nativeLink } from './links.js'
import {
  type AppParameters,
  type AppPaymentRequest,
  appParameters,
  type JsapiParameters,
  jsapiParameters,
  type PaymentRequest,
} from './payment.js'
import {
  type ScoreDetailParameters,
  type ScoreDetailRequest,
  type ScoreEnableParameters,
  type ScoreEnableRequest,
  type ScoreParameters,
  type ScoreRequest,
  scoreDetailParameters,
  scoreEnableParameters,
  scoreParameters,
} from './score.js'
import { createPaySigning, type MerchantSigner } from './signing.js'

/**
 * The signed parameters that a front end needs. They are made without a request, and synchronously.
 *
 * @throws {RequestError} naming the field, when a value is missing or of another type; also when the client is a brand's,
 * or has no option `secret` for a signature with the APIv2 key.
 */
export interface PaySign {
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
  /**
   * The parameters of `wxpayScoreUse`, where a user confirms a payscore order. Signed with the APIv2 key.
   *
   * @see https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter6_1_12.shtml
   */
  readonly score: (request: ScoreRequest) => ScoreParameters
  /**
   * The parameters of `wxpayScoreDetail`, which shows a payscore order. Signed with the APIv2 key.
   *
   * @see https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter6_1_24.shtml
   */
  readonly scoreDetail: (request: ScoreDetailRequest) => ScoreDetailParameters
  /** The parameters of `wxpayScoreEnable`, which opens a payscore service. Signed with the APIv2 key. */
  readonly scoreEnable: (request: ScoreEnableRequest) => ScoreEnableParameters
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
  /** Parameters as an encoded query string: web pages and apps pass on those of payscore in this form. */
  readonly queryString: (parameters: object) => string
}

export function createPaySign(signer: Signer, secret: KeyObject | undefined): PaySign {
  // The methods of a brand throw before they sign, so that only merchants reach the signing.
  const signing = createPaySigning(signer as MerchantSigner, secret)
  const methods = {
    jsapi: (request) => jsapiParameters(signing, request),
    app: (request) => appParameters(signing, request),
    h5: h5Link,
    native: (request) => nativeLink(signing, request),
    score: (request) => scoreParameters(signing, request),
    scoreDetail: (request) => scoreDetailParameters(signing, request),
    scoreEnable: (request) => scoreEnableParameters(signing, request),
    coupons: (request) => couponsParameters(signing, request),
    couponUrl: (request) => couponUrl(signing, request),
    queryString,
  } satisfies PaySign
  return Object.freeze(signer.brandId === undefined ? methods : refuseAll(methods, signer))
}

/** Methods that throw, for a brand: payments and payscore orders are a merchant's, who has to sign. */
function refuseAll(methods: PaySign, signer: Signer): PaySign {
  const refusals = Object.keys(methods).map((name) => [
    name,
    () => assertMerchant(signer, `paySign.${name}`, 'v3'),
  ])
  return Object.fromEntries(refusals) as PaySign
}

/** Encodes all parameters. None is left out: a value that cannot be encoded is an error. */
function queryString(parameters: object): string {
  const method = 'paySign.queryString'
  if (!isPlainObject(parameters)) throw new RequestError(`${method} takes an object of texts and numbers`)
  for (const [name, value] of Object.entries(parameters)) {
    const isEncodable = typeof value === 'string' ? value.isWellFormed() : Number.isFinite(value)
    if (!isEncodable) throw new RequestError(`${method}: ${name} must be a well-formed text or a number`)
  }
  return serializeQuery(parameters)
}
