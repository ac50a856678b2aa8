import { askForBill, type BillContext, type BillKind } from './ask.js'
import type { Bill } from './bill.js'
import { FUNDFLOW, type FundflowRow, type FundflowSummary } from './fundflow.js'
import { PROFIT_SHARING, type ProfitSharingRow, type ProfitSharingSummary } from './profit-sharing.js'
import type { BillOptions } from './request.js'
import { TRADE, type TradeRow, type TradeSummary } from './trade.js'
import { createV2Bills, type V2Bills } from './v2.js'

/** Which trade bill. */
export interface TradeBillRequest {
  /** `2024-01-01`, Beijing time. */
  readonly bill_date: string
  /** `ALL` when left out. */
  readonly bill_type?: 'ALL' | 'SUCCESS' | 'REFUND' | 'RECHARGE_REFUND' | (string & {})
  readonly sub_mchid?: string
  /** Has the bill sent zipped; it is unzipped here. */
  readonly tar_type?: 'GZIP'
}

/** Which fund flow bill. */
export interface FundflowBillRequest {
  /** `2024-01-01`, Beijing time. */
  readonly bill_date: string
  /** `BASIC` when left out. */
  readonly account_type?: 'BASIC' | 'OPERATION' | 'FEES' | (string & {})
  readonly tar_type?: 'GZIP'
}

/** Which fund flow bill of one sub-merchant. */
export interface SubMerchantFundflowBillRequest {
  readonly sub_mchid: string
  /** `2024-01-01`, Beijing time. */
  readonly bill_date: string
  readonly account_type: 'BASIC' | 'OPERATION' | 'FEES' | 'DEPOSIT' | (string & {})
  readonly tar_type?: 'GZIP'
  /** How the bill is encrypted; it is decrypted here. */
  readonly algorithm?: 'AEAD_AES_256_GCM'
}

/** Which fund flow bill of all sub-merchants of a platform. */
export interface EcommerceFundflowBillRequest {
  /** `2024-01-01`, Beijing time. */
  readonly bill_date: string
  /** `ALL` when left out: there is no other. */
  readonly account_type?: 'ALL'
  readonly tar_type?: 'GZIP'
  /** How the bill is encrypted; it is decrypted here. */
  readonly algorithm?: 'AEAD_AES_256_GCM'
}

/** Which profit-sharing bill. */
export interface ProfitSharingBillRequest {
  /** `2024-01-01`, Beijing time. */
  readonly bill_date: string
  readonly sub_mchid?: string
  readonly tar_type?: 'GZIP'
}

/**
 * Bills: asked for, downloaded, decrypted, unzipped, checked and read. Each method resolves once the API has said that
 * there is a bill, and rejects with an `ApiError` (code `NO_STATEMENT_EXIST`) when there is none.
 */
export interface Bills {
  /** @see https://pay.weixin.qq.com/doc/v3/merchant/4012791866 */
  readonly trade: (request: TradeBillRequest, options?: BillOptions) => Promise<Bill<TradeRow, TradeSummary>>
  /** @see https://pay.weixin.qq.com/doc/v3/merchant/4012791867 */
  readonly fundflow: (
    request: FundflowBillRequest,
    options?: BillOptions,
  ) => Promise<Bill<FundflowRow, FundflowSummary>>
  /** @see https://pay.weixin.qq.com/doc/v3/partner/4012710630 */
  readonly subMerchantFundflow: (
    request: SubMerchantFundflowBillRequest,
    options?: BillOptions,
  ) => Promise<Bill<FundflowRow, FundflowSummary>>
  /** @see https://pay.weixin.qq.com/doc/v3/partner/4012760697 */
  readonly ecommerceFundflow: (
    request: EcommerceFundflowBillRequest,
    options?: BillOptions,
  ) => Promise<Bill<FundflowRow, FundflowSummary>>
  /** @see https://pay.weixin.qq.com/doc/v3/merchant/4012529628 */
  readonly profitSharing: (
    request: ProfitSharingBillRequest,
    options?: BillOptions,
  ) => Promise<Bill<ProfitSharingRow, ProfitSharingSummary>>
  /** The bills of APIv2. */
  readonly v2: V2Bills
}

const ENCRYPTED = { algorithm: 'AEAD_AES_256_GCM' } as const

const KINDS = {
  trade: {
    method: 'bills.trade',
    path: 'v3/bill/tradebill',
    format: TRADE,
    required: ['bill_date'],
    optional: ['bill_type', 'sub_mchid', 'tar_type'],
  },
  fundflow: {
    method: 'bills.fundflow',
    path: 'v3/bill/fundflowbill',
    format: FUNDFLOW,
    required: ['bill_date'],
    optional: ['account_type', 'tar_type'],
  },
  subMerchantFundflow: {
    method: 'bills.subMerchantFundflow',
    path: 'v3/bill/sub-merchant-fundflowbill',
    format: FUNDFLOW,
    required: ['sub_mchid', 'bill_date', 'account_type'],
    optional: ['tar_type', 'algorithm'],
    defaults: ENCRYPTED,
  },
  ecommerceFundflow: {
    method: 'bills.ecommerceFundflow',
    path: 'v3/ecommerce/bill/fundflowbill',
    format: FUNDFLOW,
    required: ['bill_date'],
    optional: ['account_type', 'tar_type', 'algorithm'],
    defaults: { account_type: 'ALL', ...ENCRYPTED },
  },
  profitSharing: {
    method: 'bills.profitSharing',
    path: 'v3/profitsharing/bills',
    format: PROFIT_SHARING,
    required: ['bill_date'],
    optional: ['sub_mchid', 'tar_type'],
  },
} as const satisfies Readonly<Record<string, BillKind>>

export function createBills(context: BillContext): Bills {
  return Object.freeze({
    trade: (request, options) => askForBill(context, KINDS.trade, request, options),
    fundflow: (request, options) => askForBill(context, KINDS.fundflow, request, options),
    subMerchantFundflow: (request, options) =>
      askForBill(context, KINDS.subMerchantFundflow, request, options),
    ecommerceFundflow: (request, options) => askForBill(context, KINDS.ecommerceFundflow, request, options),
    profitSharing: (request, options) => askForBill(context, KINDS.profitSharing, request, options),
    v2: createV2Bills(context),
  } satisfies Bills)
}
