import { ask, attempt, h } from './dom.js'
import { card, input, labelled, valuesOf } from './form.js'
import { dateTime, yuan } from './format.js'
import { keepFresh } from './live.js'
import { line, stateChip } from './table.js'
import { word } from './words.js'

/** Has the payer of a paid order complain. @param {() => Promise<void>} refresh */
function complaintForm(refresh) {
  const orders = h('select', { name: 'order', required: true })
  const fill = keepFresh(orders, 'orders', (/** @type {any[]} */ all) => {
    const paid = all.filter(
      ({ state, kind }) => state === 'SUCCESS' && !['transfer', 'score', 'combined'].includes(kind),
    )
    const options = paid.map(({ number, mchid, amount }) =>
      h('option', { value: JSON.stringify({ out_trade_no: number, mchid }) }, `${number} · ${yuan(amount)}`),
    )
    const none = h('option', { value: '' }, word('no_paid_orders'))
    orders.replaceChildren(...(options.length > 0 ? options : [none]))
  })
  void attempt(fill)
  const complain = (/** @type {Event} */ event) =>
    attempt(async () => {
      const { order = '{}', detail } = valuesOf(event)
      const { complaint_id } = await ask('complain', { ...JSON.parse(order), detail })
      await refresh()
      return `${word('complained')} ${complaint_id}`
    })
  return h(
    'form',
    { class: 'fields', onsubmit: complain },
    labelled('paid_order', orders),
    input('complaint', { name: 'detail', value: word('complaint_sample'), required: true }),
    h('div', {}, h('button', { class: 'main' }, word('complain'))),
  )
}

/** @param {any} complaint */
const complaintRow = ({ complaint_id, out_trade_no, amount, detail, state, replies, time }) =>
  h(
    'li',
    {},
    h('div', { class: 'facts' }, h('b', {}, detail), stateChip('complaint', state)),
    h('div', {}, h('code', {}, out_trade_no), ` · ${yuan(amount)} · ${dateTime(time)}`),
    h('code', { class: 'soft' }, complaint_id),
    ...replies.filter(Boolean).map((/** @type {string} */ text) => line(`${word('reply')} ${text}`)),
  )

/** @param {any} member */
const memberRow = ({ card_id, code, openid, out_request_no }) =>
  h(
    'li',
    {},
    h(
      'div',
      { class: 'facts' },
      h('b', {}, h('code', {}, openid)),
      h('span', {}, `${word('member_code')} ${code}`),
    ),
    h('code', { class: 'soft' }, `${card_id} · ${out_request_no}`),
  )

/** @param {string} question @param {(one: any) => Node} row @param {string} none */
function listOf(question, row, none) {
  const list = h('ul', { class: 'rows' })
  const refresh = keepFresh(list, question, (all) =>
    list.replaceChildren(...(all.length > 0 ? all.map(row) : [h('li', { class: 'soft' }, word(none))])),
  )
  void attempt(refresh)
  return { list, refresh }
}

export function usersView() {
  const complaints = listOf('complaints', complaintRow, 'no_complaints')
  const members = listOf('members', memberRow, 'no_members')
  return h(
    'div',
    { class: 'columns even' },
    h(
      'div',
      { class: 'stack' },
      card('new_complaint', complaintForm(complaints.refresh)),
      card('complaints', complaints.list),
    ),
    card('members', members.list, h('p', { class: 'soft' }, word('members_hint'))),
  )
}
