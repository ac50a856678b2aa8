import { beijingDigits, beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import { encryptOaep } from '../identity/encryption.js'
import type { ApiRequest, HandlerRouter } from '../routing/handler.js'
import { parameterError, Refusal } from '../routing/refusal.js'
import type { TransferBatch, TransferBatchRequest } from '../state/transfer-records.js'
import { fingerprintOf } from './fingerprint.js'
import { checkTransferName } from './transfer-rules.js'
import { usedBefore } from './used-before.js'

const BATCHES = 'v3/transfer/batches'

/** The paths of a batch and of one of its transfers, by the merchant's numbers and by the platform's. */
const PATHS = [
  ['out-batch-no/{out_batch_no}', 'out-detail-no/{out_detail_no}'],
  ['batch-id/{batch_id}', 'detail-id/{detail_id}'],
] as const

/** The platform's number of the detail at an index. */
export const transferDetailId = ({ batchId }: TransferBatch, index: number): string =>
  `1040${batchId.slice(4)}${String(index).padStart(4, '0')}`

/** Batches of transfers: start, query the batch and its details by either number. */
export function addTransferBatches(router: HandlerRouter, context: Context): void {
  router.add('POST', BATCHES, ({ plain }) => {
    const { request, batchId: batch_id, time: create_time } = start(plain as TransferBatchRequest, context)
    const body = { out_batch_no: request.out_batch_no, batch_id, create_time, batch_status: 'ACCEPTED' }
    return { status: 200, body }
  })
  for (const [path, detail] of PATHS) {
    router.add('GET', `${BATCHES}/${path}`, ({ params, query }) => {
      return { status: 200, body: batchBody(find(params, context), query, context) }
    })
    router.add('GET', `${BATCHES}/${path}/details/${detail}`, ({ params }) => {
      return { status: 200, body: detailBody(find(params, context), params, context) }
    })
  }
}

function start(request: TransferBatchRequest, { state, ids, now, announce }: Context): TransferBatch {
  const { out_batch_no, total_num, total_amount, notify_url } = request
  const fingerprint = fingerprintOf(request)
  const earlier = state.batches.get(out_batch_no)
  if (earlier && earlier.fingerprint !== fingerprint) {
    throw usedBefore('out_batch_no', out_batch_no, { code: 'ALREADY_EXISTS' })
  }
  if (earlier) return earlier
  checkTotals(request)
  const batchId = `1030${beijingDigits(now()).slice(0, 8)}${ids.digits(20)}`
  const batch: TransferBatch = { request, fingerprint, batchId, time: beijingTime(now()) }
  state.batches.set(out_batch_no, batch)
  announce('MCHTRANSFER.BATCH.FINISHED', notify_url, {
    ...{ out_batch_no, batch_id: batchId, batch_status: 'FINISHED', total_num, total_amount },
    ...{ success_amount: total_amount, success_num: total_num, fail_amount: 0, fail_num: 0 },
    update_time: batch.time,
  })
  return batch
}

function checkTotals({ total_amount, total_num, transfer_detail_list: details }: TransferBatchRequest): void {
  if (details.length !== total_num) {
    throw parameterError('/total_num', `总笔数与明细不符: there are ${details.length} details`, total_num)
  }
  const sum = details.reduce((fen, { transfer_amount }) => fen + transfer_amount, 0)
  if (sum !== total_amount) {
    throw parameterError('/total_amount', `总金额与明细不符: the details sum up to ${sum}`, total_amount)
  }
  const numbers = new Set<string>()
  details.forEach(({ out_detail_no, transfer_amount, user_name }, index) => {
    const item = `/transfer_detail_list/${index}`
    checkTransferName(transfer_amount, user_name, `${item}/user_name`)
    if (numbers.has(out_detail_no))
      throw parameterError(`${item}/out_detail_no`, '商户明细单号重复', out_detail_no)
    numbers.add(out_detail_no)
  })
}

const notFound = (): Refusal => new Refusal(404, 'NOT_FOUND', '记录不存在')

function find({ out_batch_no, batch_id }: ApiRequest['params'], { state }: Context): TransferBatch {
  const found =
    out_batch_no === undefined
      ? [...state.batches.values()].find(({ batchId }) => batchId === batch_id)
      : state.batches.get(out_batch_no)
  if (!found) throw notFound()
  return found
}

function batchBody(batch: TransferBatch, query: URLSearchParams, { identity }: Context): object {
  const { appid, out_batch_no, batch_name, batch_remark, total_amount, total_num, ...more } = batch.request
  const { mchid } = identity.merchant
  const { batchId: batch_id, time } = batch
  const transfer_batch = {
    ...{ mchid, out_batch_no, batch_id, appid, batch_status: 'FINISHED', batch_type: 'API' },
    ...{ batch_name, batch_remark, total_amount, total_num, create_time: time, update_time: time },
    ...{ success_amount: total_amount, success_num: total_num, fail_amount: 0, fail_num: 0 },
    ...(more.transfer_scene_id && { transfer_scene_id: more.transfer_scene_id }),
  }
  if (query.get('need_query_detail') !== 'true') return { transfer_batch }
  const [offset, limit] = [Number(query.get('offset') ?? 0), Number(query.get('limit') ?? 20)]
  const listed = query.get('detail_status') === 'FAIL' ? [] : more.transfer_detail_list
  const transfer_detail_list = listed
    .map(({ out_detail_no }, index) => {
      return { detail_id: transferDetailId(batch, index), out_detail_no, detail_status: 'SUCCESS' }
    })
    .slice(offset, offset + limit)
  return { transfer_batch, transfer_detail_list }
}

function detailBody(
  batch: TransferBatch,
  { out_detail_no, detail_id }: ApiRequest['params'],
  { identity }: Context,
): object {
  const { appid, out_batch_no, transfer_detail_list } = batch.request
  const index = transfer_detail_list.findIndex((detail, at) => {
    return detail.out_detail_no === out_detail_no || transferDetailId(batch, at) === detail_id
  })
  const detail = transfer_detail_list[index]
  if (!detail) throw notFound()
  const { transfer_amount, transfer_remark, openid, user_name = '' } = detail
  const { mchid } = identity.merchant
  return {
    ...{ mchid, out_batch_no, batch_id: batch.batchId, appid, out_detail_no: detail.out_detail_no },
    ...{
      detail_id: transferDetailId(batch, index),
      detail_status: 'SUCCESS',
      transfer_amount,
      transfer_remark,
    },
    ...{ openid, user_name: encryptOaep(user_name, identity.merchantKey) },
    ...{ initiate_time: batch.time, update_time: batch.time },
  }
}
