import type { KeyObject } from 'node:crypto'
import { assertMerchant, type Signer } from '../identity.js'
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
import { queryString } from './query.js'
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
 * The signed parameters that a front end needs, made at once: nothing is sent. Every method throws a
 * `RequestError` that names the field when a value is missing or of another type, and when the client is a brand's.
 */
export interface PaySign {
  /**
   * For a page in WeChat or a mini-program; also for combined orders.
   *
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791857
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791898
   */
  readonly jsapi: (request: PaymentRequest) => JsapiParameters
  /**
   * For an app; also for combined orders.
   *
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4013070351
   */
  readonly app: (request: AppPaymentRequest) => AppParameters
  /**
   * The `h5_url` of an order with the page that the browser returns to.
   *
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791834
   */
  readonly h5: (request: H5Request) => string
  /**
   * What to show as a QR code that stays the same for a product: mode one of APIv2. An order by APIv3 is answered with
   * its `code_url`, which needs no signature.
   *
   * @see https://pay.weixin.qq.com/wiki/doc/api/native.php?chapter=6_4
   */
  readonly native: (request: NativeRequest) => string
  /**
   * For `wxpayScoreUse`, where a user confirms a payscore order. Signed with the APIv2 key.
   *
   * @see https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter6_1_12.shtml
   */
  readonly score: (request: ScoreRequest) => ScoreParameters
  /**
   * For `wxpayScoreDetail`, which shows a payscore order. Signed with the APIv2 key.
   *
   * @see https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter6_1_24.shtml
   */
  readonly scoreDetail: (request: ScoreDetailRequest) => ScoreDetailParameters
  /** For `wxpayScoreEnable`, which opens a payscore service. Signed with the APIv2 key. */
  readonly scoreEnable: (request: ScoreEnableRequest) => ScoreEnableParameters
  /**
   * For the plugin that sends coupons in a mini-program. Signed with the APIv2 key.
   *
   * @see https://pay.weixin.qq.com/docs/partner/products/offer-coupons-by-mini-program/apilist.html
   */
  readonly coupons: (request: CouponsRequest) => CouponsParameters
  /**
   * Where a page in WeChat sends its user for a coupon. Signed with the APIv2 key.
   *
   * @see https://pay.weixin.qq.com/docs/merchant/apis/offer-coupons-by-h5/h5-coupon.html
   */
  readonly couponUrl: (request: CouponUrlRequest) => string
  /** Parameters as `name=value&…`, encoded: the form in which web pages and apps pass on those of payscore. */
  readonly queryString: (parameters: object) => string
}

export function createPaySign(signer: Signer, secret: KeyObject | undefined): PaySign {
  // No brand gets as far as to sign with it.
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

/** Nobody pays a brand: what a front end needs is signed by a merchant. */
function refuseAll(methods: PaySign, signer: Signer): PaySign {
  const refusals = Object.keys(methods).map((name) => [
    name,
    () => assertMerchant(signer, `paySign.${name}`, 'v3'),
  ])
  return Object.fromEntries(refusals) as PaySign
}
