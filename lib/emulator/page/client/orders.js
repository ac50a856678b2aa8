import { ask, attempt, h } from './dom.js'
import { keepFresh } from './live.js'
import { word } from './words.js'

/** @param {any} order */
function qr({ answer, action }) {
  const text = answer?.code_url ?? answer?.h5_url
  if (!text || action !== 'pay') return ''
  return h('img', {
    src: `/_emulator/qr?text=${encodeURIComponent(text)}`,
    alt: `${word('code')}: ${text}`,
    loading: 'lazy',
  })
}

/** @param {any} order */
const yuan = ({ amount }) => (amount === undefined ? '' : (amount / 100).toFixed(2))

/** @param {any} order @param {() => Promise<void>} refresh */
function row(order, refresh) {
  const { number, kind, trade = '', state, action, description } = order
  const act = () =>
    attempt(async () => {
      const done = await ask(action, { number })
      await refresh()
      const { status } = done?.notified ?? {}
      return `${word(action === 'pay' ? 'paid' : 'done')} ${number}${status ? `, ${word('notified')} ${status}` : ''}`
    })
  return h(
    'tr',
    {},
    h('td', {}, h('code', {}, number), description && h('div', { class: 'soft' }, description)),
    h('td', {}, `${word(kind)} ${trade}`),
    h('td', {}, h('span', { class: `state ${state}` }, state)),
    h('td', { class: 'amount' }, yuan(order)),
    h('td', {}, qr(order)),
    h(
      'td',
      {},
      action &&
        h(
          'button',
          { type: 'button', class: 'main', 'aria-label': `${word(action)} ${number}`, onclick: act },
          word(action),
        ),
    ),
  )
}

export function ordersView() {
  const body = h('tbody')
  const box = /** @type {HTMLInputElement} */ (
    h('input', { type: 'search', placeholder: word('search_orders'), 'aria-label': word('search_orders') })
  )
  /** @type {any[]} */
  let orders = []
  const draw = () => {
    const found = orders.filter((order) =>
      `${JSON.stringify(order)} ${yuan(order)}`.toLowerCase().includes(box.value.toLowerCase()),
    )
    const rows = found.map((order) => row(order, refresh))
    body.replaceChildren(
      ...(rows.length > 0 ? rows : [h('tr', {}, h('td', { colspan: 6, class: 'empty' }, word('no_orders')))]),
    )
  }
  const refresh = keepFresh(body, 'orders', (all) => {
    orders = all
    draw()
  })
  box.addEventListener('input', draw)
  void attempt(refresh)
  const heads = ['number', 'kind', 'state', 'amount', 'code', 'action'].map((name) =>
    h('th', { scope: 'col' }, word(name)),
  )
  const table = h('table', { class: 'orders' }, h('thead', {}, h('tr', {}, ...heads)), body)
  return h('div', {}, h('div', { class: 'bar' }, box), h('div', { class: 'card flush' }, table))
}
