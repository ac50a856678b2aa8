import { describe } from 'vitest'
import type { Answer } from '../client.js'
import { DAY } from '../domain/clocked.js'
import { APPID, done, hold, refused, startRules, wrong } from './rules.js'

const SHARING = 'https://pay.weixin.qq.com/docs/merchant/products/profit-sharing/apilist.html'
const QUESTIONS = 'https://pay.weixin.qq.com/doc/v3/merchant/4014547102'
const RATIO = 'https://pay.weixin.qq.com/wiki/doc/api/allocation.php?chapter=26_4'
const NUMBERS = 'https://pay.weixin.qq.com/doc/v3/partner/4015981574'
const UNFREEZE = 'https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter8_1_5.shtml'

const rig = startRules()
const ORDERS = '/v3/profitsharing/orders'
const SHOP = '1900000310'

/** Fields of a sharing and of its only receiver; one that is `undefined` is left out. */
interface Share {
  readonly more?: object
  readonly receiver?: object
}

function share(transaction_id: string, { more = {}, receiver = {} }: Share = {}): Promise<Answer> {
  const receivers = [{ type: 'MERCHANT_ID', account: SHOP, amount: 10, description: '分给门店', ...receiver }]
  const request = { transaction_id, out_order_no: rig.next(), receivers, unfreeze_unsplit: false, ...more }
  return rig.call('POST', ORDERS, request)
}

async function add(): Promise<Answer> {
  const receiver = { appid: APPID, type: 'MERCHANT_ID', account: SHOP, relation_type: 'STORE' }
  return rig.call('POST', '/v3/profitsharing/receivers/add', receiver)
}

/** An order that can be shared with a shop, which was added. */
async function placed(profit_sharing = true): ReturnType<typeof rig.paid> {
  await add()
  return rig.paid({ settle_info: { profit_sharing } })
}

/** Shares such an order. */
const shared =
  (how: Share = {}) =>
  async (): Promise<Answer> =>
    share((await placed()).transaction_id, how)

const unfreeze = (transaction_id: string, more: object = {}): Promise<Answer> =>
  rig.call('POST', `${ORDERS}/unfreeze`, {
    transaction_id,
    out_order_no: rig.next(),
    description: '解冻',
    ...more,
  })

const tooLittle = refused(403, 'NOT_ENOUGH', '分账金额不足')

describe('a sharing', () => {
  hold([
    [
      QUESTIONS,
      'is of an order that was placed for it',
      async () => share((await placed(false)).transaction_id),
      refused(403, 'NO_AUTH', '非分账订单不支持分账'),
    ],
    [
      QUESTIONS,
      'is with a receiver that was added',
      async () => share((await placed()).transaction_id, { receiver: { account: '1900000311' } }),
      refused(400, 'PARAM_ERROR', '分账接收方关系不存在，请检查参数中每个接收方的关系'),
    ],
    [
      QUESTIONS,
      'is of an order that is not all refunded',
      async () => {
        const { out_trade_no, transaction_id } = await placed()
        await rig.refund(out_trade_no, {}, { refund: 100 })
        return share(transaction_id)
      },
      tooLittle,
    ],
    [
      QUESTIONS,
      'is of an order that is not unfrozen',
      async () => {
        const { transaction_id } = await placed()
        await unfreeze(transaction_id)
        return share(transaction_id)
      },
      tooLittle,
    ],
    [
      QUESTIONS,
      'comes within 30 days',
      async () => {
        const { transaction_id } = await placed()
        rig.advance(30 * DAY + 1_000)
        return share(transaction_id)
      },
      tooLittle,
    ],
    [QUESTIONS, 'is of no more than the order has', shared({ receiver: { amount: 101 } }), tooLittle],
    [RATIO, 'is of up to 30 percent', shared({ receiver: { amount: 30 } }), done()],
    [
      RATIO,
      'is of no more',
      shared({ receiver: { amount: 31 } }),
      refused(403, 'RULE_LIMIT', '分账金额超出最大分账比例'),
    ],
    [
      RATIO,
      'is of no more together with all others of its order',
      async () => {
        const { transaction_id } = await placed()
        await share(transaction_id, { receiver: { amount: 20 } })
        return share(transaction_id, { receiver: { amount: 11 } })
      },
      refused(403, 'RULE_LIMIT', '分账金额超出最大分账比例'),
    ],
    [
      SHARING,
      'is made once, however often its number is sent',
      async () => {
        const { transaction_id } = await placed()
        const more = { out_order_no: 'SHARED1' }
        const [first, second] = [await share(transaction_id, { more }), await share(transaction_id, { more })]
        return { status: second.status, same: first.json.order_id === second.json.order_id }
      },
      { status: 200, same: true },
    ],
    [
      NUMBERS,
      'has a number that stands for nothing else',
      async () => {
        const { transaction_id } = await placed()
        const more = { out_order_no: 'SHARED2' }
        await share(transaction_id, { more })
        return share(transaction_id, { more, receiver: { amount: 11 } })
      },
      { status: 400 },
    ],
  ])
})

describe('a sharing has', () => {
  const receiver = { type: 'MERCHANT_ID', account: SHOP, amount: 1, description: 'a' }
  hold([
    [
      SHARING,
      'up to 50 receivers',
      shared({ more: { receivers: Array(51).fill(receiver) } }),
      wrong('/receivers'),
    ],
    [
      SHARING,
      'a number of up to 64 characters',
      shared({ more: { out_order_no: '1'.repeat(65) } }),
      wrong('/out_order_no'),
    ],
    [
      SHARING,
      'letters, digits and _-|*@ in its number',
      shared({ more: { out_order_no: 'aZ09_-|*@' } }),
      done(),
    ],
    [
      SHARING,
      'nothing else in its number',
      shared({ more: { out_order_no: 'S#1' } }),
      wrong('/out_order_no'),
    ],
    [
      SHARING,
      'a word on what is left',
      shared({ more: { unfreeze_unsplit: undefined } }),
      wrong('/unfreeze_unsplit'),
    ],
    [
      SHARING,
      'descriptions of up to 80 characters',
      shared({ receiver: { description: 'a'.repeat(81) } }),
      wrong('/receivers/0/description'),
    ],
    [SHARING, 'whole numbers of fen', shared({ receiver: { amount: 0.5 } }), wrong('/receivers/0/amount')],
    [
      UNFREEZE,
      'a description where it unfreezes',
      () => unfreeze('4200', { description: undefined }),
      wrong('/description'),
    ],
    [
      UNFREEZE,
      'nothing to come once what is left is unfrozen',
      async () => {
        const { transaction_id } = await placed()
        await unfreeze(transaction_id)
        return rig.call('GET', `/v3/profitsharing/transactions/${transaction_id}/amounts`)
      },
      done({ unsplit_amount: 0 }),
    ],
  ])
})
