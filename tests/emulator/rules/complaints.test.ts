import { constants, privateDecrypt } from 'node:crypto'
import { describe } from 'vitest'
import type { Answer } from '../client.js'
import { done, hold, startRules, wrong } from './rules.js'

const COMPLAINTS = 'https://pay.weixin.qq.com/docs/merchant/products/consumer-complaint/apilist.html'
const DEFAULTS = 'https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter10_2_11.shtml'
const COMPLAINT = 'https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter10_2_13.shtml'
const COMPLETED = 'https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter10_2_15.shtml'

const rig = startRules()
const LIST = '/v3/merchant-service/complaints-v2'
const list = (query: string) => (): Promise<Answer> => rig.call('GET', `${LIST}?${query}`)
const OF_MARCH = 'begin_date=2024-03-01&end_date=2024-03-30'

async function complain(): Promise<string> {
  const { out_trade_no } = await rig.paid()
  return rig.emulator.complain({ out_trade_no })
}

describe('complaints', () => {
  hold([
    [COMPLAINTS, 'are listed from a day', list('end_date=2024-03-01'), wrong('begin_date')],
    [COMPLAINTS, 'are listed up to a day', list('begin_date=2024-03-01'), wrong('end_date')],
    [COMPLAINTS, 'are listed for 30 days', list(OF_MARCH), done()],
    [
      COMPLAINTS,
      'are not listed for more',
      list('begin_date=2024-03-01&end_date=2024-04-01'),
      { status: 400 },
    ],
    [COMPLAINTS, 'are listed by up to 50', list(`${OF_MARCH}&limit=50`), done({ limit: 50 })],
    [COMPLAINTS, 'are not listed by more', list(`${OF_MARCH}&limit=51`), wrong('limit')],
    [COMPLAINTS, 'are listed by one at least', list(`${OF_MARCH}&limit=0`), wrong('limit')],
    [
      DEFAULTS,
      'are listed by ten from the first one where nothing is said',
      list(OF_MARCH),
      done({ limit: 10, offset: 0 }),
    ],
    [
      DEFAULTS,
      'are listed by days such as 2019-01-01',
      list('begin_date=20240301&end_date=20240302'),
      wrong('begin_date'),
    ],
    [
      COMPLAINT,
      'are pending first',
      async () => rig.call('GET', `${LIST}/${await complain()}`),
      done({ complaint_state: 'PENDING' }),
    ],
    [
      COMPLAINT,
      'have an encrypted phone number',
      async () => {
        const { json } = await rig.call('GET', `${LIST}/${await complain()}`)
        const key = { key: rig.emulator.merchant.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING }
        return { phone: privateDecrypt(key, Buffer.from(json.payer_phone, 'base64')).toString() }
      },
      { phone: '13800000000' },
    ],
    [
      COMPLETED,
      'are completed without a word',
      async () =>
        rig.call('POST', `${LIST}/${await complain()}/complete`, {
          complainted_mchid: rig.emulator.merchant.mchid,
        }),
      { status: 204, text: '' },
    ],
    [
      COMPLETED,
      'are completed by the merchant, who is named',
      async () => rig.call('POST', `${LIST}/${await complain()}/complete`, {}),
      wrong('/complainted_mchid'),
    ],
    [
      COMPLAINT,
      'are processed in the end',
      async () => {
        const id = await complain()
        await rig.call('POST', `${LIST}/${id}/complete`, { complainted_mchid: rig.emulator.merchant.mchid })
        return rig.call('GET', `${LIST}/${id}`)
      },
      done({ complaint_state: 'PROCESSED' }),
    ],
  ])
})
