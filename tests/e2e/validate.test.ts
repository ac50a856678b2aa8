import { describe, expect, it } from 'vitest'
import { RequestError, sensitive, Wechatpay } from '../../lib/index.js'
import { startRig } from './client.js'

const rig = startRig()

const ORDER = {
  appid: 'wxd678efh567hg6787',
  mchid: '1230000109',
  description: 'Image形象店',
  out_trade_no: '1217752501201407033233368018',
  notify_url: 'https://www.weixin.qq.com/wxpay/pay.php',
  amount: { total: 100 },
  payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
}

type Order = Record<string, unknown>

/** What a call with this body says before it is sent. */
async function refused(json: Order, path = 'v3/pay/transactions/jsapi'): Promise<string> {
  rig.emulator.requests.length = 0
  const error = await rig.wxpay
    .chain(path as string)
    .post({ json, validate: true })
    .catch((thrown: unknown) => thrown)
  expect(rig.emulator.requests).toEqual([])
  expect(error).toBeInstanceOf(RequestError)
  return (error as Error).message
}

describe('a call with validate: true', () => {
  it('is sent when it is as documented', async () => {
    const json = { ...ORDER, mchid: rig.emulator.merchant.mchid }
    const { data } = await rig.wxpay.v3.pay.transactions.jsapi.post({ json, validate: true })
    expect(data.prepay_id).toBeTypeOf('string')
  })

  it('takes texts to be encrypted, in the place of cipher texts', async () => {
    const json = {
      appid: 'wxf636efh567hg4356',
      out_bill_no: 'plfk2020042013',
      transfer_scene_id: '1000',
      openid: 'o-MYE42l80oelYMDE34nYD456Xoy',
      user_name: sensitive('张三'),
      transfer_amount: 400_000,
      transfer_remark: '新会员开通有礼',
      transfer_scene_report_infos: [{ info_type: '活动名称', info_content: '新会员有礼' }],
    }
    const call = rig.wxpay.v3.fundApp.mchTransfer.transferBills.post({ json, validate: true })
    expect((await call).data.out_bill_no).toBe('plfk2020042013')
  })

  it('says which field is missing, by both of its names', async () => {
    const { notify_url: _, ...json } = ORDER
    expect(await refused(json)).toBe(
      'POST v3/pay/transactions/jsapi: json.notify_url (通知地址 · notification URL) is missing',
    )
  })

  it('takes no fraction of a fen', async () => {
    expect(await refused({ ...ORDER, amount: { total: 0.3 } })).toMatch(
      /json\.amount\.total \(总金额 · total amount\) must be 分 \(fen\), a whole number$/,
    )
  })

  it('takes no text for a number, nor a number for a text', async () => {
    expect(await refused({ ...ORDER, amount: { total: '100' } })).toContain(
      'must be 分 (fen), a whole number',
    )
    expect(await refused({ ...ORDER, description: 1 })).toMatch(/json\.description .* must be a text$/)
  })

  it('holds lengths, patterns and ranges', async () => {
    expect(await refused({ ...ORDER, description: '店'.repeat(128) })).toMatch(/description .*127 characters/)
    expect(await refused({ ...ORDER, out_trade_no: 'no' })).toMatch(/out_trade_no .*6 characters/)
    expect(await refused({ ...ORDER, out_trade_no: 'no blanks' })).toMatch(
      /out_trade_no .*must match \^\[0-9A-Za-z/,
    )
    expect(await refused({ ...ORDER, amount: { total: 0 } })).toMatch(/amount\.total .*at least 1 分 \(fen\)/)
  })

  it('knows every field, and the nearest one of those it does not', async () => {
    expect(await refused({ ...ORDER, out_trade_num: '1' })).toBe(
      "POST v3/pay/transactions/jsapi: json.out_trade_num is no documented field; did you mean 'out_trade_no'?",
    )
  })

  it('asks for one of the fields that stand in for each other', async () => {
    const { mchid, appid, payer: _, ...others } = ORDER
    const json = { ...others, sp_mchid: mchid, sp_appid: appid, sub_mchid: '1900000109', payer: {} }
    expect(await refused(json, 'v3/pay/partner/transactions/jsapi')).toMatch(
      /json\.payer \(支付者 · payer\) needs one of sp_openid, sub_openid$/,
    )
  })

  it('checks queries, and messages of v2 without what the client fills in', async () => {
    rig.emulator.requests.length = 0
    const bill = rig.wxpay.v3.bill.tradebill.get({ query: {} as never, validate: true })
    await expect(bill).rejects.toThrow(/query\.bill_date .* is missing/)
    const query = rig.wxpay.v2.pay.orderquery.post({ xml: { appid: 'wx1' } as never, validate: true })
    await expect(query).rejects.toThrow(/xml needs one of transaction_id, out_trade_no/)
    expect(rig.emulator.requests).toEqual([])
  })

  it('refuses a path that is not documented', async () => {
    await expect(rig.wxpay.chain('v3/teapots').post({ validate: true })).rejects.toThrow(
      /^POST v3\/teapots is not documented, so there is nothing to validate it by$/,
    )
  })
})

it('a call with validate: true names the verbs that a path is documented with', async () => {
  const call = rig.wxpay.chain('v3/pay/transactions/jsapi' as string).get({ validate: true })
  await expect(call).rejects.toThrow(
    /nothing to validate it by; v3\/pay\/transactions\/jsapi is documented as POST$/,
  )
})

it('whole numbers are whole where they travel as text', async () => {
  const { v2, v3 } = rig.wxpay
  const limit = v3.merchantService.complaintsV2.get({
    query: { begin_date: '2019-01-01', end_date: '2019-01-01', limit: 1.5 },
    validate: true,
  })
  await expect(limit).rejects.toThrow(/query\.limit .* must be a whole number$/)
  const query = v2.pay.refundquery.post({
    xml: { appid: 'wx1', out_trade_no: 'o', offset: '0.5' },
    validate: true,
  })
  await expect(query).rejects.toThrow(/xml\.offset .* must be a whole number$/)
})

it('the meta of an upload is checked, but for what is computed', async () => {
  const upload = rig.wxpay['v3/merchant/media/upload']
  const given = (meta: object) => upload.post({ multipart: { file: Buffer.from('x'), meta }, validate: true })
  await expect(given({})).resolves.toMatchObject({ status: 200 })
  await expect(given({ bogus: 1 })).rejects.toThrow(/meta\.bogus is no documented field/)
})

describe('a client with validate: true', () => {
  it('lets undocumented paths pass', async () => {
    const wxpay = new Wechatpay({ ...rig.emulator.merchant, validate: true })
    await expect(wxpay.chain('v3/teapots').post({ json: {} })).rejects.toMatchObject({ status: 404 })
    wxpay.close()
  })

  it('checks every call but those that say otherwise', async () => {
    const wxpay = new Wechatpay({ ...rig.emulator.merchant, validate: true })
    const json = { ...ORDER, amount: { total: 0.3 } }
    await expect(wxpay.v3.pay.transactions.jsapi.post({ json })).rejects.toBeInstanceOf(RequestError)
    const unchecked = wxpay.v3.pay.transactions.jsapi.post({ json, validate: false })
    await expect(unchecked).rejects.toMatchObject({ code: 'PARAM_ERROR' })
    wxpay.close()
  })

  it('is refused what is neither true nor false', () => {
    const options = { ...rig.emulator.merchant, validate: 'yes' as never }
    expect(() => new Wechatpay(options)).toThrow('validate must be true or false')
  })
})
