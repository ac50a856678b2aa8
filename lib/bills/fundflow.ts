import { type BillFormat, columns } from './columns.js'

/**
 * A movement of money in a fund flow bill. A column that is not listed here has its heading as its name.
 *
 * @see https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-fundflow.html
 */
export interface FundflowRow {
  /** 记账时间, Beijing time: `2024-01-01 10:00:00` */
  readonly accounting_time: string
  /** 微信支付业务单号 */
  readonly transaction_id: string
  /** 资金流水单号 */
  readonly fund_flow_id: string
  /** 业务名称 */
  readonly business_name: string
  /** 业务类型 */
  readonly business_type: string
  /** 收支类型 */
  readonly direction: '收入' | '支出' | (string & {})
  /** 收支金额(元) */
  readonly amount: string
  readonly amount_fen: number
  /** 账户结余(元) */
  readonly balance: string
  readonly balance_fen: number
  /** 资金变更提交申请人 */
  readonly applicant: string
  /** 备注 */
  readonly remark: string
  /** 业务凭证号 */
  readonly voucher_no: string
  /** 二级商户号, in bills of many */
  readonly sub_mchid?: string
  readonly [heading: string]: string | number | undefined
}

/** The totals at the end of a fund flow bill. */
export interface FundflowSummary {
  /** 资金流水总笔数 */
  readonly total_count: number
  /** 收入笔数 */
  readonly income_count: number
  /** 收入金额 */
  readonly income_amount: string
  readonly income_amount_fen: number
  /** 支出笔数 */
  readonly expense_count: number
  /** 支出金额 */
  readonly expense_amount: string
  readonly expense_amount_fen: number
  readonly [heading: string]: string | number | undefined
}

export const FUNDFLOW: BillFormat = {
  rows: columns({
    记账时间: 'accounting_time',
    微信支付业务单号: 'transaction_id',
    资金流水单号: 'fund_flow_id',
    业务名称: 'business_name',
    业务类型: 'business_type',
    收支类型: 'direction',
    '收支金额(元)': '¥amount',
    '账户结余(元)': '¥balance',
    资金变更提交申请人: 'applicant',
    备注: '~remark',
    业务凭证号: 'voucher_no',
    商户号: 'mchid',
    子商户号: 'sub_mchid',
    特约商户号: 'sub_mchid',
    二级商户号: 'sub_mchid',
    账户类型: 'account_type',
  }),
  summary: columns({
    资金流水总笔数: '#total_count',
    收入笔数: '#income_count',
    收入金额: '¥income_amount',
    支出笔数: '#expense_count',
    支出金额: '¥expense_amount',
  }),
}
