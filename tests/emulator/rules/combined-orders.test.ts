import { describe } from 'vitest'
import type { Answer } from '../client.js'
import { APPID, done, hold, startRules, wrong } from './rules.js'

const COMBINED = 'https://pay.weixin.qq.com/docs/merchant/products/combine-payment/apilist-native.html'
const COMBINED_CLOSE = 'https://pay.weixin.qq.com/docs/merchant/apis/combine-payment/orders/close-order.html'

const rig = startRules()
const { next } = rig

const part = (more: object = {}): object => ({
  ...{ mchid: rig.emulator.merchant.mchid, out_trade_no: next(), description: 'QQ公仔', attach: 'a' },
  ...{ amount: { total_amount: 10, currency: 'CNY' }, ...more },
})
const combine = (more: object = {}): Promise<Answer> =>
  rig.call('POST', '/v3/combine-transactions/native', {
    ...{ combine_appid: APPID, combine_mchid: rig.emulator.merchant.mchid, combine_out_trade_no: next() },
    ...{ sub_orders: [part(), part()], notify_url: 'https://pay.example.com/notify', ...more },
  })

describe('a combined order', () => {
  const tooLong = '1'.repeat(33)
  hold([
    [COMBINED, 'has two parts', () => combine(), done()],
    [
      COMBINED,
      'has parts with an attach',
      () => combine({ sub_orders: [part(), part({ attach: undefined })] }),
      wrong('/sub_orders/1/attach'),
    ],
    [
      COMBINED,
      'has a number of up to 32 characters',
      () => combine({ combine_out_trade_no: tooLong }),
      wrong('/combine_out_trade_no'),
    ],
    [
      COMBINED,
      'has the address of its payer where it has a scene',
      () => combine({ scene_info: {} }),
      wrong('/scene_info/payer_client_ip'),
    ],
    [
      COMBINED_CLOSE,
      'is closed part by part',
      () => rig.call('POST', '/v3/combine-transactions/out-trade-no/ABC123/close', { combine_appid: APPID }),
      wrong('/sub_orders'),
    ],
  ])
})
