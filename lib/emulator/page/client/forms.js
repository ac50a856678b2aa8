import { ask, attempt, copyable, h } from './dom.js'
import { word } from './words.js'

const FAULTS = [
  '',
  'forged-signature',
  'tampered',
  'unsigned',
  'stale',
  'skew',
  'unknown-serial',
  'drop',
  'torn',
]

/** @param {string} name @param {HTMLElement} field */
const labelled = (name, field) => h('label', {}, word(name), field)

/** @param {string} name @param {Record<string, unknown>} [more] */
const input = (name, more = {}) => labelled(name, h('input', { name, ...more }))

/** @param {Event} event */
function valuesOf(event) {
  event.preventDefault()
  const entries = new FormData(/** @type {HTMLFormElement} */ (event.target)).entries()
  return /** @type {Record<string, string>} */ (Object.fromEntries(entries))
}

export function notifyView() {
  const resource = /** @type {HTMLTextAreaElement} */ (
    h('textarea', { name: 'resource', spellcheck: 'false' })
  )
  const types = /** @type {HTMLSelectElement} */ (h('select', { name: 'event_type' }))
  const sample = () =>
    attempt(async () => {
      resource.value = JSON.stringify(
        await ask(`sample?event_type=${encodeURIComponent(types.value)}`),
        null,
        2,
      )
    })
  types.addEventListener('change', () => void sample())
  void attempt(async () => {
    const names = await ask('events')
    types.replaceChildren(
      ...names.map((/** @type {string} */ name) =>
        h('option', { selected: name === 'TRANSACTION.SUCCESS' }, name),
      ),
    )
    await sample()
  })
  const list = h('div')
  const refresh = () =>
    attempt(async () => {
      const sent = await ask('deliveries')
      list.replaceChildren(
        ...(sent.length > 0 ? sent.map(deliveryOf) : [h('p', { class: 'soft' }, word('none_sent'))]),
      )
    })
  void refresh()
  const send = (/** @type {Event} */ event) => {
    const { event_type, url, resource: text } = valuesOf(event)
    return attempt(async () => {
      const { status, body } = await ask('notify', { event_type, url, resource: JSON.parse(text ?? '{}') })
      return `${word('notified')} ${status} ${body}`
    })
  }
  const form = h(
    'form',
    { class: 'fields', onsubmit: send },
    labelled('event', types),
    labelled(
      'to',
      h('input', { name: 'url', type: 'url', required: true, placeholder: 'http://127.0.0.1:3000/notify' }),
    ),
    labelled('resource', resource),
    h('div', {}, h('button', { class: 'main' }, word('send'))),
  )
  return h(
    'div',
    { class: 'stack' },
    h('div', { class: 'card' }, form),
    h('div', { class: 'card' }, h('h2', {}, word('sent')), list),
  )
}

/** @param {any} delivery */
function deliveryOf({ event_type, url, attempts, done }) {
  const tries = attempts.map((/** @type {any} */ { status, error }) => status ?? error).join(' → ')
  return h(
    'p',
    {},
    h('b', {}, event_type),
    ' ',
    h('code', {}, url),
    ' ',
    h('span', { class: done ? 'soft' : 'bad' }, tries),
  )
}

export function faultsView() {
  const list = h('div')
  const refresh = () =>
    attempt(async () => {
      const faults = await ask('faults')
      const shown = faults.map((/** @type {object} */ fault) =>
        h('p', {}, h('code', {}, JSON.stringify(fault))),
      )
      list.replaceChildren(...(shown.length > 0 ? shown : [h('p', { class: 'soft' }, word('no_faults'))]))
    })
  void refresh()
  const add = (/** @type {Event} */ event) => {
    const { path, status, code, fault, delay, times, probability } = valuesOf(event)
    return attempt(async () => {
      await ask('fail', {
        path,
        ...(status && { status: Number(status) }),
        ...(code && { code }),
        ...(fault && { fault }),
        ...(delay && { fault: { delay: Number(delay) } }),
        ...(times && { times: Number(times) }),
        ...(probability && { probability: Number(probability) }),
      })
      await refresh()
    })
  }
  const clear = () =>
    attempt(async () => {
      await ask('recover', {})
      await refresh()
    })
  const kinds = FAULTS.map((name) => h('option', { value: name }, name || word('none')))
  const form = h(
    'form',
    { class: 'fields', onsubmit: add },
    input('path', { required: true, value: '*' }),
    h(
      'div',
      { class: 'row' },
      input('status', { type: 'number', min: 200, max: 599 }),
      labelled('error_code', h('input', { name: 'code' })),
      labelled('fault', h('select', { name: 'fault' }, ...kinds)),
    ),
    h(
      'div',
      { class: 'row' },
      input('delay', { type: 'number', min: 0 }),
      input('times', { type: 'number', min: 1 }),
      input('probability', { type: 'number', min: 0, max: 1, step: 'any' }),
    ),
    h(
      'div',
      { class: 'bar' },
      h('button', { class: 'main' }, word('add')),
      h('button', { type: 'button', onclick: clear }, word('clear')),
    ),
  )
  return h(
    'div',
    { class: 'stack' },
    h('div', { class: 'card' }, form),
    h('div', { class: 'card' }, h('h2', {}, word('in_force')), list),
  )
}

const SECRETS = ['privateKey', 'apiv3Key', 'secret', 'merchant']

export function merchantView() {
  const box = h('div', { class: 'stack' })
  const draw = (/** @type {any} */ merchant, /** @type {boolean} */ open) => {
    const shown = Object.fromEntries(
      Object.entries(merchant).map(([name, value]) => [
        name,
        open || !SECRETS.includes(name) ? value : word('hidden'),
      ]),
    )
    const show = h('button', { type: 'button', onclick: () => draw(merchant, true) }, word('show'))
    const pem = (/** @type {string} */ text) => text.replaceAll('\n', '\\n')
    const env =
      open &&
      [
        `export WXPAY_BASE_URL='${merchant.baseURL}'`,
        `export WXPAY_MCHID='${merchant.mchid}'`,
        `export WXPAY_SERIAL='${merchant.serial}'`,
        `export WXPAY_APIV3_KEY='${merchant.apiv3Key}'`,
        `export WXPAY_SECRET='${merchant.secret}'`,
        `export WXPAY_PRIVATE_KEY=$'${pem(merchant.privateKey)}'`,
        `export WXPAY_CERTS='${JSON.stringify(merchant.certs)}'`,
      ].join('\n')
    box.replaceChildren(
      h(
        'div',
        { class: 'card' },
        h(
          'div',
          { class: 'bar' },
          h('h2', {}, 'new Wechatpay(…)'),
          !open && show,
          h('span', { class: 'soft' }, word('secret_hint')),
        ),
        copyable(JSON.stringify(shown, null, 2)),
      ),
      ...(env ? [h('div', { class: 'card' }, h('h2', {}, 'Shell'), copyable(env))] : []),
    )
  }
  void attempt(async () => draw(await ask('merchant'), false))
  return box
}
