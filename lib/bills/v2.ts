import type { AxiosResponse } from 'axios'
import type { BillContext } from './ask.js'
import { Bill } from './bill.js'
import { FUNDFLOW, type FundflowRow, type FundflowSummary } from './fundflow.js'
import { type BillDate, type BillOptions, checkParameters } from './request.js'
import { TRADE, type TradeRow, type TradeSummary } from './trade.js'

/** The parameters of a trade bill of APIv2. */
export interface V2TradeBillRequest {
  readonly appid: string
  readonly bill_date: BillDate
  readonly bill_type?: 'ALL' | 'SUCCESS' | 'REFUND' | 'RECHARGE_REFUND'
  readonly tar_type?: 'GZIP'
  readonly sub_appid?: string
  readonly sub_mch_id?: string
  readonly sign_type?: 'MD5' | 'HMAC-SHA256'
}

/** The parameters of a fund flow bill of APIv2. */
export interface V2FundflowBillRequest {
  readonly appid: string
  readonly bill_date: BillDate
  readonly account_type: 'Basic' | 'Operation' | 'Fees'
  readonly tar_type?: 'GZIP'
}

/** The bills of APIv2. The response to the request is the bill itself, so it is sent when the bill is read. */
export interface V2Bills {
  /**
   * The trade bill of a day: payments and refunds.
   *
   * @see https://pay.weixin.qq.com/doc/v2/merchant/4011985427
   */
  readonly trade: (
    request: V2TradeBillRequest,
    options?: BillOptions,
  ) => Promise<Bill<TradeRow, TradeSummary>>
  /**
   * The fund flow bill of a day. The endpoint asks for the client certificate: the option `merchant`.
   *
   * @see https://pay.weixin.qq.com/doc/v2/merchant/4011939779
   */
  readonly fundflow: (
    request: V2FundflowBillRequest,
    options?: BillOptions,
  ) => Promise<Bill<FundflowRow, FundflowSummary>>
}

export function createV2Bills({ send }: BillContext): V2Bills {
  async function ask<Row, Summary>(
    kind: { readonly method: string; readonly path: string; readonly format: typeof TRADE },
    names: { readonly required: readonly string[]; readonly optional: readonly string[] },
    request: object,
    options: BillOptions = {},
  ): Promise<Bill<Row, Summary>> {
    const parameters = checkParameters(kind.method, request, names)
    const { onBadRow: _, ...callOptions } = options
    const xml = { ...parameters, bill_date: (parameters.bill_date ?? '').replaceAll('-', '') }
    return new Bill({
      name: `POST ${kind.path} ${parameters.bill_date}`,
      format: kind.format,
      files: [
        {
          request: () => send('post', kind.path, { xml, responseType: 'stream', ...callOptions }),
          sha1: digestHeader,
        },
      ],
      announcement: {},
      options,
    })
  }
  return Object.freeze({
    trade: (request, options) =>
      ask(
        { method: 'bills.v2.trade', path: 'v2/pay/downloadbill', format: TRADE },
        {
          required: ['appid', 'bill_date'],
          optional: ['bill_type', 'tar_type', 'sub_appid', 'sub_mch_id', 'sign_type'],
        },
        request,
        options,
      ),
    fundflow: (request, options) =>
      ask(
        { method: 'bills.v2.fundflow', path: 'v2/pay/downloadfundflow', format: FUNDFLOW },
        { required: ['appid', 'bill_date', 'account_type'], optional: ['tar_type'] },
        request,
        options,
      ),
  } satisfies V2Bills)
}

/** The SHA-1 in the header `Digest: SHA=…`, in hexadecimal. */
function digestHeader({ headers }: AxiosResponse): string | undefined {
  return /^SHA(?:-?1)?=([0-9a-f]{40})$/i.exec(String(headers.digest ?? ''))?.[1]
}
