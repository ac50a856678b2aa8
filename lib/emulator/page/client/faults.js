import { ask, attempt, h } from './dom.js'
import { faultSentence, limitSentence, NOTIFICATION_FAULTS, RESPONSE_FAULTS } from './fault-words.js'
import { card, choice, input, labelled, valuesOf } from './form.js'
import { meaning } from './format.js'
import { keepFresh } from './live.js'
import { word } from './words.js'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** A choice that may be left open. @param {string} name @param {string[]} values @param {(value: string) => string} [wordOf] */
const open = (name, values, wordOf = (value) => value) =>
  choice(name, ['', ...values], (value) => (value ? wordOf(value) : word(`any_${name}`)))

/** @param {Record<string, string>} values */
function scriptOf({ path, notification, method, status, code, fault, delay, times, probability }) {
  return {
    ...{ path, notification, method, code },
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

/** @param {...Node} fields */
const row = (...fields) => h('div', { class: 'row' }, ...fields)

const delay = () => input('delay', { type: 'number', min: 0, placeholder: '0' })
const times = () => input('times', { type: 'number', min: 1, placeholder: '∞' })

/** @param {() => Promise<void>} refresh */
function faultForm(refresh) {
  const probability = { type: 'number', min: 0, max: 1, step: 'any', placeholder: '1' }
  return h(
    'form',
    { class: 'fields', onsubmit: adding(refresh, (values) => ask('fail', scriptOf(values))) },
    row(
      input('path', { required: true, value: '*', class: 'mono' }),
      labelled('method', open('method', METHODS)),
    ),
    row(
      input('status', { type: 'number', min: 200, max: 599, placeholder: '500' }),
      labelled('error_code', h('input', { name: 'code', placeholder: 'SYSTEM_ERROR', class: 'mono' })),
    ),
    row(
      labelled(
        'fault',
        open('fault', RESPONSE_FAULTS, (fault) => meaning('fault', fault)),
      ),
      delay(),
    ),
    row(times(), input('probability', probability)),
    h('div', {}, h('button', { class: 'main' }, word('add'))),
  )
}

/** @param {() => Promise<void>} refresh */
function notificationForm(refresh) {
  const kinds = choice('fault', NOTIFICATION_FAULTS, (fault) => meaning('fault', fault))
  const types = h('datalist', { id: 'event-types' })
  void attempt(async () => {
    /** @type {string[]} */
    const names = await ask('events')
    types.replaceChildren(...names.map((name) => h('option', { value: name })))
  })
  const event = { required: true, value: '*', class: 'mono', list: 'event-types' }
  return h(
    'form',
    { class: 'fields', onsubmit: adding(refresh, (values) => ask('fail', scriptOf(values))) },
    row(
      input('notification_type', { name: 'notification', ...event }),
      labelled('notification_fault', kinds),
    ),
    row(delay(), times()),
    types,
    h('div', {}, h('button', { class: 'main' }, word('add_notification_fault'))),
  )
}

/** @param {() => Promise<void>} refresh */
function limitForm(refresh) {
  const add = adding(refresh, ({ path, rate }) => ask('limit', { path, rate: Number(rate) }))
  return h(
    'form',
    { class: 'fields', onsubmit: add },
    row(
      input('path', { required: true, value: '*', class: 'mono' }),
      input('rate', { type: 'number', min: 0.01, step: 'any', required: true, placeholder: '10' }),
    ),
    h('div', {}, h('button', {}, word('add_limit'))),
  )
}

/** @param {{ faults: any[], limits: any[] }} all @param {(id: string) => Promise<void>} end */
function rowsOf({ faults, limits }, end) {
  /** @param {any} rule @param {{ subject: string, sentence: string }} words */
  const ruleRow = ({ id, hits }, { subject, sentence }) =>
    h(
      'li',
      { class: 'rule' },
      h(
        'div',
        {},
        h('code', {}, subject),
        h('div', {}, sentence),
        h('div', { class: 'soft small' }, `${word('hits')} ${hits}`),
      ),
      h(
        'button',
        { type: 'button', 'aria-label': `${word('end')} ${subject}`, onclick: () => end(id) },
        word('end'),
      ),
    )
  const rows = [
    ...limits.map((limit) => ruleRow(limit, limitSentence(limit))),
    ...faults.map((fault) => ruleRow(fault, faultSentence(fault))),
  ]
  return rows.length > 0 ? rows : [h('li', { class: 'soft' }, word('no_faults'))]
}

export function faultsView() {
  const list = h('ul', { class: 'rows' })
  /** @param {string} [id] all of them when absent */
  const end = (id) =>
    attempt(async () => {
      await ask('recover', { id })
      await refresh()
    })
  const refresh = keepFresh(list, 'faults', (all) => list.replaceChildren(...rowsOf(all, end)))
  void attempt(refresh)
  const forms = h(
    'div',
    { class: 'stack' },
    card('new_fault', faultForm(refresh)),
    card('new_notification_fault', notificationForm(refresh)),
    card('new_limit', limitForm(refresh)),
  )
  const button = h('button', { type: 'button', onclick: () => end() }, word('clear'))
  return h('div', { class: 'columns even' }, forms, card('in_force', list, button))
}
