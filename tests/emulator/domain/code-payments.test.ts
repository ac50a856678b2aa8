import { describe, expect, it } from 'vitest'
import { DAY, startClockedRig } from './clocked.js'

const rig = startClockedRig()
const ORDERS = '/v3/pay/transactions'
const APPID = 'wxd678efh567hg6787'

const payBy = (out_trade_no: string, total: number, auth_code = '130061098828009406') =>
  rig.call('POST', `${ORDERS}/codepay`, {
    ...{ appid: APPID, mchid: rig.emulator.merchant.mchid, description: 'QQ公仔', out_trade_no },
    ...{ payer: { auth_code }, amount: { total }, scene_info: { store_info: { id: '0001' } } },
  })
const end = (how: 'close' | 'reverse', out_trade_no: string) => {
  const { mchid } = rig.emulator.merchant
  const body = how === 'close' ? { mchid } : { appid: APPID, mchid }
  return rig.call('POST', `${ORDERS}/out-trade-no/${out_trade_no}/${how}`, body)
}
const stateOf = async (out_trade_no: string) => {
  const path = `${ORDERS}/out-trade-no/${out_trade_no}?mchid=${rig.emulator.merchant.mchid}`
  return (await rig.call('GET', path)).json.trade_state
}

describe('a payment by code', () => {
  it('comes in at once up to 1,000 yuan', async () => {
    const number = rig.next()
    expect((await payBy(number, 100_000)).json).toMatchObject({
      ...{ trade_state: 'SUCCESS', trade_type: 'MICROPAY', out_trade_no: number },
      ...{ transaction_id: expect.any(String), amount: { payer_total: 100_000 } },
    })
    expect((await payBy(number, 100_000)).json.code).toBe('ORDERPAID')
    expect(await stateOf(number)).toBe('SUCCESS')
  })

  it('waits for the password of its user above that, and comes in then', async () => {
    const number = rig.next()
    const { status, json } = await payBy(number, 100_001)
    expect([status, json.trade_state]).toEqual([200, 'USERPAYING'])
    expect(json).not.toHaveProperty('transaction_id')
    expect((await payBy(number, 100_001)).json.trade_state).toBe('USERPAYING')
    expect(await stateOf(number)).toBe('USERPAYING')
    await rig.emulator.pay(number, { bank: 'CMB_DEBIT' })
    expect(await stateOf(number)).toBe('SUCCESS')
  })

  it('is PAYERROR when its user does not manage to pay, and closed when it is reversed then', async () => {
    const number = rig.next()
    await payBy(number, 200_000)
    expect((await rig.emulator.pay(number, { fail: true })).trade_state).toBe('PAYERROR')
    expect(await stateOf(number)).toBe('PAYERROR')
    await expect(rig.emulator.pay(number)).rejects.toThrow(/PAYERROR/)
    expect((await end('reverse', number)).status).toBe(200)
    expect(await stateOf(number)).toBe('CLOSED')
  })

  it('needs a code that can be one, and another number for another code', async () => {
    expect((await payBy(rig.next(), 1, '42')).json.code).toBe('AUTH_CODE_INVALID')
    const number = rig.next()
    await payBy(number, 200_000)
    expect((await payBy(number, 200_000, '130061098828009407')).json.code).toBe('OUT_TRADE_NO_USED')
  })

  it('is placed by a partner, too', async () => {
    const number = rig.next()
    const who = { sp_mchid: rig.emulator.merchant.mchid, sub_mchid: '1900000100' }
    const { json } = await rig.call('POST', '/v3/pay/partner/transactions/codepay', {
      ...{ ...who, sp_appid: APPID, description: 'QQ公仔', out_trade_no: number },
      ...{ payer: { auth_code: '130061098828009406' }, amount: { total: 100 } },
      scene_info: { store_info: { id: '0001' } },
    })
    expect(json).toMatchObject({ ...who, trade_state: 'SUCCESS', payer: { sp_openid: expect.any(String) } })
    const path = `/v3/pay/partner/transactions/out-trade-no/${number}/reverse`
    const stranger = { ...who, sp_appid: APPID, sub_mchid: '1900000101' }
    expect((await rig.call('POST', path, stranger)).json.code).toBe('ORDER_NOT_EXIST')
    expect((await rig.call('POST', path, { ...stranger, ...who })).json).toMatchObject(who)
  })
})

describe('the reversal of a payment by code', () => {
  it('gives the money back, as often as it is asked for', async () => {
    const number = rig.next()
    await payBy(number, 100)
    for (const _ of [1, 2]) {
      const { status, json } = await end('reverse', number)
      expect([status, json.out_trade_no]).toEqual([200, number])
    }
    expect(await stateOf(number)).toBe('REVOKED')
  })

  it('has to wait 15 seconds while the user pays, and closes the order then', async () => {
    const number = rig.next()
    await payBy(number, 200_000)
    rig.advance(14_999)
    expect((await end('reverse', number)).json.code).toBe('USERPAYING')
    rig.advance(1)
    expect((await end('reverse', number)).status).toBe(200)
    expect(await stateOf(number)).toBe('CLOSED')
    await expect(rig.emulator.pay(number)).rejects.toThrow(/CLOSED/)
  })

  it('is too late after seven days', async () => {
    const number = rig.next()
    await payBy(number, 100)
    rig.advance(7 * DAY + 1)
    expect((await end('reverse', number)).json.code).toBe('REVERSE_EXPIRE')
  })

  it('is for payments by code alone, which are not closed otherwise', async () => {
    const [byCode, native] = [rig.next(), rig.next()]
    await payBy(byCode, 200_000)
    expect((await end('close', byCode)).json.code).toBe('INVALID_REQUEST')
    await rig.call('POST', `${ORDERS}/native`, {
      ...{ appid: APPID, mchid: rig.emulator.merchant.mchid, description: 'a', out_trade_no: native },
      ...{ notify_url: 'https://example.com/', amount: { total: 1 } },
    })
    expect((await end('reverse', native)).json.code).toBe('INVALID_REQUEST')
  })
})
