import { CONFIGURATIONS } from './configurations.js'
import { ask, attempt, copyable, h } from './dom.js'
import { card, choice } from './form.js'
import { word } from './words.js'

const SECRETS = ['privateKey', 'apiv3Key', 'secret', 'merchant']

/** The language that was chosen last. */
let language = 'TypeScript'

/** @param {any} merchant */
function withoutSecrets(merchant) {
  const pairs = Object.entries(merchant).map(([name, value]) => [
    name,
    SECRETS.includes(name) ? word('hidden') : value,
  ])
  return Object.fromEntries(pairs)
}

/** @param {any} merchant with secrets, or without */
function valuesCard({ mchid, serial, apiv3Key, secret, baseURL }) {
  const values = { mchid, serial, apiv3Key, secret, baseURL }
  const lines = Object.entries(values).map(([name, value]) =>
    h(
      'div',
      { class: 'one' },
      h('span', { class: 'soft' }, word(`option.${name}`)),
      h('span', { class: 'mono' }, value),
    ),
  )
  return card('values', h('div', { class: 'lines values' }, ...lines))
}

/** @param {any} merchant */
function filesCard({ mchid, certs, ca, merchant }) {
  const names = [
    ['apiclient_key.pem', 'file.key'],
    ...(merchant ? [['apiclient_cert.pem', 'file.cert']] : []),
    ...Object.keys(certs).map((id) => [
      `${id}.pem`,
      id.startsWith('PUB_KEY_ID_') ? 'file.public' : 'file.platform',
    ]),
    ...(ca ? [['ca.pem', 'file.ca']] : []),
  ]
  const rows = names.map(([name, meaning]) =>
    h(
      'li',
      {},
      h('a', { href: `/_emulator/${name}?mchid=${mchid}`, download: name }, h('code', {}, name)),
      h('div', { class: 'soft small' }, word(meaning ?? '')),
    ),
  )
  return card('files', h('ul', { class: 'rows' }, ...rows))
}

/** @param {any} merchant with secrets, or without @param {() => void} redraw */
function codeCard(merchant, redraw) {
  const write = CONFIGURATIONS.find(([name]) => name === language)?.[1]
  const buttons = CONFIGURATIONS.map(([name]) => {
    const choose = () => {
      language = name
      redraw()
    }
    return h('button', { type: 'button', 'aria-pressed': String(name === language), onclick: choose }, name)
  })
  return card(
    'code_for',
    h('div', { class: 'bar choices', role: 'group', 'aria-label': word('code_for') }, ...buttons),
    h('p', { class: 'soft' }, word(`hint.${language}`)),
    copyable(write?.(merchant) ?? ''),
  )
}

export function merchantView() {
  const box = h('div', { class: 'stack' })
  let isOpen = false
  /** @param {any} merchant @param {string[]} mchids */
  function draw(merchant, mchids) {
    const redraw = () => draw(merchant, mchids)
    const toggle = () => {
      isOpen = !isOpen
      redraw()
    }
    const button = {
      type: 'button',
      class: isOpen ? '' : 'main',
      'aria-pressed': String(isOpen),
      onclick: toggle,
    }
    const shown = isOpen ? merchant : withoutSecrets(merchant)
    box.replaceChildren(
      h(
        'div',
        { class: 'note banner' },
        h('p', {}, word('secret_hint')),
        mchids.length > 1 && merchantChoice(merchant.mchid, mchids),
        h('button', button, word(isOpen ? 'hide' : 'show')),
      ),
      h(
        'div',
        { class: 'columns even configuration' },
        codeCard(shown, redraw),
        h('div', { class: 'stack' }, valuesCard(shown), filesCard(merchant)),
      ),
    )
  }
  /** @param {string} chosen @param {string[]} mchids */
  function merchantChoice(chosen, mchids) {
    const select = /** @type {HTMLSelectElement} */ (choice('mchid', mchids))
    select.value = chosen
    select.addEventListener('change', () => {
      void attempt(async () => draw(await ask(`merchant?mchid=${select.value}`), mchids))
    })
    return h('label', { class: 'check' }, word('option.mchid'), select)
  }
  void attempt(async () => {
    const [merchant, { mchids }] = await Promise.all([ask('merchant'), ask('status')])
    draw(merchant, mchids)
  })
  return box
}
