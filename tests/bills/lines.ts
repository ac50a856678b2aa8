import type { BillFormat, BillRow } from '../../lib/bills/columns.js'
import { parseBill } from '../../lib/bills/parse.js'
import type { BadBillRow } from '../../lib/index.js'

export const ALL_HEADINGS =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注'
export const ALL_SUMMARY =
  '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'

/** A row of the documentation's sample, with another description. */
export function tradeRow(description: string, outTradeNo = '2021WERUN1647840687637'): string {
  return `\`2022-03-21 13:51:31,\`wxfdc955f7104ad557,\`180023671,\`176531292,\`,\`420000612032130748613220688,\`${outTradeNo},\`oZWaCKXip5njeEiloC4oeOV1TTsk,\`JSAPI,\`SUCCESS,\`OTHERS,\`CNY,\`0.01,\`0.00,\`0,\`0,\`0.00,\`0.00,\`,\`,\`${description},\`,\`0.00000,\`0.90%,\`0.01,\`0.00,\``
}

export function tradeBill(...rows: readonly string[]): string {
  const summary = `\`${rows.length},\`0.06,\`0.06,\`0.00,\`0.00000,\`0.06,\`0.06`
  return `\uFEFF${[ALL_HEADINGS, ...rows, ALL_SUMMARY, summary].join('\r\n')}\r\n`
}

/** Reads a bill that arrives in pieces of `size` bytes. */
export async function readBill(
  text: string,
  format: BillFormat,
  size = 65_536,
  onBadRow?: (row: BadBillRow) => void,
): Promise<{ rows: BillRow[]; summary: BillRow }> {
  async function* pieces(): AsyncGenerator<Buffer> {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const reading = parseBill(pieces(), format, 'a bill', onBadRow)
  const rows: BillRow[] = []
  for (;;) {
    const { done, value } = await reading.next()
    if (done) return { rows, summary: value }
    rows.push(...value)
  }
}
