import { describe, expect, it } from 'vitest'
import { sensitive } from '../../../lib/index.js'
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
    expect((await cancel(cancelled)).data.state).toBe('CANCELLED')
    rig.emulator.confirm(confirmed)
    expect((await failure(cancel(confirmed))).code).toBe('INVALID_REQUEST')
  })
})
