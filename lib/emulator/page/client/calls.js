import { said } from './chinese.js'
import { detailOf } from './detail.js'
import { ask, attempt, copyable, h } from './dom.js'
import { clockTime } from './format.js'
import { calls } from './live.js'
import { inChosen, word } from './words.js'

const NARROW = matchMedia('(max-width: 52rem)')

/** @type {number | undefined} */
let selected
let search = ''
let onlyBad = false
let isDue = false
/** @type {HTMLElement | undefined} */
let list
/** @type {HTMLElement | undefined} */
let detail
/** The whole view; where it is narrow, it shows either the list or the call that is open. @type {HTMLElement | undefined} */
let view

/** @param {any} call */
const isBad = ({ verified, status, code }) => !verified || status >= 400 || Boolean(code)

/** @param {any} call */
const problemOf = ({ problem, issue, said: chinese, code, field }) =>
  [code, issue ? inChosen(chinese, issue) : said(problem ?? field)].filter(Boolean).join(' · ')

function shown() {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return [...calls.values()]
    .filter((call) => !onlyBad || isBad(call))
    .filter((call) => {
      const text =
        `${call.method} ${call.url} ${call.status} ${problemOf(call)} ${call.problem}`.toLowerCase()
      return words.every((part) => text.includes(part))
    })
    .reverse()
}

/** @param {any} call */
function row(call) {
  const { id, method, url, verified, status, duration, time } = call
  const problem = problemOf(call)
  const took = duration === undefined ? '' : ` · ${duration.toFixed(1)} ${word('ms')}`
  return h(
    'li',
    { role: 'option', id: `call-${id}`, 'aria-selected': String(id === selected), onclick: () => choose(id) },
    h(
      'span',
      {
        class: verified ? 'good' : 'bad',
        role: 'img',
        'aria-label': word(verified ? 'verified' : 'refused'),
      },
      verified ? '✓' : '✗',
    ),
    h('span', { class: `method ${method}` }, method),
    h('span', { class: 'path mono' }, url),
    h('span', { class: `status ${isBad(call) ? 'wrong' : ''}` }, status ?? '…'),
    h('small', {}, `${clockTime(time)}${took}`, problem && h('b', { class: 'bad' }, problem)),
  )
}

function nothing() {
  if (calls.size > 0) return [h('li', { class: 'empty', role: 'presentation' }, word('no_match'))]
  const line = `const wxpay = new Wechatpay({ ...merchant, baseURL: '${location.origin}' })`
  return [h('li', { class: 'empty', role: 'presentation' }, h('p', {}, word('no_calls')), copyable(line))]
}

function draw() {
  isDue = false
  if (!list) return
  const rows = shown()
  list.replaceChildren(...(rows.length > 0 ? rows.map(row) : nothing()))
  const isShown = rows.some(({ id }) => id === selected)
  if (isShown) list.setAttribute('aria-activedescendant', `call-${selected}`)
  else list.removeAttribute('aria-activedescendant')
}

/** A busy client makes more calls than anybody can watch. @param {number} [id] the one that is new */
export function redrawCalls(id) {
  if (id !== undefined && id === selected) void show(id)
  if (isDue) return
  isDue = true
  setTimeout(draw, 100)
}

/** @param {number} id */
async function show(id) {
  await attempt(async () => {
    const call = await ask(`call?id=${id}`)
    const content = call ? detailOf(call) : h('div', { class: 'empty' }, word('no_longer'))
    if (id === selected) detail?.replaceChildren(backButton(), content)
  })
}

function backButton() {
  const back = () => {
    if (history.state?.opened) history.back()
    else close()
  }
  return h('button', { type: 'button', class: 'back', onclick: back }, word('back'))
}

function close() {
  history.replaceState(null, '', '#calls')
  view?.removeAttribute('data-open')
}

/** The call in the address. */
const addressed = () => Number(/^#calls\/(\d+)$/.exec(location.hash)?.[1]) || undefined

/** @param {number} id @param {boolean} [byKeyboard] */
async function choose(id, byKeyboard = false) {
  selected = id
  draw()
  if (NARROW.matches && !byKeyboard) return open(id)
  if (!NARROW.matches) history.replaceState(history.state, '', `#calls/${id}`)
  document.getElementById(`call-${id}`)?.scrollIntoView({ block: 'nearest' })
  await show(id)
}

/** Shows a call in place of the list, where there is no room for both. @param {number} id */
async function open(id) {
  history.pushState({ opened: true }, '', `#calls/${id}`)
  view?.setAttribute('data-open', '')
  scrollTo(0, 0)
  await show(id)
  detail?.focus({ preventScroll: true })
}

/** @param {KeyboardEvent} event */
function move(event) {
  if (event.key === 'Enter' && selected !== undefined) {
    event.preventDefault()
    if (NARROW.matches) void open(selected)
    else detail?.focus()
    return
  }
  const rows = shown()
  const at = rows.findIndex(({ id }) => id === selected)
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }
  const to = steps[/** @type {keyof typeof steps} */ (event.key)]
  if (to === undefined) return
  event.preventDefault()
  const next = rows[Math.max(0, Math.min(rows.length - 1, to))]
  if (next) void choose(next.id, true)
}

export function callsView() {
  list = h('ul', {
    class: 'list',
    role: 'listbox',
    tabindex: 0,
    'aria-label': word('calls'),
    onkeydown: move,
  })
  detail = h(
    'div',
    { class: 'card chosen', tabindex: -1, role: 'region', 'aria-label': word('detail') },
    h('div', { class: 'empty' }, word('choose')),
  )
  const box = h('input', {
    type: 'search',
    placeholder: word('search'),
    'aria-label': word('search'),
    value: search,
  })
  box.addEventListener('input', () => {
    search = /** @type {HTMLInputElement} */ (box).value
    draw()
  })
  const toggle = h('input', { type: 'checkbox', checked: onlyBad })
  toggle.addEventListener('change', () => {
    onlyBad = /** @type {HTMLInputElement} */ (toggle).checked
    draw()
  })
  selected = addressed() ?? selected
  view = h(
    'div',
    { class: 'calls', 'data-open': addressed() !== undefined },
    h('div', { class: 'bar' }, box, h('label', { class: 'check' }, toggle, word('only_bad'))),
    h('div', { class: 'columns' }, h('div', { class: 'card' }, list), detail),
  )
  draw()
  if (selected !== undefined) void show(selected)
  return view
}
