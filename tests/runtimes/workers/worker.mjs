/** A shop as a Worker. `workers.mjs` asks it to do things, and knows what has to come of them. */
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { Ciphertext, sensitive, Wechatpay } from 'wechatpay-fluent'
import { loadPublicKey, sign } from 'wechatpay-fluent/crypto'

const shipped = []
let shop

/** Made with the first request, and kept for the others. */
function openShop(env) {
  const wxpay = Wechatpay.fromEnv(env)
  const receive = wxpay.notifications.fetch({
    'TRANSACTION.SUCCESS': ({ resource }) => void shipped.push(resource.out_trade_no),
  })
  return { wxpay, receive, env }
}

const actions = {
  shipped: () => shipped,
  order: async ({ wxpay }, request) => (await wxpay.v3.pay.transactions.native.post(request)).data,
  query: async ({ wxpay }, request) => {
    const { data } = await wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.get(request)
    return data.trade_state
  },
  certificates: async ({ wxpay }, request) => (await wxpay.v3.certificates.get(request)).status,
  instance: async ({ wxpay }, { url }) => (await wxpay.client.v3.get(url)).status,
  v2: async ({ wxpay }, request) => (await wxpay.v2.pay.orderquery.post(request)).data,
  transfer: async ({ wxpay }, { json }) => {
    const transfers = wxpay.v3.fundApp.mchTransfer.transferBills
    await transfers.post({ json: { ...json, user_name: sensitive('张三') } })
    const { out_bill_no } = json
    const { data } = await transfers.outBillNo._out_bill_no_.get({ out_bill_no, decrypt: true })
    return [data.user_name, (await wxpay.encrypt('张三')) instanceof Ciphertext]
  },
  bill: async ({ wxpay }, request) => {
    const bill = await wxpay.bills.trade(request)
    let rows = 0
    for await (const row of bill) rows += Number.isInteger(row.total_amount_fen) ? 1 : 0
    return [rows, Number((await bill.summary()).total_count)]
  },
  download: async ({ wxpay }) => {
    const { file } = wxpay.v3.billdownload
    const { data: bytes } = await file.get({ query: { token: 't' } })
    const { data: stream } = await file.get({ query: { token: 't' }, responseType: 'stream' })
    return bytes.length > 0 && (await buffer(stream)).equals(bytes)
  },
  upload: async ({ wxpay }) => {
    const bytes = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
    const files = [new File([bytes], 'shop.png'), bytes, Readable.from([bytes])]
    const { upload } = wxpay.v3.merchantService.images
    const ids = []
    for (const file of files) ids.push((await upload.post({ multipart: { file } })).data.media_id)
    return ids.map((id) => typeof id)
  },
  uploadV2: async ({ wxpay }) => {
    const media = new File(['%PDF-'], 'proof.png')
    return (await wxpay.v2.secapi.mch.uploadmedia.post({ multipart: { media } })).data
  },
  /** With options of this Worker's, and of no other. */
  withOptions: async ({ env }, { options }) =>
    (await Wechatpay.fromEnv(env, options).v3.certificates.get()).status,
  refund: async ({ env }, { options, xml }) =>
    (await Wechatpay.fromEnv(env, options).v2.secapi.pay.refund.post({ xml })).data,
  downloadedCertificates: async ({ env }) => {
    const wxpay = Wechatpay.fromEnv({ ...env, WXPAY_CERTS: undefined })
    await wxpay.v3.certificates.get()
    return (await wxpay.certificates.list()).length
  },
  crypto: ({ env }) => {
    const certificate = Object.values(JSON.parse(env.WXPAY_CERTS)).find((pem) => pem.includes('CERTIFICATE'))
    return [loadPublicKey(certificate).asymmetricKeyType, sign('message', env.WXPAY_PRIVATE_KEY).length]
  },
  paySign: ({ wxpay }) => wxpay.paySign.jsapi({ appId: 'wx8888888888888888', prepayId: 'wx1' }).signType,
}

export default {
  async fetch(request, env) {
    shop ??= openShop(env)
    const action = new URL(request.url).pathname.slice(1)
    if (action === 'paid') return shop.receive(request)
    try {
      return Response.json({ value: await actions[action](shop, await request.json()) })
    } catch ({ name, code, message, status, verified, stack }) {
      return Response.json({ error: { name, code, message, status, verified, stack } })
    }
  },
}
