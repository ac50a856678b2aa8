import { type BillFormat, columns } from './columns.js'

/**
 * A payment or refund in a trade bill. The columns of refunds depend on `bill_type`. A column that is not listed here has
 * its heading as its name. Amounts are in yuan; those that end in `_fen` are in fen (分).
 *
 * @see https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
 */
export interface TradeRow {
  /** 交易时间, Beijing time: `2024-01-01 10:00:00` */
  readonly trade_time: string
  /** 公众账号ID */
  readonly appid: string
  /** 商户号 */
  readonly mchid: string
  /** 特约商户号; `0` when there is none */
  readonly sub_mchid: string
  /** 设备号 */
  readonly device_info: string
  /** 微信订单号 */
  readonly transaction_id: string
  /** 商户订单号 */
  readonly out_trade_no: string
  /** 用户标识 */
  readonly openid: string
  /** 交易类型 */
  readonly trade_type: string
  /** 交易状态 */
  readonly trade_state: 'SUCCESS' | 'REFUND' | 'REVOKED' | (string & {})
  /** 付款银行 */
  readonly bank_type: string
  /** 货币种类 */
  readonly currency: string
  /** 应结订单金额 */
  readonly settlement_total?: string
  readonly settlement_total_fen?: number
  /** 代金券金额 */
  readonly coupon_amount: string
  readonly coupon_amount_fen: number
  /** 退款申请时间 */
  readonly refund_create_time?: string
  /** 退款成功时间 */
  readonly refund_success_time?: string
  /** 微信退款单号; `0` for a payment */
  readonly refund_id?: string
  /** 商户退款单号; `0` for a payment */
  readonly out_refund_no?: string
  /** 退款金额 */
  readonly refund_amount?: string
  readonly refund_amount_fen?: number
  /** 充值券退款金额 */
  readonly coupon_refund_amount?: string
  readonly coupon_refund_amount_fen?: number
  /** 退款类型 */
  readonly refund_type?: string
  /** 退款状态 */
  readonly refund_status?: string
  /** 商品名称 */
  readonly description: string
  /** 商户数据包 */
  readonly attach: string
  /** 手续费 */
  readonly service_fee: string
  readonly service_fee_fen: number
  /** 费率 */
  readonly rate: string
  /** 订单金额 */
  readonly total_amount: string
  readonly total_amount_fen: number
  /** 申请退款金额 */
  readonly requested_refund_amount?: string
  readonly requested_refund_amount_fen?: number
  /** 费率备注 */
  readonly rate_remark?: string
  readonly [heading: string]: string | number | undefined
}

/** The totals at the end of a trade bill. Each amount has the name of the column that it is the sum of. */
export interface TradeSummary {
  /** 总交易单数 */
  readonly total_count: number
  /** 应结订单总金额 */
  readonly settlement_total?: string
  readonly settlement_total_fen?: number
  /** 退款总金额 */
  readonly refund_amount?: string
  readonly refund_amount_fen?: number
  /** 充值券退款总金额 */
  readonly coupon_refund_amount?: string
  readonly coupon_refund_amount_fen?: number
  /** 手续费总金额 */
  readonly service_fee: string
  readonly service_fee_fen: number
  /** 订单总金额 */
  readonly total_amount: string
  readonly total_amount_fen: number
  /** 申请退款总金额 */
  readonly requested_refund_amount?: string
  readonly requested_refund_amount_fen?: number
  readonly [heading: string]: string | number | undefined
}

export const TRADE: BillFormat = {
  rows: columns({
    交易时间: 'trade_time',
    公众账号ID: 'appid',
    服务商的APPID: 'appid',
    商户号: 'mchid',
    特约商户号: 'sub_mchid',
    子商户号: 'sub_mchid',
    子商户公众账号ID: 'sub_appid',
    设备号: 'device_info',
    微信订单号: 'transaction_id',
    商户订单号: 'out_trade_no',
    用户标识: 'openid',
    子商户用户标识: 'sub_openid',
    交易类型: 'trade_type',
    交易状态: 'trade_state',
    付款银行: 'bank_type',
    货币种类: 'currency',
    应结订单金额: '¥settlement_total',
    总金额: '¥total_amount',
    代金券金额: '¥coupon_amount',
    企业红包金额: '¥coupon_amount',
    代金券或立减优惠金额: '¥coupon_amount',
    退款申请时间: 'refund_create_time',
    退款成功时间: 'refund_success_time',
    微信退款单号: 'refund_id',
    商户退款单号: 'out_refund_no',
    退款金额: '¥refund_amount',
    充值券退款金额: '¥coupon_refund_amount',
    企业红包退款金额: '¥coupon_refund_amount',
    代金券或立减优惠退款金额: '¥coupon_refund_amount',
    退款类型: 'refund_type',
    退款状态: 'refund_status',
    商品名称: '~description',
    商户数据包: '~attach',
    手续费: '¥service_fee',
    费率: 'rate',
    订单金额: '¥total_amount',
    申请退款金额: '¥requested_refund_amount',
    费率备注: 'rate_remark',
  }),
  summary: columns({
    总交易单数: '#total_count',
    应结订单总金额: '¥settlement_total',
    总交易额: '¥total_amount',
    退款总金额: '¥refund_amount',
    总退款金额: '¥refund_amount',
    充值券退款总金额: '¥coupon_refund_amount',
    总企业红包退款金额: '¥coupon_refund_amount',
    总代金券或立减优惠退款金额: '¥coupon_refund_amount',
    手续费总金额: '¥service_fee',
    订单总金额: '¥total_amount',
    申请退款总金额: '¥requested_refund_amount',
  }),
}
