import { describe, expect, it } from 'vitest'
import { sensitive } from '../../../lib/index.js'
import { DAY, HOUR, startClockedRig } from './clocked.js'
import { failure, startFlowRig } from './rig.js'

const rig = startFlowRig()

describe('a transfer', () => {
  const transfers = () => rig.wxpay.v3.fundApp.mchTransfer.transferBills
  const request = (out_bill_no: string, transfer_amount = 30) => ({
    ...{
      appid: 'wxf636efh567hg4356',
      out_bill_no,
      openid: 'o-MYE42l80oelYMDE34nYD456Xoy',
      notify_url: rig.notify_url,
    },
    ...{ transfer_scene_id: '1000', transfer_amount, transfer_remark: '新会员开通有礼' },
    transfer_scene_report_infos: [{ info_type: '活动名称', info_content: '新会员有礼' }],
    user_name: sensitive('张三'),
  })

  const query = async (out_bill_no: string) =>
    (await transfers().outBillNo._out_bill_no_.get({ out_bill_no })).data

  it('waits for its user, arrives, and is found by either number', async () => {
    const out_bill_no = rig.next()
    const { data } = await transfers().post({ json: request(out_bill_no) })
    expect(data).toMatchObject({ state: 'WAIT_USER_CONFIRM', package_info: expect.any(String) })
    rig.emulator.confirm(out_bill_no)
    const { resource } = await rig.arrival('MCHTRANSFER.BILL.FINISHED')
    expect(resource).toMatchObject({ out_bill_no, state: 'SUCCESS', transfer_amount: 30 })
    const { transfer_bill_no } = data
    const byNumber = await transfers().outBillNo._out_bill_no_.get({ out_bill_no })
    const byId = await transfers().transferBillNo._transfer_bill_no_.get({ transfer_bill_no })
    expect({ ...byId.data, user_name: '' }).toEqual({ ...byNumber.data, user_name: '' })
    expect(byId.data.state).toBe('SUCCESS')
    const clear = await transfers().outBillNo._out_bill_no_.get({ out_bill_no, decrypt: true })
    expect(clear.data.user_name).toBe('张三')
  })

  it('is the same under the same number, though its fields are encrypted afresh', async () => {
    const out_bill_no = rig.next()
    const first = await transfers().post({ json: request(out_bill_no) })
    const again = await transfers().post({ json: request(out_bill_no) })
    expect(again.data).toEqual(first.data)
    expect((await failure(transfers().post({ json: request(out_bill_no, 31) }))).code).toBe('ALREADY_EXISTS')
  })

  it('is cancelled before it is confirmed, and not after', async () => {
    const [cancelled, confirmed] = [rig.next(), rig.next()]
    for (const out_bill_no of [cancelled, confirmed]) await transfers().post({ json: request(out_bill_no) })
    const cancel = (out_bill_no: string) => transfers().outBillNo._out_bill_no_.cancel.post({ out_bill_no })
    expect((await cancel(cancelled)).data.state).toBe('CANCELING')
    const { resource } = await rig.arrival('MCHTRANSFER.BILL.FINISHED')
    expect(resource).toMatchObject({ state: 'CANCELLED', fail_reason: 'MCH_CANCEL' })
    expect((await query(cancelled)).state).toBe('CANCELLED')
    expect((await cancel(cancelled)).data.state).toBe('CANCELLED')
    expect(() => rig.emulator.confirm(cancelled)).toThrow(/is CANCELLED already/)
    rig.emulator.confirm(confirmed)
    expect((await failure(cancel(confirmed))).code).toBe('INVALID_REQUEST')
  })

  it('stays CANCELING until the test has it end', async () => {
    const out_bill_no = rig.next()
    rig.emulator.transfer(out_bill_no, 'CANCELING')
    await transfers().post({ json: request(out_bill_no) })
    expect((await query(out_bill_no)).state).toBe('WAIT_USER_CONFIRM')
    await transfers().outBillNo._out_bill_no_.cancel.post({ out_bill_no })
    expect((await query(out_bill_no)).state).toBe('CANCELING')
    rig.emulator.transfer(out_bill_no, 'CANCELLED')
    expect((await query(out_bill_no)).state).toBe('CANCELLED')
  })

  it('fails for the reason that the test names, before or after it is there', async () => {
    const [before, after] = [rig.next(), rig.next()]
    rig.emulator.transfer(before, 'FAIL', { reason: 'NAME_NOT_CORRECT' })
    const { data } = await transfers().post({ json: request(before) })
    expect(data.state).toBe('WAIT_USER_CONFIRM')
    expect((await rig.arrival('MCHTRANSFER.BILL.FINISHED')).resource).toMatchObject({
      ...{ out_bill_no: before, state: 'FAIL', fail_reason: 'NAME_NOT_CORRECT' },
    })
    expect(await query(before)).toMatchObject({ state: 'FAIL', fail_reason: 'NAME_NOT_CORRECT' })
    await transfers().post({ json: request(after) })
    rig.emulator.transfer(after, 'FAIL')
    expect(await query(after)).toMatchObject({ state: 'FAIL', fail_reason: expect.any(String) })
    expect(() => rig.emulator.transfer(after, 'SUCCESS')).toThrow(/is FAIL already/)
    const error = await failure(transfers().outBillNo._out_bill_no_.cancel.post({ out_bill_no: after }))
    expect(error.code).toBe('INVALID_REQUEST')
  })

  it('is accepted by all users, if the test says so', async () => {
    rig.emulator.transfer('*', 'SUCCESS')
    const out_bill_no = rig.next()
    await transfers().post({ json: request(out_bill_no) })
    expect((await query(out_bill_no)).state).toBe('SUCCESS')
    rig.emulator.transfer('*', 'CANCELING')
  })

  it.each([
    [9, undefined, 'INVALID_REQUEST', '/transfer_amount'],
    [29, '张三', 'PARAM_ERROR', '/user_name'],
    [200_000, undefined, 'PARAM_ERROR', '/user_name'],
  ])('of %i fen to %s is refused', async (fen, name, code, field) => {
    const { user_name: _, ...json } = request(rig.next(), fen)
    const error = await failure(
      transfers().post({ json: { ...json, ...(name && { user_name: sensitive(name) }) } }),
    )
    expect(error).toMatchObject({ status: 400, code, detail: { field } })
  })

  it.each([
    [10, undefined],
    [30, '张三'],
    [199_999, undefined],
    [200_000, '张三'],
  ])('of %i fen to %s is taken', async (fen, name) => {
    const { user_name: _, ...json } = request(rig.next(), fen)
    const { data } = await transfers().post({
      json: { ...json, ...(name && { user_name: sensitive(name) }) },
    })
    expect(data.state).toBe('WAIT_USER_CONFIRM')
  })
})

describe('the time of a transfer', () => {
  const rig = startClockedRig()
  const BILLS = '/v3/fund-app/mch-transfer/transfer-bills'
  const start = async (out_bill_no = rig.next()) => {
    await rig.call('POST', BILLS, {
      ...{
        appid: 'wxf636efh567hg4356',
        out_bill_no,
        openid: 'o-1',
        transfer_amount: 30,
        transfer_remark: 'a',
      },
      ...{ transfer_scene_id: '1000' },
      transfer_scene_report_infos: [{ info_type: '活动名称', info_content: '新会员有礼' }],
    })
    return out_bill_no
  }
  const query = async (out_bill_no: string) =>
    (await rig.call('GET', `${BILLS}/out-bill-no/${out_bill_no}`)).json

  it('is a day: then it fails unless its user has accepted it', async () => {
    const [late, taken] = [await start(), await start()]
    rig.advance(DAY - 1)
    expect((await query(late)).state).toBe('WAIT_USER_CONFIRM')
    rig.emulator.confirm(taken)
    rig.advance(1)
    expect(await query(late)).toMatchObject({ state: 'FAIL', fail_reason: 'OVERDUE_CLOSE' })
    expect((await query(taken)).state).toBe('SUCCESS')
    expect(() => rig.emulator.confirm(late)).toThrow(/is FAIL already/)
  })

  it('of a cancellation is what the test says', async () => {
    const number = rig.next()
    rig.emulator.transfer(number, 'CANCELING', { after: HOUR })
    await start(number)
    await rig.call('POST', `${BILLS}/out-bill-no/${number}/cancel`)
    rig.advance(HOUR - 1)
    expect((await query(number)).state).toBe('CANCELING')
    rig.advance(1)
    expect((await query(number)).state).toBe('CANCELLED')
  })

  it('and its end have to be some that there are', () => {
    expect(() => rig.emulator.transfer('T', 'DONE' as never)).toThrow(/DONE is none of SUCCESS, FAIL/)
    expect(() => rig.emulator.transfer('T', 'FAIL', { after: -1 })).toThrow(/has to be milliseconds/)
  })

  it('is what the test says', async () => {
    const number = await start()
    rig.emulator.transfer(number, 'SUCCESS', { after: HOUR })
    rig.advance(HOUR - 1)
    expect((await query(number)).state).toBe('WAIT_USER_CONFIRM')
    rig.advance(1)
    expect((await query(number)).state).toBe('SUCCESS')
  })
})
