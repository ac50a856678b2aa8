import type { Verb } from '../../index.js'
import { words } from '../language.js'

/** One method of wechatpay-node-v3 that calls an endpoint. */
export interface Method {
  readonly verb: Verb
  readonly path: string
  /** What the first argument is: the body, the query, or an object with path values whose rest is the query. */
  readonly takes?: 'json' | 'query' | 'values'
  /** Fields that the method fills from the client where the caller leaves them out. */
  readonly fills?: 'appid' | 'combine_appid' | undefined
  /** What arguments of their own are: `path.out_trade_no`, `query.bill_date`, `json.sub_orders`. */
  readonly arguments?: readonly string[]
  /** The parameters for the front end that the method makes of `prepay_id`. */
  readonly signs?: 'jsapi' | 'app' | undefined
}

const post = (path: string, fills?: Method['fills'], signs?: Method['signs']): Method => ({
  verb: 'post',
  path,
  takes: 'json',
  fills,
  signs,
})

const payment = (product: string, signs?: Method['signs']): Method =>
  post(`v3/pay/transactions/${product}`, 'appid', signs)

const combined = (product: string, signs?: Method['signs']): Method =>
  post(`v3/combine-transactions/${product}`, 'combine_appid', signs)

const get = (path: string, ...names: string[]): Method => ({
  verb: 'get',
  path,
  ...(names.length > 0 ? { arguments: names } : { takes: 'values' as const }),
})

/** The methods of wechatpay-node-v3 whose call is one call of an endpoint. */
export const METHODS: Readonly<Record<string, Method>> = {
  transactions_h5: payment('h5'),
  transactions_native: payment('native'),
  transactions_app: payment('app', 'app'),
  transactions_jsapi: payment('jsapi', 'jsapi'),
  combine_transactions_h5: combined('h5'),
  combine_transactions_native: combined('native'),
  combine_transactions_app: combined('app', 'app'),
  combine_transactions_jsapi: combined('jsapi', 'jsapi'),
  combine_query: get(
    'v3/combine-transactions/out-trade-no/{combine_out_trade_no}',
    'path.combine_out_trade_no',
  ),
  close: {
    verb: 'post',
    path: 'v3/pay/transactions/out-trade-no/{out_trade_no}/close',
    arguments: ['path.out_trade_no'],
  },
  combine_close: {
    verb: 'post',
    path: 'v3/combine-transactions/out-trade-no/{combine_out_trade_no}/close',
    arguments: ['path.combine_out_trade_no', 'json.sub_orders'],
    fills: 'combine_appid',
  },
  tradebill: { verb: 'get', path: 'v3/bill/tradebill', takes: 'query' },
  fundflowbill: { verb: 'get', path: 'v3/bill/fundflowbill', takes: 'query' },
  refunds: post('v3/refund/domestic/refunds'),
  find_refunds: get('v3/refund/domestic/refunds/{out_refund_no}', 'path.out_refund_no'),
  batches_transfer: post('v3/transfer/batches', 'appid'),
  query_batches_transfer_list_wx: get('v3/transfer/batches/batch-id/{batch_id}'),
  query_batches_transfer_detail_wx: get(
    'v3/transfer/batches/batch-id/{batch_id}/details/detail-id/{detail_id}',
  ),
  query_batches_transfer_list: get('v3/transfer/batches/out-batch-no/{out_batch_no}'),
  query_batches_transfer_detail: get(
    'v3/transfer/batches/out-batch-no/{out_batch_no}/details/out-detail-no/{out_detail_no}',
  ),
  create_profitsharing_orders: post('v3/profitsharing/orders', 'appid'),
  query_profitsharing_orders: get(
    'v3/profitsharing/orders/{out_order_no}',
    'query.transaction_id',
    'path.out_order_no',
  ),
  profitsharing_return_orders: post('v3/profitsharing/return-orders'),
  query_profitsharing_return_orders: get(
    'v3/profitsharing/return-orders/{out_return_no}',
    'path.out_return_no',
    'query.out_order_no',
  ),
  profitsharing_orders_unfreeze: post('v3/profitsharing/orders/unfreeze'),
  query_profitsharing_amounts: get(
    'v3/profitsharing/transactions/{transaction_id}/amounts',
    'path.transaction_id',
  ),
  profitsharing_receivers_add: post('v3/profitsharing/receivers/add', 'appid'),
  profitsharing_receivers_delete: post('v3/profitsharing/receivers/delete', 'appid'),
  profitsharing_bills: get('v3/profitsharing/bills', 'query.bill_date', 'query.tar_type'),
}

/** Names that other objects have as well. */
const COMMON: ReadonlySet<string> = new Set(['close', 'query', 'sign'])

/** Whether a name is one of a method that wechatpay-node-v3 has. */
export const isOfNodeV3 = (name: string): boolean => isOnlyOfNodeV3(name) || COMMON.has(name)

/** Whether a name of a method is one that only wechatpay-node-v3 has. */
export const isOnlyOfNodeV3 = (name: string): boolean =>
  (Object.hasOwn(METHODS, name) && !COMMON.has(name)) ||
  /^(?:decipher_gcm|verifySign|downloadBill)$/.test(name)

/** Why a method has no call that takes its place, and what does the same. */
export const ADVICE: Readonly<Record<string, string>> = {
  verifySign: words(
    'wxpay.notifications.parse({ headers, body }) verifies the raw body and decrypts it, or .node(handlers) does all of it',
    'wxpay.notifications.parse({ headers, body }) 用原始报文验签并解密；.node(handlers) 则一步到位',
  ),
  get_certificates: words(
    'the platform certificates are downloaded and kept fresh by the client; wxpay.certificates.list() lists them',
    '平台证书由客户端自动下载和更新；wxpay.certificates.list() 可列出',
  ),
  createHttp: words(
    'requests go through axios: give httpsAgent, proxy or adapter as options of the client',
    '请求经由 axios 发送：请在构造选项中传 httpsAgent、proxy 或 adapter',
  ),
  downloadBill: words(
    'wxpay.bills.trade({ bill_date }) asks for a bill, downloads and checks it; wxpay.download(url, { responseType }) takes a download_url',
    'wxpay.bills.trade({ bill_date }) 申请、下载并校验账单；wxpay.download(url, { responseType }) 下载 download_url',
  ),
  decipher_gcm: words(
    'wxpay.notifications.parse({ headers, body }) verifies and decrypts; decryptAesGcm(ciphertext, key, nonce, associatedData) only decrypts',
    'wxpay.notifications.parse({ headers, body }) 验签并解密；decryptAesGcm(ciphertext, key, nonce, associatedData) 只解密',
  ),
  getSignature: words(
    'the client signs by itself; by hand it is sign(canonicalRequest({ method, url, timestamp, nonce, body }), privateKey)',
    '客户端会自行签名；手工签名是 sign(canonicalRequest({ method, url, timestamp, nonce, body }), privateKey)',
  ),
  getAuthorization: words(
    'the client signs by itself; by hand it is authorization({ mchid, serial, nonce, timestamp, signature })',
    '客户端会自行签名；手工生成是 authorization({ mchid, serial, nonce, timestamp, signature })',
  ),
}
