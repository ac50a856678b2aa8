import { describe, expect, it } from 'vitest'
import { sensitive } from '../../../lib/index.js'
import { failure, startFlowRig, WHO } from './rig.js'

const rig = startFlowRig()

describe('a batch of transfers', () => {
  const batches = () => rig.wxpay.v3.transfer.batches
  const request = (out_batch_no: string, more: object = {}) => ({
    ...{
      ...WHO,
      out_batch_no,
      batch_name: '报销单',
      batch_remark: '2024年1月',
      total_amount: 70,
      total_num: 2,
    },
    transfer_detail_list: [30, 40].map((transfer_amount, index) => ({
      ...{ out_detail_no: `${out_batch_no}D${index}`, transfer_amount, transfer_remark: '报销' },
      ...{ openid: `o-user${index}`, user_name: sensitive('张三') },
    })),
    ...{ transfer_scene_id: '1001', notify_url: rig.notify_url, ...more },
  })

  it('arrives as a whole, and is found by either number with its details', async () => {
    const out_batch_no = rig.next()
    const { data } = await batches().post({ json: request(out_batch_no) })
    const { batch_id } = data
    const { resource } = await rig.arrival('MCHTRANSFER.BATCH.FINISHED')
    expect(resource).toMatchObject({ out_batch_no, batch_id, batch_status: 'FINISHED', success_amount: 70 })

    const query = { need_query_detail: true, offset: 1, limit: 1 }
    const byNumber = await batches().outBatchNo._out_batch_no_.get({ out_batch_no, query })
    const byId = await batches().batchId._batch_id_.get({ batch_id, query })
    expect(byId.data).toEqual(byNumber.data)
    expect(byId.data.transfer_batch).toMatchObject({ total_num: 2, success_num: 2 })
    expect(byId.data.transfer_detail_list).toMatchObject([{ out_detail_no: `${out_batch_no}D1` }])

    const out_detail_no = `${out_batch_no}D1`
    const detail = batches().outBatchNo._out_batch_no_.details.outDetailNo._out_detail_no_
    const one = await detail.get({ out_batch_no, out_detail_no, decrypt: true })
    expect(one.data).toMatchObject({ detail_status: 'SUCCESS', transfer_amount: 40, user_name: '张三' })
    const { detail_id } = one.data
    const same = await batches().batchId._batch_id_.details.detailId._detail_id_.get({ batch_id, detail_id })
    expect(same.data.out_detail_no).toBe(out_detail_no)
  })

  it('is the same under the same number, and another one is refused', async () => {
    const out_batch_no = rig.next()
    const first = await batches().post({ json: request(out_batch_no) })
    expect((await batches().post({ json: request(out_batch_no) })).data).toEqual(first.data)
    const other = batches().post({ json: request(out_batch_no, { batch_name: '奖金' }) })
    expect((await failure(other)).code).toBe('ALREADY_EXISTS')
  })

  it('has to add up', async () => {
    const wrong = (more: object) => failure(batches().post({ json: request(rig.next(), more) }))
    expect((await wrong({ total_amount: 71 })).detail).toMatchObject({ field: '/total_amount' })
    expect((await wrong({ total_num: 3 })).detail).toMatchObject({ field: '/total_num' })
  })

  it('that is not there is 404', async () => {
    const query = { need_query_detail: false }
    const missing = batches().outBatchNo._out_batch_no_.get({ out_batch_no: rig.next(), query })
    expect((await failure(missing)).status).toBe(404)
  })

  it('names its users as their amounts ask for', async () => {
    const out_batch_no = rig.next()
    const detail = { openid: 'o-1', transfer_remark: '报销', out_detail_no: `${out_batch_no}D` }
    const send = (transfer_amount: number, more: object = {}) =>
      batches().post({
        json: request(rig.next(), {
          ...{ total_num: 1, total_amount: transfer_amount },
          transfer_detail_list: [{ ...detail, transfer_amount, ...more }],
        }),
      })
    const field = '/transfer_detail_list/0/user_name'
    expect((await failure(send(200_000))).detail).toMatchObject({ field })
    expect((await failure(send(29, { user_name: sensitive('张三') }))).detail).toMatchObject({ field })
    expect((await send(29)).data.batch_status).toBe('ACCEPTED')
  })
})
