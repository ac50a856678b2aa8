import { describe } from 'vitest'
import type { Answer } from '../client.js'
import { DAY } from '../domain/clocked.js'
import { APPID, done, hold, startRules, wrong } from './rules.js'

const CREATE = 'https://pay.weixin.qq.com/docs/merchant/products/weixin-pay-score/apilist.html'
const COMPLETE =
  'https://pay.weixin.qq.com/docs/merchant/apis/weixin-pay-score/service-order/complete-service-order.html'
const STATES =
  'https://pay.weixin.qq.com/docs/merchant/apis/weixin-pay-score-no-confirm/get-service-order.html'

const rig = startRules()
const SERVICES = '/v3/payscore/serviceorder'
const who = { appid: APPID, service_id: '2002000000000558128851361561536' }
const service = (more: object = {}): object => ({
  ...{ ...who, out_order_no: rig.next(), service_introduction: '共享充电宝' },
  ...{ time_range: { start_time: 'OnAccept' }, risk_fund: { name: 'DEPOSIT', amount: 10_000 } },
  ...{ notify_url: 'https://pay.example.com/notify', ...more },
})
const create =
  (more: object = {}) =>
  (): Promise<Answer> =>
    rig.call('POST', SERVICES, service(more))

/** A service that its user has agreed to, and that is completed. */
const complete =
  (more: object = {}, created: object = {}) =>
  async (): Promise<Answer> => {
    const out_order_no = rig.next()
    await create({
      out_order_no,
      need_user_confirm: false,
      openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      ...created,
    })()
    const post_payments = [{ name: '租金', amount: 300 }]
    return rig.call('POST', `${SERVICES}/${out_order_no}/complete`, {
      ...who,
      post_payments,
      total_amount: 300,
      ...more,
    })
  }

describe('a service order', () => {
  const many = (count: number): object[] => Array(count).fill({ name: 'a', amount: 1 })
  hold([
    [CREATE, 'is created first', create(), done({ state: 'CREATED' })],
    [
      CREATE,
      'is the same when it is created again, unchanged',
      async () => {
        const order = service()
        const [first, again] = [
          await rig.call('POST', SERVICES, order),
          await rig.call('POST', SERVICES, order),
        ]
        return { status: again.status, same: first.json.order_id === again.json.order_id }
      },
      { status: 200, same: true },
    ],
    [
      CREATE,
      'has a number of up to 32 characters',
      create({ out_order_no: '1'.repeat(33) }),
      wrong('/out_order_no'),
    ],
    [
      CREATE,
      'has letters, digits and _-|* in its number',
      create({ out_order_no: 'S#1234' }),
      wrong('/out_order_no'),
    ],
    [
      CREATE,
      'is introduced in up to 20 characters',
      create({ service_introduction: '充'.repeat(21) }),
      wrong('/service_introduction'),
    ],
    [CREATE, 'has up to 100 payments', create({ post_payments: many(101) }), wrong('/post_payments')],
    [CREATE, 'has up to 30 discounts', create({ post_discounts: many(31) }), wrong('/post_discounts')],
    [CREATE, 'has an attach of up to 256 characters', create({ attach: 'a'.repeat(257) }), wrong('/attach')],
    [CREATE, 'has a risk fund', create({ risk_fund: undefined }), wrong('/risk_fund')],
    [CREATE, 'has a time', create({ time_range: undefined }), wrong('/time_range')],
    [CREATE, 'has a notify_url', create({ notify_url: undefined }), wrong('/notify_url')],
    [
      STATES,
      'is under way at once where its user need not agree',
      create({ need_user_confirm: false, openid: 'oUpF8uMuAJO_M2pxb1' }),
      done({ state: 'DOING' }),
    ],
    [
      STATES,
      'expires unless its user agrees',
      async () => {
        const out_order_no = rig.next()
        await create({ out_order_no })()
        rig.advance(31 * DAY)
        return rig.call(
          'GET',
          `${SERVICES}?out_order_no=${out_order_no}&appid=${APPID}&service_id=${who.service_id}`,
        )
      },
      done({ state: 'EXPIRED' }),
    ],
    [
      COMPLETE,
      'waits for its user to pay once it is completed',
      complete(),
      done({ state: 'DOING', need_collection: true, total_amount: 300 }),
    ],
    [COMPLETE, 'has payments', complete({ post_payments: undefined }), wrong('/post_payments')],
    [COMPLETE, 'has a total', complete({ total_amount: undefined }), wrong('/total_amount')],
    [
      COMPLETE,
      'has a total that its payments sum up to',
      complete({ total_amount: 301 }),
      wrong('/total_amount'),
    ],
    [
      COMPLETE,
      'has a total less its discounts',
      complete({ total_amount: 200, post_discounts: [{ name: '减', description: '减', amount: 100 }] }),
      done(),
    ],
    [
      COMPLETE,
      'has a total within its deposit',
      complete({}, { risk_fund: { name: 'DEPOSIT', amount: 299 } }),
      wrong('/total_amount'),
    ],
    [COMPLETE, 'has a total of whole fen', complete({ total_amount: 300.5 }), wrong('/total_amount')],
  ])
})
