import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../../../lib/emulator/index.js'
import { type MerchantOptions, sensitive, Wechatpay } from '../../../lib/index.js'

const APPID = 'wxd678efh567hg6787'
const DIRECT = '1900000109'
const PARTNER = '1900000200'
const SHOP = '1900000301'
/** A shop with an appid of its own. */
const BOUND_SHOP = '1900000302'
const SHOP_APPID = 'wxshop0000000001'

let emulator: Emulator
let direct: Wechatpay
let partner: Wechatpay
beforeAll(async () => {
  emulator = await createEmulator({
    merchants: [
      { kind: 'merchant', mchid: DIRECT, appids: [APPID] },
      { mchid: PARTNER, appids: [APPID], subMerchants: [SHOP, { mchid: BOUND_SHOP, appids: [SHOP_APPID] }] },
    ],
  })
  const [first, second] = emulator.merchants.map((one) => new Wechatpay(one as MerchantOptions))
  direct = first as Wechatpay
  partner = second as Wechatpay
})
afterAll(async () => {
  direct.close()
  partner.close()
  await emulator.close()
})

let placed = 0
const order = (more: object): never => {
  const common = { description: 'QQ公仔', notify_url: 'https://example.com/n', amount: { total: 100 } }
  return {
    json: { out_trade_no: `PARTY-${String(++placed).padStart(4, '0')}`, ...common, ...more },
    retry: false,
  } as never
}
const ofDirect = (more: object) =>
  direct.chain('v3/pay/transactions/native').post(order({ appid: APPID, mchid: DIRECT, ...more }))
const ofPartner = (more: object) =>
  partner
    .chain('v3/pay/partner/transactions/native')
    .post(order({ sp_appid: APPID, sp_mchid: PARTNER, sub_mchid: SHOP, ...more }))

// https://pay.weixin.qq.com/doc/v3/merchant/4012791877
describe('a merchant’s order', () => {
  it('takes its own appids, and no other', async () => {
    expect((await ofDirect({})).status).toBe(200)
    await expect(ofDirect({ appid: 'wx0000000000000000' })).rejects.toMatchObject({
      ...{ status: 400, code: 'APPID_MCHID_NOT_MATCH', apiMessage: 'appid和mch_id不匹配，请检查后再试' },
    })
  })

  it('is of a merchant that exists', async () => {
    await expect(ofDirect({ mchid: '1999999999' })).rejects.toMatchObject({
      status: 400,
      code: 'MCH_NOT_EXISTS',
    })
    // That one exists, but did not sign.
    await expect(ofDirect({ mchid: PARTNER })).rejects.toMatchObject({ status: 400, code: 'PARAM_ERROR' })
    const query = direct.chain('v3/pay/transactions/out-trade-no/{out_trade_no}')
    await expect(
      query.get({ out_trade_no: 'PARTY-0001', query: { mchid: '1999999999' } } as never),
    ).rejects.toMatchObject({ code: 'MCH_NOT_EXISTS' })
  })

  it('names no sub-merchant', async () => {
    const asPartner = direct
      .chain('v3/pay/partner/transactions/native')
      .post(order({ sp_appid: APPID, sp_mchid: DIRECT, sub_mchid: SHOP }))
    await expect(asPartner).rejects.toMatchObject({
      code: 'PARAM_ERROR',
      apiMessage: expect.stringContaining('普通商户不允许传sub_mch_id'),
    })
  })

  it('checks the appid of a transfer as well', async () => {
    const json = {
      ...{ appid: 'wx0000000000000000', out_bill_no: 'PARTY1', transfer_scene_id: '1000' },
      ...{ openid: 'o-MYE42l80oelYMDE34nYD456Xoy', user_name: sensitive('张三') },
      ...{ transfer_amount: 200_000, transfer_remark: '活动' },
      transfer_scene_report_infos: [{ info_type: '活动名称', info_content: '新会员' }],
    }
    const transfers = direct.chain('v3/fund-app/mch-transfer/transfer-bills')
    await expect(transfers.post({ json, retry: false } as never)).rejects.toMatchObject({
      code: 'APPID_MCHID_NOT_MATCH',
    })
  })
})

describe('a partner’s order', () => {
  it('is for a sub-merchant of its own', async () => {
    expect((await ofPartner({})).status).toBe(200)
    for (const sub_mchid of [DIRECT, '1999999999']) {
      await expect(ofPartner({ sub_mchid })).rejects.toMatchObject({
        ...{ status: 403, code: 'NO_AUTH', apiMessage: '受理关系不存在' },
      })
    }
  })

  it('takes the appids of the partner, and those of the sub-merchant for it', async () => {
    await expect(ofPartner({ sp_appid: 'wx0000000000000000' })).rejects.toMatchObject({
      code: 'APPID_MCHID_NOT_MATCH',
    })
    expect((await ofPartner({ sub_mchid: BOUND_SHOP, sub_appid: SHOP_APPID })).status).toBe(200)
    await expect(ofPartner({ sub_mchid: BOUND_SHOP, sub_appid: APPID })).rejects.toMatchObject({
      ...{ code: 'INVALID_REQUEST', apiMessage: 'sub_mchid与sub_appid不匹配' },
    })
    // Which appids are bound to this one is left open.
    expect((await ofPartner({ sub_appid: SHOP_APPID })).status).toBe(200)
  })

  it('is none of the partner itself', async () => {
    const asMerchant = partner
      .chain('v3/pay/transactions/native')
      .post(order({ appid: APPID, mchid: PARTNER }))
    await expect(asMerchant).rejects.toMatchObject({
      ...{ code: 'PARAM_ERROR', apiMessage: expect.stringContaining('受理机构必须传入sub_mch_id') },
    })
  })

  it('may be a part of a combined one', async () => {
    const combined = (sub_mchid: string) => {
      const part = {
        mchid: PARTNER,
        sub_mchid,
        attach: 'a',
        description: 'b',
        amount: { total_amount: 10, currency: 'CNY' },
      }
      return partner.chain('v3/combine-transactions/native').post({
        json: {
          ...{ combine_appid: APPID, combine_mchid: PARTNER, combine_out_trade_no: `COMBINED-${sub_mchid}` },
          sub_orders: [1, 2].map((n) => ({ ...part, out_trade_no: `PART-${sub_mchid}-${n}` })),
          notify_url: 'https://example.com/n',
        },
        retry: false,
      } as never)
    }
    expect((await combined(SHOP)).status).toBe(200)
    await expect(combined('1999999999')).rejects.toMatchObject({ code: 'NO_AUTH' })
  })
})

describe('an order of APIv2', () => {
  const place = (client: Wechatpay, more: object) =>
    client.v2.pay.unifiedorder.post({
      xml: {
        ...{ appid: APPID, body: 'QQ公仔', out_trade_no: `PARTY-V2-${++placed}`, total_fee: '100' },
        ...{ spbill_create_ip: '127.0.0.1', notify_url: 'https://example.com/n', trade_type: 'NATIVE' },
        ...more,
      },
      retry: false,
    } as never)

  it.each([
    ['its appid', () => place(direct, { appid: 'wx0000000000000000' }), 'appid和mch_id不匹配'],
    ['that it has no sub-merchant', () => place(direct, { sub_mch_id: SHOP }), '普通商户不允许传sub_mch_id'],
    ['its sub-merchant', () => place(partner, { sub_mch_id: DIRECT }), '受理关系不存在'],
    ['that it has a sub-merchant', () => place(partner, {}), '受理机构必须传入sub_mch_id'],
  ])('is checked for %s', async (_, refused, apiMessage) => {
    await expect(refused()).rejects.toMatchObject({ apiMessage })
  })

  it('is placed when all of them belong together', async () => {
    expect((await place(direct, {})).data).toMatchObject({ result_code: 'SUCCESS' })
    expect((await place(partner, { sub_mch_id: SHOP })).data).toMatchObject({ result_code: 'SUCCESS' })
  })
})

it('who belongs to whom is left open where no options say', async () => {
  const open = await createEmulator()
  const wxpay = new Wechatpay(open.merchant)
  const json = {
    sp_appid: 'wx1234567890123456',
    sp_mchid: DIRECT,
    sub_mchid: '1999999999',
    sub_appid: SHOP_APPID,
  }
  const { status } = await wxpay.chain('v3/pay/partner/transactions/native').post(order(json))
  expect(status).toBe(200)
  wxpay.close()
  await open.close()
})
