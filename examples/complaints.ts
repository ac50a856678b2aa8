/** Complaints of buyers: all pages of them, read in plain text, replied to and completed. */
import type { Emulator } from '../lib/emulator/index.js'
import { ApiError, paginate, type Wechatpay } from '../lib/index.js'
import { runDemo, shopOf } from './demo.js'

// #region pages
/** All complaints of the days, 30 at most, from the first to the last page. */
export function complaintsOf(
  wxpay: Wechatpay,
  { begin_date, end_date }: { readonly begin_date: string; readonly end_date: string },
  limit = 50,
) {
  const query = { begin_date, end_date, limit }
  return paginate(wxpay.v3.merchantService.complaintsV2, { query, decrypt: true })
}
// #endregion pages

// #region reply
/** Replies and completes; a complaint that is completed already stays as it is. */
export async function resolveComplaint(wxpay: Wechatpay, mchid: string, complaint_id: string, text: string) {
  const complaint = wxpay.v3.merchantService.complaintsV2._complaint_id_
  const { data } = await complaint.get({ complaint_id })
  if (data.complaint_state === 'PROCESSED') return 'PROCESSED'
  await complaint.response.post({ complaint_id, json: { complainted_mchid: mchid, response_content: text } })
  try {
    await complaint.complete.post({ complaint_id, json: { complainted_mchid: mchid } })
  } catch (error) {
    // The user may have added something meanwhile, and someone else of the shop may have completed it.
    if (!(error instanceof ApiError)) throw error
  }
  return (await complaint.get({ complaint_id })).data.complaint_state
}
// #endregion reply

export async function demo(emulator: Emulator) {
  const { wxpay, mchid, appid, notify_url } = shopOf(emulator)
  const COUNT = 7
  for (let number = 1; number <= COUNT; number++) {
    const out_trade_no = `complained-${number}`
    await wxpay.v3.pay.transactions.native.post({
      json: { appid, description: 'Tea', out_trade_no, notify_url, amount: { total: 100 * number } },
    })
    await emulator.pay(out_trade_no)
    emulator.complain({ out_trade_no, detail: `No tea came, order ${number}` })
  }
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10) // in Beijing
  const complaints = complaintsOf(wxpay, { begin_date: today, end_date: today }, 3)
  const found = []
  for await (const one of complaints) found.push(one)
  const [first] = found
  const state = await resolveComplaint(wxpay, mchid, first?.complaint_id ?? '', '已补发')
  return {
    count: new Set(found.map(({ complaint_id }) => complaint_id)).size,
    phone: first?.payer_phone,
    disputed: found.reduce((fen, one) => fen + (one.complaint_order_info?.[0]?.amount ?? 0), 0),
    state,
  }
}
await runDemo(import.meta.url, demo)
