import { type BillFormat, columns } from './columns.js'

/**
 * A profit sharing, or the return of one, in a profit-sharing bill. The documentation has no sample of this bill, so every
 * column is optional. A column that is not listed here has its heading as its name.
 *
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012529628
 */
export interface ProfitSharingRow {
  /** 分账时间 */
  readonly create_time?: string
  /** 分账发起方 */
  readonly initiator?: string
  /** 分账方 */
  readonly sponsor?: string
  /** 微信订单号 */
  readonly transaction_id?: string
  /** 微信分账/回退单号 */
  readonly order_id?: string
  /** 分账明细单号 */
  readonly detail_id?: string
  /** 商户分账/回退单号 */
  readonly out_order_no?: string
  /** 订单金额 */
  readonly total_amount?: string
  readonly total_amount_fen?: number
  /** 分账接收方 */
  readonly receiver_account?: string
  /** 分账金额 */
  readonly amount?: string
  readonly amount_fen?: number
  /** 业务类型 */
  readonly business_type?: string
  /** 处理状态 */
  readonly status?: string
  /** 分账描述 */
  readonly description?: string
  readonly [heading: string]: string | number | undefined
}

/** The totals at the end of a profit-sharing bill. */
export interface ProfitSharingSummary {
  readonly total_count?: number
  readonly amount?: string
  readonly amount_fen?: number
  readonly [heading: string]: string | number | undefined
}

export const PROFIT_SHARING: BillFormat = {
  rows: columns({
    分账时间: 'create_time',
    分账创建时间: 'create_time',
    分账发起时间: 'create_time',
    分账发起方: 'initiator',
    分账方: 'sponsor',
    分账出资方: 'sponsor',
    商户号: 'mchid',
    子商户号: 'sub_mchid',
    特约商户号: 'sub_mchid',
    二级商户号: 'sub_mchid',
    微信订单号: 'transaction_id',
    微信分账单号: 'order_id',
    '微信分账/回退单号': 'order_id',
    分账明细单号: 'detail_id',
    商户分账单号: 'out_order_no',
    '商户分账/回退单号': 'out_order_no',
    订单金额: '¥total_amount',
    分账接收方: 'receiver_account',
    分账金额: '¥amount',
    '分账金额(元)': '¥amount',
    业务类型: 'business_type',
    处理状态: 'status',
    分账描述: '~description',
    备注: '~remark',
    create_time: 'create_time',
    transaction_id: 'transaction_id',
    order_id: 'order_id',
    out_order_no: 'out_order_no',
    amount: '¥amount',
    settlement_amount: '¥settlement_amount',
  }),
  summary: columns({
    总条数: '#total_count',
    总笔数: '#total_count',
    分账总笔数: '#total_count',
    总分账单数: '#total_count',
    总金额: '¥amount',
    分账总金额: '¥amount',
    总分账金额: '¥amount',
  }),
}
