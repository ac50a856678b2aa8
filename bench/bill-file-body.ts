/** A trade bill of some 200 MB, most of which is one block over and over: nothing is made while it is sent. */
import { createHash } from 'node:crypto'

const BYTES = 200_000_000
const BLOCK_ROWS = 4_000

const HEADING =
  '\uFEFF交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n'
const ROW =
  '`2024-01-01 10:00:00,`wxd678efh567hg6787,`1900000109,`0,`,`4200000120240101000000000001,`20240101T0000000001,`oUpF8uMuAJO_M2px0000000001,`NATIVE,`SUCCESS,`OTHERS,`CNY,`1.00,`0.00,`0,`0,`0.00,`0.00,`,`,`Image形象店-深圳腾大-QQ公仔,`,`0.01000,`0.60%,`1.00,`0.00,`\r\n'
const TOTAL_HEADING =
  '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n'

const block = Buffer.from(ROW.repeat(BLOCK_ROWS))
const blocks = Math.round(BYTES / block.length)
const rows = blocks * BLOCK_ROWS
const total = `${TOTAL_HEADING}\`${rows},\`${rows}.00,\`0.00,\`0.00,\`${rows / 100}.00,\`${rows}.00,\`0.00\r\n`

export function* pieces(): Generator<Buffer> {
  yield Buffer.from(HEADING)
  for (let at = 0; at < blocks; at++) yield block
  yield Buffer.from(total)
}

function measure(): { readonly bytes: number; readonly sha1: string } {
  const hash = createHash('sha1')
  let bytes = 0
  for (const piece of pieces()) {
    hash.update(piece)
    bytes += piece.length
  }
  return { bytes, sha1: hash.digest('hex') }
}

export const { bytes, sha1 } = measure()
