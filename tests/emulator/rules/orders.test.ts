import { describe } from 'vitest'
import type { Answer } from '../client.js'
import { DAY, HOUR, MINUTE } from '../domain/clocked.js'
import { done, hold, refused, startRules, wrong } from './rules.js'

const NATIVE = 'https://pay.weixin.qq.com/docs/merchant/products/native-payment/apilist.html'
const TIMES = 'https://pay.weixin.qq.com/doc/v3/merchant/4012525171'
const JSAPI = 'https://pay.weixin.qq.com/doc/v3/merchant/4012791856'
const CLOSE = 'https://pay.weixin.qq.com/docs/merchant/products/close-order/introduction.html'
const CODES = 'https://pay.weixin.qq.com/docs/partner/apis/partner-miniprogram-payment/close-order.html'
const MISSING = 'https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter3_4_3.shtml'
const QUERY = 'https://pay.weixin.qq.com/doc/v3/merchant/4012791880'

const rig = startRules()
const { place, next } = rig
const without = (field: string) => (): Promise<Answer> => place({ [field]: undefined })
const at = (time: number): string => new Date(time).toISOString()

describe('an order has', () => {
  hold([
    [NATIVE, 'an appid', without('appid'), wrong('/appid')],
    [NATIVE, 'an mchid', without('mchid'), wrong('/mchid')],
    [NATIVE, 'a description', without('description'), wrong('/description')],
    [NATIVE, 'a number', without('out_trade_no'), wrong('/out_trade_no')],
    [NATIVE, 'a notify_url', without('notify_url'), wrong('/notify_url')],
    [NATIVE, 'an amount', without('amount'), wrong('/amount')],
    [NATIVE, 'a description of up to 127 characters', () => place({ description: '仔'.repeat(127) }), done()],
    [NATIVE, 'no longer description', () => place({ description: '仔'.repeat(128) }), wrong('/description')],
    [NATIVE, 'a number of 6 characters', () => place({ out_trade_no: 'ABC-12' }), done()],
    [NATIVE, 'no shorter number', () => place({ out_trade_no: 'ABC-1' }), wrong('/out_trade_no')],
    [
      NATIVE,
      'no number of 33 characters',
      () => place({ out_trade_no: '1'.repeat(33) }),
      wrong('/out_trade_no'),
    ],
    [NATIVE, 'letters, digits and _-|* in its number', () => place({ out_trade_no: 'aZ09_-|*' }), done()],
    [NATIVE, 'nothing else in its number', () => place({ out_trade_no: 'ABC#123' }), wrong('/out_trade_no')],
    [NATIVE, 'an attach of up to 128 characters', () => place({ attach: 'a'.repeat(129) }), wrong('/attach')],
    [
      TIMES,
      'no query in its notify_url',
      () => place({ notify_url: 'https://a.cn/n?a=1' }),
      wrong('/notify_url'),
    ],
    [TIMES, 'an end by RFC 3339', () => place({ time_expire: '2024-03-02 10:00:00' }), wrong('/time_expire')],
    [
      JSAPI,
      'a payer where it is paid in WeChat',
      () => rig.call('POST', '/v3/pay/transactions/jsapi', rig.order()),
      wrong('/payer'),
    ],
  ])
})

/** Places an order again, changed or not, after some time. */
async function again(first: object, more: object = {}, after = 0): Promise<Answer> {
  const order = { out_trade_no: next(), ...first }
  await place(order)
  rig.advance(after)
  return place({ ...order, ...more })
}

/** What comes of paying an order after some time. */
async function payAfter(time_expire: string, after: number): Promise<object> {
  const out_trade_no = next()
  await place({ out_trade_no, time_expire })
  rig.advance(after)
  await rig.emulator.pay(out_trade_no).catch(() => undefined)
  return rig.query(out_trade_no)
}

const used = refused(403, 'OUT_TRADE_NO_USED')
const closed = refused(400, 'ORDER_CLOSED')
const unpaid = done({ trade_state: 'NOTPAY' })

describe('an order', () => {
  hold([
    [NATIVE, 'has a number that stands for nothing else', () => again({}, { amount: { total: 2 } }), used],
    [
      TIMES,
      'keeps its end',
      () => again({ time_expire: at(rig.now() + HOUR) }, { time_expire: at(rig.now() + DAY) }),
      used,
    ],
    [
      TIMES,
      'can be placed again, unchanged, before its end',
      () => again({ time_expire: at(rig.now() + DAY) }, {}, HOUR),
      done(),
    ],
    [
      TIMES,
      'needs another number after its end',
      () => again({ time_expire: at(rig.now() + HOUR) }, {}, 2 * HOUR),
      { status: 400 },
    ],
    [TIMES, 'cannot be paid after its end', () => payAfter(at(rig.now() + 5 * MINUTE), 6 * MINUTE), unpaid],
    [
      TIMES,
      'has a minute at least',
      () => payAfter(at(rig.now() + 1_000), 59_000),
      done({ trade_state: 'SUCCESS' }),
    ],
    [
      TIMES,
      'has no more than that minute where its end is nearer',
      () => payAfter(at(rig.now() + 1_000), 61_000),
      unpaid,
    ],
    [
      TIMES,
      'has 90 days at most',
      () => again({ time_expire: at(rig.now() + 200 * DAY) }, {}, 91 * DAY),
      closed,
    ],
    [
      TIMES,
      'has up to 90 days',
      () => again({ time_expire: at(rig.now() + 200 * DAY) }, {}, 89 * DAY),
      done(),
    ],
    [TIMES, 'has 7 days where it names no end', () => again({}, {}, 7 * DAY + 1), closed],
    [
      CODES,
      'is over once it is closed',
      async () => {
        const out_trade_no = next()
        await place({ out_trade_no })
        await rig.close(out_trade_no)
        return place({ out_trade_no })
      },
      closed,
    ],
    [
      CODES,
      'is closed without a word',
      async () => {
        const out_trade_no = next()
        await place({ out_trade_no })
        return rig.close(out_trade_no)
      },
      { status: 204, text: '' },
    ],
    [
      CLOSE,
      'is closed by its merchant, who is named',
      () => rig.call('POST', '/v3/pay/transactions/out-trade-no/ABC123/close', {}),
      wrong('/mchid'),
    ],
    [
      CLOSE,
      'is closed only while it is unpaid',
      async () => rig.close((await rig.paid()).out_trade_no),
      { status: 400 },
    ],
    [MISSING, 'has to be there to be closed', () => rig.close('ABC124'), { status: 404 }],
    [
      QUERY,
      'is shown to its merchant, who is named',
      () => rig.call('GET', '/v3/pay/transactions/out-trade-no/ABC123'),
      wrong('mchid'),
    ],
  ])
})
