import { ask, attempt, copyable, h } from './dom.js'
import { word } from './words.js'

const SECRETS = ['privateKey', 'apiv3Key', 'secret', 'merchant']

/** @param {any} merchant */
function environment(merchant) {
  const { mchid, serial, privateKey, certs, apiv3Key, secret, baseURL } = merchant
  const variables = { MCHID: mchid, SERIAL: serial, APIV3_KEY: apiv3Key, SECRET: secret, BASE_URL: baseURL }
  return [
    ...Object.entries(variables).map(([name, value]) => `export WXPAY_${name}='${value}'`),
    `export WXPAY_PRIVATE_KEY='${privateKey}'`,
    `export WXPAY_CERTS='${JSON.stringify(certs)}'`,
  ].join('\n')
}

/** @param {any} merchant */
function typescript(merchant) {
  const options = json(merchant)
    .replace(/^( *)"([A-Za-z_]\w*)":/gm, '$1$2:')
    .replaceAll('"', "'")
  return `import { Wechatpay } from 'wechatpay-fluent'\n\nconst wxpay = new Wechatpay(${options})\n`
}

/** @param {any} merchant */
const json = (merchant) => JSON.stringify(merchant, null, 2)

/** @param {any} merchant */
function withoutSecrets(merchant) {
  const pairs = Object.entries(merchant).map(([name, value]) => [
    name,
    SECRETS.includes(name) ? word('hidden') : value,
  ])
  return Object.fromEntries(pairs)
}

export function merchantView() {
  const box = h('div', { class: 'stack' })
  /** @param {any} merchant @param {boolean} isOpen */
  const draw = (merchant, isOpen) => {
    const shown = isOpen ? merchant : withoutSecrets(merchant)
    const toggle = h(
      'button',
      {
        type: 'button',
        class: isOpen ? '' : 'main',
        'aria-pressed': String(isOpen),
        onclick: () => draw(merchant, !isOpen),
      },
      word(isOpen ? 'hide' : 'show'),
    )
    const forms = /** @type {const} */ ([
      ['TypeScript', typescript, 'ts_hint'],
      ['JSON', json, 'json_hint'],
      ['Shell', environment, 'env_hint'],
    ])
    box.replaceChildren(
      h('div', { class: 'note banner' }, h('p', {}, word('secret_hint')), toggle),
      ...forms.map(([title, write, hint]) =>
        h(
          'section',
          { class: 'card' },
          h('h2', {}, title),
          h('p', { class: 'soft' }, word(hint)),
          copyable(write(shown)),
        ),
      ),
    )
  }
  void attempt(async () => draw(await ask('merchant'), false))
  return box
}
