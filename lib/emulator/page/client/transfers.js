import { ask, attempt, h } from './dom.js'
import { card, choice, labelled, valuesOf } from './form.js'
import { meaning, times, yuan } from './format.js'
import { actionButtons, line, stateChip, tableView } from './table.js'
import { word } from './words.js'

/** Documented reasons why a transfer fails. */
const REASONS = [
  ...['NAME_NOT_CORRECT', 'ACCOUNT_FROZEN', 'ACCOUNT_NOT_EXIST', 'REAL_NAME_CHECK_FAIL', 'OPENID_INVALID'],
  ...['TRANSFER_QUOTA_EXCEED', 'DAY_RECEIVED_QUOTA_EXCEED', 'TRANSFER_RISK', 'OTHER_FAIL_REASON_TYPE'],
]

/** @param {string} name */
const reasons = (name) => choice(name, REASONS, (code) => meaning('reason', code))

/**
 * @param {any} transfer
 * @param {() => string} reason
 * @returns {import('./table.js').Action[]}
 */
function actionsOf({ number, state, mchid }, reason) {
  const failed = () => ({ number, mchid, status: 'FAIL', reason: reason() })
  const accept = /** @type {const} */ (['accept', 'confirm', { number, mchid }])
  const fail = /** @type {const} */ (['fail_it', 'transfer', failed])
  const cancel = /** @type {const} */ (['cancel_it', 'transfer', { number, mchid, status: 'CANCELLED' }])
  if (state === 'WAIT_USER_CONFIRM') return [accept, fail, cancel]
  return state === 'CANCELING' ? [cancel, fail] : []
}

/** What becomes of the transfers that are asked for from now on. */
function planForm() {
  const plan = (/** @type {Event} */ event) =>
    attempt(async () => {
      const { status = '', reason } = valuesOf(event)
      await ask('transfer', { number: '*', status, ...(status === 'FAIL' && { reason }) })
      return `${word('planned')} ${word(`transfer_plan.${status}`)}`
    })
  const states = ['SUCCESS', 'FAIL', 'CANCELING']
  return h(
    'form',
    { class: 'fields inline', onsubmit: plan },
    labelled(
      'transfers_to_come',
      choice('status', states, (state) => word(`transfer_plan.${state}`)),
    ),
    labelled('reason', reasons('reason')),
    h('button', {}, word('apply')),
  )
}

export function transfersView() {
  const reason = /** @type {HTMLSelectElement} */ (reasons('fail_reason'))
  const table = tableView('orders', {
    heads: ['number', 'state', 'amount', 'time', 'action'],
    empty: 'no_transfers',
    shown: ({ kind }) => kind === 'transfer',
    searched: ({ amount, state }) => `${yuan(amount)} ${meaning('transfer', state)}`,
    tools: [h('label', { class: 'check' }, word('fail_reason'), reason)],
    cells: (transfer, refresh) => {
      const { number, state, amount, description, reason: failed } = transfer
      return [
        h('div', {}, h('code', {}, number), description && line(description)),
        h('div', {}, stateChip('transfer', state), failed && line(meaning('reason', failed))),
        yuan(amount),
        h('div', {}, ...times(transfer, 'ended_at').map((text) => line(String(text)))),
        actionButtons(
          number,
          refresh,
          actionsOf(transfer, () => reason.value),
        ),
      ]
    },
  })
  return h('div', { class: 'stack' }, card('to_come', planForm()), table)
}
