import { describe } from 'vitest'
import type { Answer } from '../client.js'
import { DAY } from '../domain/clocked.js'
import { done, hold, REFUNDS, refused, startRules, wrong } from './rules.js'

const PARTNER = 'https://pay.weixin.qq.com/doc/v3/partner/4012709253'
const YEAR = 'https://pay.weixin.qq.com/doc/v3/merchant/4012556457'
const MERCHANT = 'https://pay.weixin.qq.com/doc/v3/merchant/4012552567'
const SCORE = 'https://pay.weixin.qq.com/docs/merchant/apis/weixin-pay-score/refunds/create.html'

const rig = startRules()
const invalid = refused(400, 'INVALID_REQUEST')

/** A refund of an order that was paid some time ago. */
async function refundAfter(after: number, more: object = {}, amount: object = {}): Promise<Answer> {
  const { out_trade_no } = await rig.paid()
  rig.advance(after)
  return rig.refund(out_trade_no, more, amount)
}
const refund =
  (more: object = {}, amount: object = {}) =>
  (): Promise<Answer> =>
    refundAfter(0, more, amount)

/** A number of refunds of one order; the last answer counts. */
async function refundOften(count: number, fen: number, numbers?: string): Promise<Answer> {
  const { out_trade_no } = await rig.paid()
  for (let left = count; left > 1; left--) {
    await rig.refund(out_trade_no, numbers ? { out_refund_no: numbers } : {}, { refund: fen })
  }
  return rig.refund(out_trade_no, numbers ? { out_refund_no: numbers } : {}, { refund: fen })
}

describe('a refund', () => {
  hold([
    [YEAR, 'is possible for 365 days after the payment', () => refundAfter(365 * DAY - 1_000), done()],
    [YEAR, 'is not possible later', () => refundAfter(365 * DAY + 1_000), invalid],
    [PARTNER, 'comes fifty times for an order', () => refundOften(50, 1), done()],
    [PARTNER, 'does not come a 51st time', () => refundOften(51, 1), invalid],
    [PARTNER, 'is of no more than was paid', refund({}, { refund: 101 }), { status: 400 }],
    [PARTNER, 'is of no more than is left', () => refundOften(2, 60), invalid],
    [MERCHANT, 'is accepted first', refund(), done({ status: 'PROCESSING' })],
    [
      MERCHANT,
      'has its outcome in a query',
      async () => {
        await refundAfter(0, { out_refund_no: 'OUTCOME1' })
        return rig.call('GET', `${REFUNDS}/OUTCOME1`)
      },
      done({ status: 'SUCCESS' }),
    ],
    [
      MERCHANT,
      'is made once, however often its number is sent',
      async () => {
        const { out_trade_no } = await rig.paid()
        const ask = (): Promise<Answer> =>
          rig.refund(out_trade_no, { out_refund_no: 'ONCE01' }, { refund: 60 })
        const [first, second] = [await ask(), await ask()]
        const rest = await rig.refund(out_trade_no, {}, { refund: 40 })
        return { status: rest.status, same: first.json.refund_id === second.json.refund_id }
      },
      { status: 200, same: true },
    ],
    [MERCHANT, 'is of an order that is paid', () => rig.refund('UNPAID'), { status: 404 }],
  ])
})

describe('a refund has', () => {
  const length = (count: number): string => '1'.repeat(count)
  hold([
    [PARTNER, 'a number', refund({ out_refund_no: undefined }), wrong('/out_refund_no')],
    [PARTNER, 'a number of up to 64 characters', refund({ out_refund_no: length(64) }), done()],
    [PARTNER, 'no longer number', refund({ out_refund_no: length(65) }), wrong('/out_refund_no')],
    [PARTNER, 'letters, digits and _-|*@ in its number', refund({ out_refund_no: 'aZ09_-|*@' }), done()],
    [PARTNER, 'nothing else in its number', refund({ out_refund_no: 'R#1' }), wrong('/out_refund_no')],
    [PARTNER, 'a reason of up to 80 characters', refund({ reason: length(81) }), wrong('/reason')],
    [
      PARTNER,
      'no query in its notify_url',
      refund({ notify_url: 'https://a.cn/n?a=1' }),
      wrong('/notify_url'),
    ],
    [
      PARTNER,
      'the number of its order, of either side',
      refund({ out_trade_no: undefined }),
      { status: 400, json: { code: 'PARAM_ERROR' } },
    ],
    [SCORE, 'a whole number of fen', refund({}, { refund: 1.5 }), wrong('/amount/refund')],
    [SCORE, 'an amount', refund({ amount: undefined }), wrong('/amount')],
  ])
})
