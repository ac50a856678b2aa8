import { type PaySigning, readTexts } from './sign.js'

/** A payscore order for its user to confirm. */
export interface ScoreRequest {
  /** The `package` in the response to the order. */
  readonly package: string
}

/** A payscore order to show. */
export interface ScoreDetailRequest {
  readonly serviceId: string
  readonly outOrderNo: string
}

/** A payscore service to open. */
export interface ScoreEnableRequest {
  readonly serviceId: string
  readonly outRequestNo: string
}

interface Signed {
  readonly mch_id: string
  readonly timestamp: string
  readonly nonce_str: string
  readonly sign_type: 'HMAC-SHA256'
  readonly sign: string
}

/** The business parameters of `wxpayScoreUse`. */
export interface ScoreParameters extends Signed {
  readonly package: string
}

/** The business parameters of `wxpayScoreDetail`. */
export interface ScoreDetailParameters extends Signed {
  readonly service_id: string
  readonly out_order_no: string
}

/** The business parameters of `wxpayScoreEnable`. */
export interface ScoreEnableParameters extends Signed {
  readonly service_id: string
  readonly out_request_no: string
}

/** The parameters of payscore. */
export interface Score {
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
}

export function createScore(signing: PaySigning): Score {
  function signed<Fields extends Readonly<Record<string, string>>>(
    method: string,
    fields: Fields,
  ): Fields & Signed {
    const { timestamp, nonce: nonce_str } = signing.stamp()
    const unsigned = {
      mch_id: signing.mchid,
      ...fields,
      timestamp,
      nonce_str,
      sign_type: 'HMAC-SHA256',
    } as const
    return { ...unsigned, sign: signing.fields(method, unsigned, 'HMAC-SHA256') }
  }

  return {
    score(request) {
      const method = 'paySign.score'
      const { package: order } = readTexts(method, request, ['package'])
      return signed(method, { package: order })
    },
    scoreDetail(request) {
      const method = 'paySign.scoreDetail'
      const { serviceId, outOrderNo } = readTexts(method, request, ['serviceId', 'outOrderNo'])
      return signed(method, { service_id: serviceId, out_order_no: outOrderNo })
    },
    scoreEnable(request) {
      const method = 'paySign.scoreEnable'
      const { serviceId, outRequestNo } = readTexts(method, request, ['serviceId', 'outRequestNo'])
      return signed(method, { service_id: serviceId, out_request_no: outRequestNo })
    },
  }
}
