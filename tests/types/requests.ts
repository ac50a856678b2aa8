/** What a request may and must hold. */
/* oxlint-disable no-floating-promises, no-unused-expressions -- compiled, never run */
import { Readable, Writable } from 'node:stream'
import type { Ciphertext, RequestOf, Sensitive } from '../../types/index.js'
import { wxpay } from './expect.js'

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
