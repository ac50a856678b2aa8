import { h } from './dom.js'
import { meaning, times, yuan } from './format.js'
import { actionButtons, line, stateChip, tableView } from './table.js'
import { word } from './words.js'

/** @param {any} order */
function qr({ answer, action }) {
  const text = answer?.code_url ?? answer?.h5_url
  if (!text || action !== 'pay') return ''
  const image = h('img', {
    src: `/_emulator/qr?text=${encodeURIComponent(text)}`,
    alt: `${word('code')}: ${text}`,
    loading: 'lazy',
  })
  return h('figure', {}, image, h('figcaption', {}, word('qr_hint')))
}

/** @param {any} order @returns {import('./table.js').Action[]} */
function actionsOf({ number, action, kind, mchid }) {
  if (!action) return []
  const first = /** @type {const} */ ([action, action, { number, mchid }])
  const fails = /** @type {const} */ (['pay_fails', 'pay', { number, mchid, fail: true }])
  return action === 'pay' && kind !== 'score' ? [first, fails] : [first]
}

/** What the user's phone and the merchant's server made of a payment. @param {any} result */
function told(result) {
  if (!result) return word('done')
  const state = meaning('order', result.trade_state)
  return result.notified ? `${state}, ${word('notified')} HTTP ${result.notified.status}` : state
}

export function ordersView() {
  return tableView('orders', {
    heads: ['number', 'kind', 'state', 'amount', 'time', 'code', 'action'],
    empty: 'no_orders',
    shown: ({ kind }) => kind !== 'transfer',
    searched: ({ amount, kind, state }) =>
      `${yuan(amount)} ${meaning('kind', kind)} ${meaning('order', state)}`,
    cells: (order, refresh) => {
      const { number, kind, trade, state, amount, refunded, description } = order
      const sums = h('div', {}, yuan(amount), refunded > 0 && line(`${word('refunded')} ${yuan(refunded)}`))
      return [
        h('div', {}, h('code', {}, number), description && line(description)),
        [meaning('kind', kind), trade && meaning('kind', trade)].filter(Boolean).join(' · '),
        stateChip(kind === 'score' ? 'score' : 'order', state),
        sums,
        h('div', {}, ...times(order, 'paid_at').map((text) => line(String(text)))),
        qr(order),
        actionButtons(number, refresh, actionsOf(order), told),
      ]
    },
  })
}
