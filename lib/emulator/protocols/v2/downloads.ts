import { gzipSync } from 'node:zlib'
import { beijingDigits } from '../../beijing-time.js'
import type { Context } from '../../context.js'
import { ReturnFailure } from './refusal.js'
import type { V2Fields } from './sign.js'

const TRADES = [
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注',
  '`2024-01-01 10:00:00,`wxd678efh567hg6787,`1900000109,`0,`,`4200000001202401010000000001,`1217752501201407033233368018,`oUpF8uMuAJO_M2pxb1Q9zNjWeS6o,`NATIVE,`SUCCESS,`OTHERS,`CNY,`1.00,`0.00,`0,`0,`0.00,`0.00,`,`,`Image形象店-深圳腾大-QQ公仔,`,`0.01000,`0.60%,`1.00,`0.00,`',
  '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额',
  '`1,`1.00,`0.00,`0.00,`0.01000,`1.00,`0.00',
]
const FUNDS = [
  '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,资金变更提交申请人,备注,业务凭证号',
  '`2024-01-01 10:00:00,`50000305742018020103387128253,`1900009231201802015884652186,`退款,`退款,`支出,`0.02,`0.17,`system,`缺货,`REF4200000068201801293084726067',
  '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额',
  '`1.0,`0.0,`0.00,`1.0,`0.02',
]
const COMMENTS = ['0', '`2017-07-01 10:00:05`,`1001690740201411100005734289`,`5`,`赞，水果很新鲜`']

const FILES: Readonly<Record<string, readonly string[]>> = {
  'v2/pay/downloadfundflow': FUNDS,
  'v2/billcommentsp/batchquerycomment': COMMENTS,
}

/** The file of a download. Of today and of later days there is no bill. */
export function downloadOf(template: string, fields: V2Fields, { now }: Context): Buffer {
  const { bill_date, tar_type } = fields
  if (bill_date !== undefined && bill_date >= beijingDigits(now()).slice(0, 8)) {
    throw new ReturnFailure('No Bill Exist')
  }
  const lines = FILES[template] ?? TRADES
  const bom = lines === COMMENTS ? '' : '\uFEFF'
  const file = Buffer.from(`${bom}${lines.join('\r\n')}\r\n`)
  return tar_type === 'GZIP' ? gzipSync(file) : file
}
