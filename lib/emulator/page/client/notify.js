import { ask, attempt, copyable, h } from './dom.js'
import { card, labelled, valuesOf } from './form.js'
import { keepFresh } from './live.js'
import { word } from './words.js'

const KEPT_URL = 'emulator notify url'

/** Any notification, made up by the catalogue until it is changed. */
function sendForm() {
  const resource = /** @type {HTMLTextAreaElement} */ (
    h('textarea', { name: 'resource', spellcheck: 'false', rows: 14 })
  )
  const types = /** @type {HTMLSelectElement} */ (h('select', { name: 'event_type' }))
  const url = h('input', {
    ...{ name: 'url', type: 'url', required: true, placeholder: 'http://127.0.0.1:3000/notify' },
    value: localStorage.getItem(KEPT_URL) ?? '',
  })
  const sample = () =>
    attempt(async () => {
      const made = await ask(`sample?event_type=${encodeURIComponent(types.value)}`)
      resource.value = JSON.stringify(made, null, 2)
    })
  types.addEventListener('change', () => void sample())
  void attempt(async () => {
    /** @type {string[]} */
    const names = await ask('events')
    types.replaceChildren(
      ...names.map((name) => h('option', { selected: name === 'TRANSACTION.SUCCESS' }, name)),
    )
    await sample()
  })
  const receipt = h('div', { role: 'status' })
  const send = async (/** @type {Event} */ event) => {
    const { event_type, url, resource: text } = valuesOf(event)
    localStorage.setItem(KEPT_URL, url ?? '')
    receipt.replaceChildren(h('p', { class: 'soft' }, word('sending')))
    receipt.replaceChildren(await receiptOf({ event_type, url }, text))
  }
  return h(
    'form',
    { class: 'fields', onsubmit: send },
    labelled('event', types),
    labelled('to', url),
    labelled('resource', resource),
    h(
      'div',
      { class: 'bar' },
      h('button', { class: 'main' }, word('send')),
      h('button', { type: 'button', onclick: sample }, word('sample')),
    ),
    receipt,
  )
}

/** @param {object} input @param {string} [text] */
async function receiptOf(input, text = '{}') {
  try {
    const { status, body } = await ask('notify', { ...input, resource: JSON.parse(text) })
    const isTaken = status >= 200 && status < 300
    return h(
      'div',
      { class: isTaken ? 'note' : 'note wrong' },
      h('p', {}, h('strong', {}, `${word('notified')} HTTP ${status}`)),
      body ? copyable(body) : undefined,
    )
  } catch (error) {
    return h(
      'div',
      { class: 'note wrong' },
      h('p', {}, error instanceof Error ? error.message : String(error)),
    )
  }
}

/** @param {any} delivery */
function deliveryOf({ event_type, url, attempts, done }) {
  const last = attempts.at(-1)
  const isTaken = last?.status >= 200 && last?.status < 300
  const state = isTaken ? 'taken' : done ? 'given_up' : attempts.length === 0 ? 'sending' : 'retrying'
  return h(
    'li',
    {},
    h(
      'div',
      { class: 'facts' },
      h('b', {}, event_type),
      h('span', { class: `status ${isTaken ? '' : 'wrong'}` }, word(state)),
    ),
    h('code', { class: 'soft' }, url),
    h(
      'ol',
      {},
      ...attempts.map((/** @type {any} */ { time, status, error }) =>
        h('li', {}, `${new Date(time).toLocaleTimeString()} · ${status ? `HTTP ${status}` : error}`),
      ),
    ),
  )
}

export function notifyView() {
  const list = h('ul', { class: 'rows' })
  const refresh = keepFresh(list, 'deliveries', (sent) => {
    const rows = sent.map(deliveryOf)
    list.replaceChildren(...(rows.length > 0 ? rows : [h('li', { class: 'soft' }, word('none_sent'))]))
  })
  void attempt(refresh)
  return h('div', { class: 'columns even' }, card('send_one', sendForm()), card('sent', list))
}
