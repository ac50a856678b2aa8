import { readFields } from './fields.js'
import type { PaySigning } from './signing.js'

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

export function scoreParameters(signing: PaySigning, request: ScoreRequest): ScoreParameters {
  const method = 'paySign.score'
  const given = readFields(method, request, { required: ['package'], optional: [] })
  return signed(signing, method, { package: given.package })
}

export function scoreDetailParameters(
  signing: PaySigning,
  request: ScoreDetailRequest,
): ScoreDetailParameters {
  const method = 'paySign.scoreDetail'
  const given = readFields(method, request, { required: ['serviceId', 'outOrderNo'], optional: [] })
  return signed(signing, method, { service_id: given.serviceId, out_order_no: given.outOrderNo })
}

export function scoreEnableParameters(
  signing: PaySigning,
  request: ScoreEnableRequest,
): ScoreEnableParameters {
  const method = 'paySign.scoreEnable'
  const given = readFields(method, request, { required: ['serviceId', 'outRequestNo'], optional: [] })
  return signed(signing, method, { service_id: given.serviceId, out_request_no: given.outRequestNo })
}

function signed<Fields extends Readonly<Record<string, string>>>(
  signing: PaySigning,
  method: string,
  fields: Fields,
): Fields & Signed {
  const { timestamp, nonce } = signing.stamp()
  const unsigned = {
    mch_id: signing.mchid,
    ...fields,
    timestamp,
    nonce_str: nonce,
    sign_type: 'HMAC-SHA256',
  } as const
  return { ...unsigned, sign: signing.fields(method, unsigned, 'HMAC-SHA256') }
}
