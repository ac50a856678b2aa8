/** What a request may and must hold. */
/* oxlint-disable no-floating-promises, no-unused-expressions -- compiled, never run */
import { Readable, Writable } from 'node:stream'
import type { Ciphertext, RequestOf, Sensitive } from '../../types/index.js'
import { holds, type Same, wxpay } from './expect.js'

const users = wxpay.v3.marketing.membercardOpen.cards._card_id_.users
const json = { openid: 'o4GgauInH_RCEdvrrNGrntXDuXXX', out_request_no: '1' }

users.import.post({ card_id: 1, json })
// @ts-expect-error the placeholder is missing
users.import.post({ json })
// @ts-expect-error the body is missing
users.import.post({ card_id: '1' })
// @ts-expect-error the argument is missing
users.import.post()
// @ts-expect-error a field is missing
users.import.post({ card_id: '1', json: { openid: '1' } })
// @ts-expect-error a field is of another type
users.import.post({ card_id: '1', json: { openid: 1, out_request_no: '1' } })
// @ts-expect-error a field is misspelt
users.import.post({ card_id: '1', json: { openId: '1', openid: '1', out_request_no: '1' } })
// @ts-expect-error a key of the request object is misspelt
users.import.post({ card_id: '1', json, cardid: '1' })
// @ts-expect-error a placeholder is text or a number
users.import.post({ card_id: true, json })
// @ts-expect-error the twin is as strict
users.import.postAsync({ json })
// @ts-expect-error and so is the node
users.import({ json })

// Nothing is required, so the argument may be left out; an unknown key is still refused.
wxpay.v3.certificates.get()
wxpay.v3.certificates.get({})
wxpay.v3.certificates.get({ query: { algorithm_type: 'RSA' } })
wxpay.v3.certificates.get({ timeout: 1_000, signal: AbortSignal.timeout(1), headers: { 'X-Trace': 1 } })
// @ts-expect-error misspelt
wxpay.v3.certificates.get({ querry: {} })
// Endpoints without any field of their own take the options too.
wxpay.v3.merchantService.complaintNotifications.get()
wxpay.v3.merchantService.complaintNotifications.get({ retry: 3, baseURL: 'https://api.mch.weixin.qq.com' })
// @ts-expect-error there is no body
wxpay.v3.merchantService.complaintNotifications.get({ json: {} })

// Options may be `undefined`, as they come from other options.
declare const options: { timeout: number | undefined; signal: AbortSignal | undefined }
wxpay.v3.certificates.get(options)
// @ts-expect-error options are checked
wxpay.v3.certificates.get({ retry: 'always' })

// Enumerations are open: the known values are offered, another text is taken.
wxpay.v3.certificates.get({ query: { algorithm_type: 'ED25519' } })
// @ts-expect-error but it is text
wxpay.v3.certificates.get({ query: { algorithm_type: 1 } })

// Fields that are encrypted on their way never take a bare text.
declare const secret: Sensitive
declare const ciphertext: Ciphertext
type Transfer = RequestOf<'v3/fund-app/mch-transfer/transfer-bills', 'post'>
declare const transfer: Transfer['json']
const bills = wxpay.v3.fundApp.mchTransfer.transferBills
bills.post({ json: { ...transfer, user_name: secret } })
bills.post({ json: { ...transfer, user_name: ciphertext } })
// @ts-expect-error the name in the clear
bills.post({ json: { ...transfer, user_name: '张三' } })
// @ts-expect-error an object that only looks like a Ciphertext
bills.post({ json: { ...transfer, user_name: { serial: '1' } } })

// The file of an upload; `meta` is computed.
const upload = wxpay.v3.merchant.media.upload
upload.post({ multipart: { file: Buffer.from('') } })
upload.post({ multipart: { file: new Blob(['']) } })
upload.post({ multipart: { file: new File([''], 'card.png') } })
upload.post({ multipart: { file: Readable.from(['']) } })
upload.post({ multipart: { file: new URL('file:///tmp/card.png') } })
upload.post({ multipart: { file: 'file:///tmp/card.png' }, onUploadProgress: ({ loaded }) => loaded })
// @ts-expect-error a path is no file
upload.post({ multipart: { file: '/tmp/card.png' } })
// @ts-expect-error the file is missing
upload.post({ multipart: {} })

// v2: what the client fills in is optional.
type Order = RequestOf<'v2/pay/unifiedorder', 'post'>['xml']
declare const order: Order
wxpay.v2.pay.unifiedorder.post({ xml: order })
wxpay.v2.pay.unifiedorder({ xml: { ...order, mch_id: '1' } })
// @ts-expect-error v2 takes `xml`
wxpay.v2.pay.unifiedorder.post({ json: order })

wxpay.v3.certificates.get({ sink: new Writable() })
wxpay.v3.certificates.get({ sink: 'certificates.json' })
// @ts-expect-error a Readable is no place to write to
wxpay.v3.certificates.get({ sink: Readable.from(['']) })

// Fields that stand in for each other: a partner knows the payer by its own openid or by the merchant's.
type PartnerOrder = RequestOf<'v3/pay/partner/transactions/jsapi', 'post'>['json']
declare const partnerOrder: Omit<PartnerOrder, 'payer'>
const jsapi = wxpay.v3.pay.partner.transactions.jsapi
jsapi.post({ json: { ...partnerOrder, payer: { sub_openid: 'o' } } })
jsapi.post({ json: { ...partnerOrder, payer: { sp_openid: 'o' } } })
jsapi.post({ json: { ...partnerOrder, payer: { sp_openid: 'o', sub_openid: 'o' } } })
// @ts-expect-error neither
jsapi.post({ json: { ...partnerOrder, payer: {} } })
// @ts-expect-error not how a partner knows anybody
jsapi.post({ json: { ...partnerOrder, payer: { openid: 'o' } } })

// A refund of a merchant is found by the merchant's id, one of a partner by both ids.
wxpay.v3.refunds.id._refund_id_.get({ refund_id: '1', query: { mchid: '1' } })
wxpay.v3.refunds.id._refund_id_.get({ refund_id: '1', query: { sp_mchid: '1', sub_mchid: '1' } })
// @ts-expect-error a partner without its merchant
wxpay.v3.refunds.id._refund_id_.get({ refund_id: '1', query: { sp_mchid: '1' } })

// A store is known by its id; the parts of a combined order may be those of plain merchants.
type Store = NonNullable<NonNullable<PartnerOrder['scene_info']>['store_info']>
holds<Same<Store['id'], string>>()
jsapi.post({
  json: {
    ...{ ...partnerOrder, payer: { sp_openid: 'o' } },
    scene_info: { payer_client_ip: '::1', store_info: { id: '0001' } },
  },
})
type CombinedPart = RequestOf<'v3/combine-transactions/jsapi', 'post'>['json']['sub_orders'][number]
holds<Same<CombinedPart['sub_mchid'], string | undefined>>()
export const part: CombinedPart = {
  ...{ mchid: '1', attach: 'a', description: 'b', out_trade_no: '1' },
  amount: { total_amount: 1, currency: 'CNY' },
}

// An enterprise applies with its licence, and with no certificate.
type Subject = RequestOf<'v3/applyment4sub/applyment', 'post'>['json']['subject_info']
declare const identity: Subject['identity_info']
export const enterprise: Subject = {
  subject_type: 'SUBJECT_TYPE_ENTERPRISE',
  business_license_info: { license_copy: '1', license_number: '1', merchant_name: '1', legal_person: '1' },
  identity_info: identity,
}

// The client's own id is filled in: a query or a body of nothing else may be left out, and the argument with it.
const byNumber = wxpay.v3.pay.transactions.outTradeNo._out_trade_no_
byNumber.get({ out_trade_no: '1' })
byNumber.get({ out_trade_no: '1', query: {} })
byNumber.get({ out_trade_no: '1', query: { mchid: '1' } })
byNumber.close.post({ out_trade_no: '1' })
wxpay.v3.webizpay.availMchRanges.get()
// @ts-expect-error but not the placeholder
byNumber.get()
// @ts-expect-error it is text all the same
byNumber.get({ out_trade_no: '1', query: { mchid: 1 } })
// @ts-expect-error nor the other fields
wxpay.v3.pay.partner.transactions.outTradeNo._out_trade_no_.get({ out_trade_no: '1', query: {} })
declare const nativeOrder: Omit<RequestOf<'v3/pay/transactions/native', 'post'>['json'], 'mchid'>
wxpay.v3.pay.transactions.native.post({ json: nativeOrder })
declare const unaddressed: Omit<typeof nativeOrder, 'appid'>
// @ts-expect-error whether there is an appid among the defaults, the types do not know
wxpay.v3.pay.transactions.native.post({ json: unaddressed })
// The id of a store's payee is not the caller's.
const bind = wxpay.v3.brand.partner.store.brandstores._store_id_.bindrecipient
const payee = { brand_id: '1', company_name: 'c' }
bind.post({ store_id: '1', json: { ...payee, mchid: '1' } })
// @ts-expect-error and is required
bind.post({ store_id: '1', json: payee })
