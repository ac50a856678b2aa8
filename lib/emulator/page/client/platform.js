import { ask, attempt, h } from './dom.js'
import { card, labelled, valuesOf } from './form.js'
import { dateTime, plainTime } from './format.js'
import { keepFresh } from './live.js'
import { word } from './words.js'

const SECOND = 1_000
const HOUR = 3_600_000

/** @param {string} name @param {() => Promise<unknown>} work */
const button = (name, work, kind = '') =>
  h(
    'button',
    {
      type: 'button',
      class: kind,
      onclick: () =>
        attempt(async () => {
          await work()
          return word('done')
        }),
    },
    word(name),
  )

function clockCard() {
  const face = h('p', { class: 'clock' })
  const state = h('p', { class: 'soft' })
  const to = /** @type {HTMLInputElement} */ (h('input', { name: 'to', required: true, class: 'mono' }))
  /** @type {number | undefined} */
  let before
  const show = (/** @type {{ time: number }} */ { time }) => {
    face.textContent = dateTime(time)
    state.textContent = word(time === before ? 'clock_stopped' : 'clock_runs')
    before = time
  }
  const timer = setInterval(() => {
    if (!face.isConnected) clearInterval(timer)
    else if (!document.hidden) ask('clock').then(show, () => {})
  }, SECOND)
  void attempt(async () => {
    const now = await ask('clock')
    show(now)
    to.value = plainTime(now.time)
  })
  const change = async (/** @type {object} */ input) => {
    before = undefined
    show(await ask('clock', input))
  }
  const set = (/** @type {Event} */ event) =>
    attempt(async () => {
      const { to = '' } = valuesOf(event)
      const time = Date.parse(to.trim().replace(' ', 'T'))
      if (Number.isNaN(time)) return `${to}: ${word('no_time')}`
      await change({ to: time })
      return word('done')
    })
  return card(
    'clock',
    face,
    state,
    h(
      'div',
      { class: 'bar' },
      ...[1, 24, 168].map((hours) => button(`advance.${hours}`, () => change({ advance: hours * HOUR }))),
      button('clock_stop', () => change({ stopped: true })),
      button('clock_run', () => change({ stopped: false })),
      button('clock_now', () => change({ to: Date.now(), stopped: false })),
    ),
    h(
      'form',
      { class: 'fields inline', onsubmit: set },
      labelled('clock_to', to),
      h('button', {}, word('clock_set')),
    ),
    h('p', { class: 'soft' }, word('clock_hint')),
  )
}

function certificatesCard() {
  const list = h('ul', { class: 'rows' })
  const buttons = h('div', { class: 'bar' })
  const refresh = keepFresh(list, 'certificates', (all) => {
    const serials = Object.keys(all)
    list.replaceChildren(
      ...serials.map((serial, at) =>
        h(
          'li',
          {},
          h('a', { href: `/_emulator/${serial}.pem`, download: `${serial}.pem` }, h('code', {}, serial)),
          at === serials.length - 1 && h('span', { class: 'state SUCCESS' }, word('current')),
        ),
      ),
      ...(serials.length === 0 ? [h('li', { class: 'soft' }, word('no_certificates'))] : []),
    )
    buttons.hidden = serials.length === 0
  })
  const act = (/** @type {string} */ path) => async () => {
    await ask(path, {})
    await refresh()
  }
  buttons.append(button('rotate', act('rotate'), 'main'), button('retire', act('retire')))
  void attempt(refresh)
  return card('certificates', list, buttons)
}

export function platformView() {
  const forget = async () => {
    if (confirm(word('reset_sure'))) await ask('reset', {})
  }
  const reset = card('reset', h('p', { class: 'soft' }, word('reset_hint')), button('reset', forget))
  return h(
    'div',
    { class: 'columns even' },
    clockCard(),
    h('div', { class: 'stack' }, certificatesCard(), reset),
  )
}
