import type { Bill } from './bill.js'
import type { FundflowRow, FundflowSummary } from './fundflow.js'
import type { ProfitSharingRow, ProfitSharingSummary } from './profit-sharing.js'
import type { BillDate, BillOptions } from './request.js'
import type { TradeRow, TradeSummary } from './trade.js'
import type { V2Bills } from './v2.js'

/** The parameters of a trade bill. */
export interface TradeBillRequest {
  readonly bill_date: BillDate
  /** `ALL` when left out. */
  readonly bill_type?: 'ALL' | 'SUCCESS' | 'REFUND' | 'RECHARGE_REFUND' | (string & {})
  readonly sub_mchid?: string
  /** Lets WeChat Pay zip the bill; it is unzipped when it is read. */
  readonly tar_type?: 'GZIP'
}

/** The parameters of a fund flow bill. */
export interface FundflowBillRequest {
  readonly bill_date: BillDate
  /** `BASIC` when left out. */
  readonly account_type?: 'BASIC' | 'OPERATION' | 'FEES' | (string & {})
  readonly tar_type?: 'GZIP'
}

/** The parameters of the fund flow bill of one sub-merchant. */
export interface SubMerchantFundflowBillRequest {
  readonly sub_mchid: string
  readonly bill_date: BillDate
  readonly account_type: 'BASIC' | 'OPERATION' | 'FEES' | 'DEPOSIT' | (string & {})
  readonly tar_type?: 'GZIP'
  /** The encryption of the bill; it is decrypted when it is read. */
  readonly algorithm?: 'AEAD_AES_256_GCM'
}

/** The parameters of the fund flow bill of all sub-merchants of a platform. */
export interface EcommerceFundflowBillRequest {
  readonly bill_date: BillDate
  /** `ALL` when left out, which is the only value. */
  readonly account_type?: 'ALL'
  readonly tar_type?: 'GZIP'
  /** The encryption of the bill; it is decrypted when it is read. */
  readonly algorithm?: 'AEAD_AES_256_GCM'
}

/** The parameters of a profit-sharing bill. */
export interface ProfitSharingBillRequest {
  readonly bill_date: BillDate
  readonly sub_mchid?: string
  readonly tar_type?: 'GZIP'
}

/**
 * The bills of WeChat Pay: downloaded, decrypted, unzipped, checked by their digest, and read row by row.
 *
 * @throws {ApiError} code `NO_STATEMENT_EXIST` when there is no bill of that day.
 * @throws {RequestError} when a parameter is missing or unknown, and when the client is a brand's: brands have no bills.
 */
export interface Bills {
  /**
   * The trade bill of a day: payments and refunds.
   *
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791866
   */
  readonly trade: (request: TradeBillRequest, options?: BillOptions) => Promise<Bill<TradeRow, TradeSummary>>
  /**
   * The fund flow bill of a day: every movement of money into and out of an account.
   *
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791867
   */
  readonly fundflow: (
    request: FundflowBillRequest,
    options?: BillOptions,
  ) => Promise<Bill<FundflowRow, FundflowSummary>>
  /**
   * The fund flow bill of one sub-merchant, for partners.
   *
   * @see https://pay.weixin.qq.com/doc/v3/partner/4012710630
   */
  readonly subMerchantFundflow: (
    request: SubMerchantFundflowBillRequest,
    options?: BillOptions,
  ) => Promise<Bill<FundflowRow, FundflowSummary>>
  /**
   * The fund flow bill of all sub-merchants of a platform.
   *
   * @see https://pay.weixin.qq.com/doc/v3/partner/4012760697
   */
  readonly ecommerceFundflow: (
    request: EcommerceFundflowBillRequest,
    options?: BillOptions,
  ) => Promise<Bill<FundflowRow, FundflowSummary>>
  /**
   * The profit-sharing bill of a day.
   *
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4012529628
   */
  readonly profitSharing: (
    request: ProfitSharingBillRequest,
    options?: BillOptions,
  ) => Promise<Bill<ProfitSharingRow, ProfitSharingSummary>>
  /** The bills of APIv2. */
  readonly v2: V2Bills
}

/** The bills of APIv3. */
export type V3Bills = Omit<Bills, 'v2'>
