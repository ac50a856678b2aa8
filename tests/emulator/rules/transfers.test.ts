import { constants, createPublicKey, privateDecrypt, publicEncrypt } from 'node:crypto'
import { describe } from 'vitest'
import { type Answer, publicKeyPem } from '../client.js'
import { APPID, done, hold, sendRaw, startRules, wrong } from './rules.js'

const TRANSFER = 'https://pay.weixin.qq.com/docs/merchant/apis/mch-trans/transfer-bill/transfer-to-user.html'
const FIELDS = 'https://pay.weixin.qq.com/doc/v3/merchant/4012716434'
const CANCEL = 'https://pay.weixin.qq.com/doc/v3/merchant/4012716458'
const ENCRYPTION = 'https://pay.weixin.qq.com/doc/v3/partner/4013059053'

const rig = startRules()
const BILLS = '/v3/fund-app/mch-transfer/transfer-bills'
const transfer = (more: object = {}): object => ({
  ...{
    appid: APPID,
    out_bill_no: rig.next(),
    transfer_scene_id: '1000',
    openid: 'o-MYE42l80oelYMDE34nYD456Xoy',
  },
  ...{ transfer_amount: 100, transfer_remark: '新会员', ...more },
  ...('transfer_scene_report_infos' in more
    ? {}
    : { transfer_scene_report_infos: [{ info_type: '活动名称', info_content: '新会员有礼' }] }),
})
const start =
  (more: object = {}) =>
  (): Promise<Answer> =>
    rig.call('POST', BILLS, transfer(more))

const encrypt = (text: string, padding: number = constants.RSA_PKCS1_OAEP_PADDING, key?: string): string =>
  publicEncrypt(
    { key: createPublicKey(key ?? publicKeyPem(rig.emulator)), padding },
    Buffer.from(text),
  ).toString('base64')
/** A transfer of 2,000 yuan to somebody whose name is encrypted in some way. */
const named = (name: () => string) => (): Promise<Answer> =>
  rig.call('POST', BILLS, transfer({ transfer_amount: 200_000, user_name: name() }))

async function cancelled(): Promise<{ readonly answer: Answer; readonly out_bill_no: string }> {
  const out_bill_no = rig.next()
  await start({ out_bill_no })()
  return { out_bill_no, answer: await rig.call('POST', `${BILLS}/out-bill-no/${out_bill_no}/cancel`) }
}

describe('a transfer', () => {
  hold([
    [TRANSFER, 'waits for its user', start(), done({ state: 'WAIT_USER_CONFIRM' })],
    [
      TRANSFER,
      'has letters and digits in its number',
      start({ out_bill_no: 'BILL_1' }),
      wrong('/out_bill_no'),
    ],
    [
      TRANSFER,
      'has a number of up to 32 of them',
      start({ out_bill_no: '1'.repeat(33) }),
      wrong('/out_bill_no'),
    ],
    [TRANSFER, 'has an openid', start({ openid: undefined }), wrong('/openid')],
    [TRANSFER, 'has a scene', start({ transfer_scene_id: undefined }), wrong('/transfer_scene_id')],
    [FIELDS, 'has a remark', start({ transfer_remark: undefined }), wrong('/transfer_remark')],
    [
      FIELDS,
      'has a remark of up to 32 characters',
      start({ transfer_remark: '会'.repeat(33) }),
      wrong('/transfer_remark'),
    ],
    [
      FIELDS,
      'reports its scene',
      start({ transfer_scene_report_infos: undefined }),
      wrong('/transfer_scene_report_infos'),
    ],
    [
      FIELDS,
      'has no query in its notify_url',
      start({ notify_url: 'https://a.cn/n?a=1' }),
      wrong('/notify_url'),
    ],
    [TRANSFER, 'names its user from 2,000 yuan on', start({ transfer_amount: 200_000 }), wrong('/user_name')],
    [TRANSFER, 'need not name its user below', start({ transfer_amount: 199_999 }), done()],
    [
      CANCEL,
      'can be cancelled before its user accepts it',
      async () => (await cancelled()).answer,
      done({ state: 'CANCELING' }),
    ],
    [
      CANCEL,
      'is cancelled in the end',
      async () => rig.call('GET', `${BILLS}/out-bill-no/${(await cancelled()).out_bill_no}`),
      done({ state: 'CANCELLED' }),
    ],
  ])
})

describe('the name of a user', () => {
  hold([
    [ENCRYPTION, 'is encrypted with OAEP', named(() => encrypt('张三')), done()],
    [ENCRYPTION, 'is not sent in clear', named(() => '张三'), wrong('/user_name')],
    [
      ENCRYPTION,
      'takes no other padding',
      named(() => encrypt('张三', constants.RSA_PKCS1_PADDING)),
      wrong('/user_name'),
    ],
    [
      ENCRYPTION,
      'is encrypted with the key of the platform, not of the merchant',
      named(() => encrypt('张三', undefined, rig.emulator.merchant.privateKey)),
      wrong('/user_name'),
    ],
    [
      ENCRYPTION,
      'comes with the id of its key',
      () => {
        const body = JSON.stringify(transfer({ transfer_amount: 200_000, user_name: encrypt('张三') }))
        return sendRaw(rig.emulator, BILLS, {
          method: 'POST',
          body,
          headers: { 'Wechatpay-Serial': undefined },
        })
      },
      wrong('/Wechatpay-Serial'),
    ],
    [
      ENCRYPTION,
      'comes back encrypted with the key of the merchant',
      async () => {
        const out_bill_no = rig.next()
        await rig.call(
          'POST',
          BILLS,
          transfer({ out_bill_no, transfer_amount: 200_000, user_name: encrypt('张三') }),
        )
        const { json } = await rig.call('GET', `${BILLS}/out-bill-no/${out_bill_no}`)
        const padding = constants.RSA_PKCS1_OAEP_PADDING
        const key = { key: rig.emulator.merchant.privateKey, padding }
        return { name: privateDecrypt(key, Buffer.from(json.user_name, 'base64')).toString() }
      },
      { name: '张三' },
    ],
  ])
})
