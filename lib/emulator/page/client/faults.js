import { ask, attempt, h } from './dom.js'
import { card, input, labelled, valuesOf } from './form.js'
import { keepFresh } from './live.js'
import { word } from './words.js'

const FAULTS = [
  'forged-signature',
  'tampered',
  'unsigned',
  'stale',
  'skew',
  'unknown-serial',
  'probe',
  'drop',
  'torn',
]
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** @param {string} name @param {string[]} values */
const choice = (name, values) =>
  h(
    'select',
    { name },
    h('option', { value: '' }, word(`any_${name}`)),
    ...values.map((value) => h('option', {}, value)),
  )

/** @param {Record<string, string>} values */
function scriptOf({ path, method, status, code, fault, delay, times, probability }) {
  return {
    ...{ path, method, code },
    ...(status && { status: Number(status) }),
    ...(fault && { fault }),
    ...(delay && { fault: { delay: Number(delay) } }),
    ...(times && { times: Number(times) }),
    ...(probability && { probability: Number(probability) }),
  }
}

/**
 * What a form does when it is sent: asks for it, shows the list anew, and says so.
 *
 * @param {() => Promise<void>} refresh
 * @param {(values: Record<string, string>) => Promise<unknown>} send
 */
const adding = (refresh, send) => (/** @type {Event} */ event) =>
  attempt(async () => {
    await send(valuesOf(event))
    await refresh()
    return word('added')
  })

/** @param {() => Promise<void>} refresh */
function faultForm(refresh) {
  const add = adding(refresh, (values) => ask('fail', scriptOf(values)))
  return h(
    'form',
    { class: 'fields', onsubmit: add },
    h(
      'div',
      { class: 'row' },
      input('path', { required: true, value: '*', class: 'mono' }),
      labelled('method', choice('method', METHODS)),
    ),
    h(
      'div',
      { class: 'row' },
      input('status', { type: 'number', min: 200, max: 599, placeholder: '500' }),
      labelled('error_code', h('input', { name: 'code', placeholder: 'SYSTEM_ERROR', class: 'mono' })),
    ),
    h(
      'div',
      { class: 'row' },
      labelled('fault', choice('fault', FAULTS)),
      input('delay', { type: 'number', min: 0, placeholder: '0' }),
    ),
    h(
      'div',
      { class: 'row' },
      input('times', { type: 'number', min: 1, placeholder: '∞' }),
      input('probability', { type: 'number', min: 0, max: 1, step: 'any', placeholder: '1' }),
    ),
    h('div', {}, h('button', { class: 'main' }, word('add'))),
  )
}

/** @param {() => Promise<void>} refresh */
function limitForm(refresh) {
  const add = adding(refresh, ({ path, rate }) => ask('limit', { path, rate: Number(rate) }))
  return h(
    'form',
    { class: 'fields', onsubmit: add },
    h(
      'div',
      { class: 'row' },
      input('path', { required: true, value: '*', class: 'mono' }),
      input('rate', { type: 'number', min: 0.01, step: 'any', required: true, placeholder: '10' }),
    ),
    h('div', {}, h('button', {}, word('add_limit'))),
  )
}

/** @param {{ faults: object[], limits: object[] }} all */
function rowsOf({ faults, limits }) {
  /** @param {string} kind @param {object} what */
  const row = (kind, what) =>
    h('li', {}, h('div', { class: 'soft' }, word(kind)), h('code', {}, JSON.stringify(what)))
  const rows = [
    ...limits.map((limit) => row('limit', limit)),
    ...faults.map((fault) => row('failure', fault)),
  ]
  return rows.length > 0 ? rows : [h('li', { class: 'soft' }, word('no_faults'))]
}

export function faultsView() {
  const list = h('ul', { class: 'rows' })
  const refresh = keepFresh(list, 'faults', (all) => list.replaceChildren(...rowsOf(all)))
  void attempt(refresh)
  const clear = () =>
    attempt(async () => {
      await ask('recover', {})
      await refresh()
    })
  const forms = h(
    'div',
    { class: 'stack' },
    card('new_fault', faultForm(refresh)),
    card('new_limit', limitForm(refresh)),
  )
  const button = h('button', { type: 'button', onclick: clear }, word('clear'))
  return h('div', { class: 'columns even' }, forms, card('in_force', list, button))
}
