/** What a call gives: the endpoint's answer, unless the request asks for the body in another form. */
/* oxlint-disable no-floating-promises, no-unused-expressions -- compiled, never run */
import type { Readable, Writable } from 'node:stream'
import type { BodyType } from '../../types/index.js'
import { holds, type Same, wxpay } from './expect.js'

const bill = wxpay.v3.billdownload.file
const query = { token: '1' }
declare const writable: Writable
declare const target: string | undefined
declare const responseType: BodyType

const plain = await bill.get({ query })
const json = await wxpay.v3.certificates.get({ responseType: 'json' })
const typed = await wxpay.v3.certificates.get()
const stream = await bill.get({ query, responseType: 'stream' })
const buffer = await wxpay.v3.certificates.getAsync({ responseType: 'arraybuffer' })
const text = await wxpay['v3/certificates'].get({ responseType: 'text' })
const file = await bill.get({ query, sink: '/tmp/bill.csv' })
const written = await bill.get({ query, sink: writable, responseType: 'stream' })
const maybe = await wxpay.v3.certificates.get({ responseType: 'text', sink: target })
const either = await wxpay.v3.certificates.get({ responseType })
const nothing = await wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.close.post({
  out_trade_no: '1',
  json: { mchid: '1' },
})

holds<Same<typeof plain.data, Buffer>>()
holds<Same<typeof json.data, typeof typed.data>>()
holds<Same<typeof stream.data, Readable>>()
holds<Same<typeof buffer.data, Buffer>>()
holds<Same<typeof text.data, string>>()
holds<Same<typeof file.data, undefined>>()
holds<Same<typeof written.data, undefined>>()
holds<Same<typeof maybe.data, string | undefined>>()
holds<Same<typeof either.data, typeof typed.data | Readable | Buffer | string>>()
holds<Same<typeof nothing.data, undefined>>()
holds<Same<typeof plain.status, number>>()

// @ts-expect-error not a form that Node has
bill.get({ query, responseType: 'document' })
// @ts-expect-error a field that no answer has
typed.data.nothing
