import { ask, attempt, h } from './dom.js'
import { card, choice, labelled, valuesOf } from './form.js'
import { meaning, times, yuan } from './format.js'
import { actionButtons, line, stateChip, tableView } from './table.js'
import { word } from './words.js'

/** The states that a refund can be brought into, by the one it is in. @type {Record<string, string[]>} */
const NEXT = { PROCESSING: ['SUCCESS', 'ABNORMAL', 'CLOSED'], ABNORMAL: ['SUCCESS', 'CLOSED'] }

/** @param {any} refund @returns {import('./table.js').Action[]} */
const actionsOf = ({ number, state, mchid }) =>
  (NEXT[state] ?? []).map((status) => [`refund_to.${status}`, 'refund', { number, status, mchid }])

/** What becomes of the refunds that are applied for from now on. */
function planForm() {
  const plan = (/** @type {Event} */ event) =>
    attempt(async () => {
      const { status } = valuesOf(event)
      await ask('refund', { number: '*', status })
      return `${word('planned')} ${meaning('refund', status ?? '')}`
    })
  const states = ['SUCCESS', 'PROCESSING', 'ABNORMAL', 'CLOSED']
  return h(
    'form',
    { class: 'fields inline', onsubmit: plan },
    labelled(
      'refunds_to_come',
      choice('status', states, (state) => word(`refund_plan.${state}`)),
    ),
    h('button', {}, word('apply')),
  )
}

export function refundsView() {
  const table = tableView('refunds', {
    heads: ['number', 'order', 'state', 'amount', 'time', 'action'],
    empty: 'no_refunds',
    searched: ({ amount, state }) => `${yuan(amount)} ${meaning('refund', state)}`,
    cells: (refund, refresh) => {
      const { number, out_trade_no, state, amount, total } = refund
      return [
        h('code', {}, number),
        h('code', {}, out_trade_no),
        stateChip('refund', state),
        h('div', {}, yuan(amount), line(`${word('of')} ${yuan(total)}`)),
        h('div', {}, ...times(refund, 'refunded_at').map((text) => line(String(text)))),
        actionButtons(number, refresh, actionsOf(refund)),
      ]
    },
  })
  return h('div', { class: 'stack' }, card('to_come', planForm()), table)
}
