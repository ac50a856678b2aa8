import { detailOf } from './detail.js'
import { ask, attempt, h } from './dom.js'
import { word } from './words.js'

/** @type {Map<number, any>} */
const calls = new Map()
/** @type {number | undefined} */
let selected
let search = ''
let onlyBad = false
/** @type {HTMLElement | undefined} */
let list
/** @type {HTMLElement | undefined} */
let detail

const isBad = (/** @type {any} */ { verified, status }) => !verified || status >= 400

function shown() {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return [...calls.values()]
    .filter((call) => !onlyBad || isBad(call))
    .filter((call) =>
      words.every((part) =>
        `${call.method} ${call.url} ${call.status} ${call.problem ?? ''}`.toLowerCase().includes(part),
      ),
    )
    .reverse()
}

/** @param {any} call */
function row(call) {
  const { id, method, url, verified, status, duration, problem, time } = call
  return h(
    'li',
    { role: 'option', id: `call-${id}`, 'aria-selected': String(id === selected), onclick: () => choose(id) },
    h(
      'span',
      { class: isBad(call) ? 'bad' : 'good', 'aria-label': word(verified ? 'verified' : 'refused') },
      verified ? '✓' : '✗',
    ),
    h('b', {}, method),
    h('span', { class: 'path mono' }, url),
    h('span', { class: status >= 400 ? 'bad' : 'soft' }, status ?? '…'),
    problem
      ? h('small', { class: 'problem' }, problem)
      : h(
          'small',
          {},
          `${new Date(time).toLocaleTimeString()} ${duration === undefined ? '' : `· ${duration.toFixed(1)} ms`}`,
        ),
  )
}

function draw() {
  if (!list) return
  const rows = shown()
  list.replaceChildren(...(rows.length > 0 ? rows.map(row) : [h('li', { class: 'empty' }, word('no_calls'))]))
  if (selected !== undefined) list.setAttribute('aria-activedescendant', `call-${selected}`)
}

/** @param {number} id */
async function choose(id) {
  selected = id
  draw()
  document.getElementById(`call-${id}`)?.scrollIntoView({ block: 'nearest' })
  await attempt(async () => {
    const call = await ask(`call?id=${id}`)
    if (id === selected && call) detail?.replaceChildren(detailOf(call))
  })
}

/** @param {KeyboardEvent} event */
function move(event) {
  const rows = shown()
  const at = rows.findIndex(({ id }) => id === selected)
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }
  const to = steps[/** @type {keyof typeof steps} */ (event.key)]
  if (to === undefined) return
  event.preventDefault()
  const next = rows[Math.max(0, Math.min(rows.length - 1, to))]
  if (next) void choose(next.id)
}

/** Listens for calls for as long as the page is open. */
export async function watchCalls() {
  for (const call of await ask('calls')) calls.set(call.id, call)
  draw()
  new EventSource('/_emulator/stream').onmessage = ({ data }) => {
    const call = JSON.parse(data)
    calls.set(call.id, call)
    draw()
    if (call.id === selected) void choose(call.id)
  }
}

export function callsView() {
  list = h('ul', {
    class: 'list',
    role: 'listbox',
    tabindex: 0,
    'aria-label': word('calls'),
    onkeydown: move,
  })
  detail = h('div', {}, h('div', { class: 'empty' }, word('choose')))
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
  const view = h(
    'div',
    {},
    h('div', { class: 'bar' }, box, h('label', {}, toggle, ' ', word('only_bad'))),
    h('div', { class: 'columns' }, h('div', { class: 'card' }, list), h('div', { class: 'card' }, detail)),
  )
  draw()
  if (selected !== undefined) void choose(selected)
  return view
}
