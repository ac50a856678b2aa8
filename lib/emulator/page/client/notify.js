import { deliveriesCard } from './deliveries.js'
import { ask, attempt, copyable, h, messageOf } from './dom.js'
import { card, labelled, valuesOf } from './form.js'
import { word } from './words.js'

/** What is notified of most. */
const PAYMENT = 'TRANSACTION.SUCCESS'
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
    types.replaceChildren(...names.map((name) => h('option', { selected: name === PAYMENT }, name)))
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
    return h('div', { class: 'note wrong' }, h('p', {}, messageOf(error)))
  }
}

export function notifyView() {
  return h('div', { class: 'columns even' }, card('send_one', sendForm()), deliveriesCard())
}
