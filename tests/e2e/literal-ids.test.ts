import { describe, expect, it } from 'vitest'
import { startRig } from './client.js'

const rig = startRig()

describe('an id that stands in the path itself', () => {
  const received = () => rig.emulator.requests.at(-1)

  it('reaches the endpoint that its template reaches, access point and all', async () => {
    await rig.wxpay.v3.transactions.id
      .chain('T1')
      .get()
      .catch(() => undefined)
    expect(received()?.path).toBe('/hk/v3/transactions/id/T1')
  })

  it('is sent again where the template is, because the number is there', async () => {
    rig.emulator.fail({
      path: 'v3/pay/transactions/out-trade-no/{out_trade_no}/close',
      status: 500,
      code: 'SYSTEM_ERROR',
      times: 1,
    })
    const before = rig.emulator.requests.length
    await rig.wxpay.v3.pay.transactions.outTradeNo
      .chain('a1/close')
      .post({ json: { mchid: '1' } })
      .catch(() => 0)
    expect(rig.emulator.requests.length - before).toBeGreaterThan(1)
  })

  it('is named by its template in errors', async () => {
    const call = rig.wxpay.v3.pay.transactions.outTradeNo.chain('none1').get({ query: { mchid: '1' } })
    await expect(call).rejects.toMatchObject({
      path: 'v3/pay/transactions/out-trade-no/{out_trade_no}',
      message: expect.not.stringContaining('not documented'),
    })
  })

  it('may stand beside placeholders', async () => {
    const path = 'v3/marketing/membercard-open/cards/{card}/users/import'
    const json = { openid: 'o', code: 'c', out_request_no: 'ids-1' }
    await rig.wxpay.chain(path).post({ card: 'c1', json } as never)
    expect(received()?.path).toBe('/v3/marketing/membercard-open/cards/c1/users/import')
  })

  it('makes no answer believed without a signature', async () => {
    const call = rig.wxpay.v3.merchantService.images.chain('abc').get()
    await expect(call).rejects.toMatchObject({ code: 'SIGNATURE_MISSING' })
  })
})
