import { assertMerchant, type Id } from '../identity.js'
import { copyLiterals } from '../plain-object.js'
import type { BillContext } from './ask.js'
import type { Bill } from './bill.js'
import type { FundflowRow, FundflowSummary } from './fundflow.js'
import type { ProfitSharingRow, ProfitSharingSummary } from './profit-sharing.js'
import type { BillOptions } from './request.js'
import type { TradeRow, TradeSummary } from './trade.js'
import type { V2Bills } from './v2.js'

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
 * there is a bill, and rejects with an `ApiError` (code `NO_STATEMENT_EXIST`) when there is none. The client of a brand
 * has no bills: there it is a `RequestError`.
 */
export interface Bills {
  /**
   * The trade bill of a day: payments and refunds.
   *
   * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791866
   */
  readonly trade: (request: TradeBillRequest, options?: BillOptions) => Promise<Bill<TradeRow, TradeSummary>>
  /**
   * The fund flow bill of a day: what came into an account and left it.
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

/** What asks for bills and reads them is loaded with the first one: most clients never see any. */
export function createBills(context: BillContext, id: Id): Bills {
  const v3 = async (): Promise<V3Bills> => {
    assertMerchant(id, 'wxpay.bills', 'v3')
    return (await import('./v3.js')).createV3Bills(context)
  }
  const v2 = async (): Promise<V2Bills> => {
    assertMerchant(id, 'wxpay.bills.v2', 'v2')
    return (await import('./v2.js')).createV2Bills(context)
  }
  return Object.freeze({
    trade: deferred(async () => (await v3()).trade),
    fundflow: deferred(async () => (await v3()).fundflow),
    subMerchantFundflow: deferred(async () => (await v3()).subMerchantFundflow),
    ecommerceFundflow: deferred(async () => (await v3()).ecommerceFundflow),
    profitSharing: deferred(async () => (await v3()).profitSharing),
    v2: Object.freeze({
      trade: deferred(async () => (await v2()).trade),
      fundflow: deferred(async () => (await v2()).fundflow),
    }),
  } satisfies Bills)
}

type Method<Given extends unknown[], Result> = (...given: Given) => Promise<Result>

/** A method that has to be loaded. What it is given is copied first: its caller may change that meanwhile. */
function deferred<Given extends unknown[], Result>(
  load: () => Promise<Method<Given, Result>>,
): Method<Given, Result> {
  return async (...given) => {
    const taken = copyLiterals(given)
    const method = await load()
    return method(...taken)
  }
}
