import { type Account, assertMaySpeak } from '../identity.js'
import { copyLiterals, readGiven } from '../plain-object.js'
import type { BillContext, BillName } from './ask.js'
import type { Bill, BillOptions } from './bill.js'
import type { FundflowRow, FundflowSummary } from './fundflow.js'
import type { ProfitSharingRow, ProfitSharingSummary } from './profit-sharing.js'
import type { TradeRow, TradeSummary } from './trade.js'

/** The day of a bill, in Beijing time: `2024-01-01`, `20240101`, or a time of that day as a `Date`. */
export type BillDate = string | Date

/** The parameters that every bill takes. */
export interface BillRequest {
  readonly bill_date: BillDate
  /** Lets WeChat Pay zip the bill; it is unzipped when it is read. */
  readonly tar_type?: 'GZIP'
}

/** The parameters of a trade bill. */
export interface TradeBillRequest extends BillRequest {
  /** `ALL` when left out. */
  readonly bill_type?: 'ALL' | 'SUCCESS' | 'REFUND' | 'RECHARGE_REFUND' | (string & {})
  readonly sub_mchid?: string
}

/** The parameters of a fund flow bill. */
export interface FundflowBillRequest extends BillRequest {
  /** `BASIC` when left out. */
  readonly account_type?: 'BASIC' | 'OPERATION' | 'FEES' | (string & {})
}

/** The parameters of the fund flow bill of one sub-merchant. */
export interface SubMerchantFundflowBillRequest extends BillRequest {
  readonly sub_mchid: string
  readonly account_type: 'BASIC' | 'OPERATION' | 'FEES' | 'DEPOSIT' | (string & {})
  /** The encryption of the bill; it is decrypted when it is read. */
  readonly algorithm?: 'AEAD_AES_256_GCM'
}

/** The parameters of the fund flow bill of all sub-merchants of a platform. */
export interface EcommerceFundflowBillRequest extends BillRequest {
  /** `ALL` when left out, which is the only value. */
  readonly account_type?: 'ALL'
  /** The encryption of the bill; it is decrypted when it is read. */
  readonly algorithm?: 'AEAD_AES_256_GCM'
}

/** The parameters of a profit-sharing bill. */
export interface ProfitSharingBillRequest extends BillRequest {
  readonly sub_mchid?: string
}

/** The parameters of a trade bill of APIv2. */
export interface V2TradeBillRequest extends BillRequest {
  readonly appid: string
  readonly bill_type?: 'ALL' | 'SUCCESS' | 'REFUND' | 'RECHARGE_REFUND'
  readonly sub_appid?: string
  readonly sub_mch_id?: string
  readonly sign_type?: 'MD5' | 'HMAC-SHA256'
}

/** The parameters of a fund flow bill of APIv2. */
export interface V2FundflowBillRequest extends BillRequest {
  readonly appid: string
  readonly account_type: 'Basic' | 'Operation' | 'Fees'
}

type Ask<Request, Row, Summary> = (request: Request, options?: BillOptions) => Promise<Bill<Row, Summary>>

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
  readonly trade: Ask<TradeBillRequest, TradeRow, TradeSummary>
  /**
   * The fund flow bill of a day: every movement of money into and out of an account.
   *
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791867
   */
  readonly fundflow: Ask<FundflowBillRequest, FundflowRow, FundflowSummary>
  /**
   * The fund flow bill of one sub-merchant, for partners.
   *
   * @see https://pay.weixin.qq.com/doc/v3/partner/4012710630
   */
  readonly subMerchantFundflow: Ask<SubMerchantFundflowBillRequest, FundflowRow, FundflowSummary>
  /**
   * The fund flow bill of all sub-merchants of a platform.
   *
   * @see https://pay.weixin.qq.com/doc/v3/partner/4012760697
   */
  readonly ecommerceFundflow: Ask<EcommerceFundflowBillRequest, FundflowRow, FundflowSummary>
  /**
   * The profit-sharing bill of a day.
   *
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4012529628
   */
  readonly profitSharing: Ask<ProfitSharingBillRequest, ProfitSharingRow, ProfitSharingSummary>
  /** The bills of APIv2. */
  readonly v2: V2Bills
}

/** The bills of APIv2. The response to the request is the bill itself, so it is sent when the bill is read. */
export interface V2Bills {
  /**
   * The trade bill of a day: payments and refunds.
   *
   * @see https://pay.weixin.qq.com/doc/v2/merchant/4011985427
   */
  readonly trade: Ask<V2TradeBillRequest, TradeRow, TradeSummary>
  /**
   * The fund flow bill of a day. The endpoint asks for the client certificate: the option `merchant`.
   *
   * @see https://pay.weixin.qq.com/doc/v2/merchant/4011939779
   */
  readonly fundflow: Ask<V2FundflowBillRequest, FundflowRow, FundflowSummary>
}

export function createBills(context: BillContext, account: Account): Bills {
  /** The code behind the methods is loaded at the first call: most programs read no bills. */
  function ask<Request, Row, Summary>(name: BillName): Ask<Request, Row, Summary> {
    return async (...given) => {
      // The caller may change its arguments while the code is loaded.
      const [request, options] = readGiven(`bills.${name}`, () => copyLiterals(given))
      if (name.startsWith('v2.')) assertMaySpeak(account, 'wxpay.bills.v2', 'v2')
      else assertMaySpeak(account, 'wxpay.bills', 'v3')
      return (await import('./ask.js')).askForBill(context, name, request, options)
    }
  }
  const v2: V2Bills = { trade: ask('v2.trade'), fundflow: ask('v2.fundflow') }
  const bills: Bills = {
    trade: ask('trade'),
    fundflow: ask('fundflow'),
    subMerchantFundflow: ask('subMerchantFundflow'),
    ecommerceFundflow: ask('ecommerceFundflow'),
    profitSharing: ask('profitSharing'),
    v2: Object.freeze(v2),
  }
  return Object.freeze(bills)
}
