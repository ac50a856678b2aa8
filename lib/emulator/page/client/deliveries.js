import { said } from './chinese.js'
import { ask, attempt, copyable, h, pretty } from './dom.js'
import { card } from './form.js'
import { clockTime } from './format.js'
import { keepFresh } from './live.js'
import { word } from './words.js'

/** The deliveries whose details are open; the list is drawn anew while they are. @type {Set<string>} */
const opened = new Set()

/** @param {any} attempt */
const isTaken = ({ status }) => status >= 200 && status < 300

/** @param {any} delivery */
function stateOf({ attempts, done, problem }) {
  if (problem) return 'not_sent'
  if (attempts.some(isTaken) && done) return 'taken'
  return done ? 'given_up' : attempts.length === 0 ? 'waiting' : 'retrying'
}

/** @param {any} attempt */
function attemptLine({ time, status, error, probe }) {
  const outcome = status ? `HTTP ${status}` : said(error)
  return [clockTime(time), probe && word('probe'), outcome].filter(Boolean).join(' · ')
}

/** What was sent, in clear too, and what the receiver answered. @param {any} delivery */
function detailsOf({ body, resource, attempts }) {
  const answers = attempts.filter((/** @type {any} */ { answer }) => answer)
  return [
    ...(resource ? [h('h3', {}, word('in_clear')), copyable(pretty(resource))] : []),
    ...(body ? [h('h3', {}, word('notification_body')), copyable(pretty(body))] : []),
    ...answers.flatMap((/** @type {any} */ attempt) => [
      h('h3', {}, `${word('receiver_answer')} · ${attemptLine(attempt)}`),
      copyable(pretty(attempt.answer)),
    ]),
    ...(body && answers.length === 0 ? [h('p', { class: 'soft' }, word('no_receiver_answer'))] : []),
  ]
}

/** @param {any} delivery */
function details({ id, problem }) {
  if (problem) return ''
  const content = h('div', {})
  const fill = () =>
    attempt(async () => {
      content.replaceChildren(...detailsOf(await ask(`delivery?id=${id}`)))
    })
  const toggle = (/** @type {Event} */ event) => {
    const { open } = /** @type {HTMLDetailsElement} */ (event.currentTarget)
    if (!open) opened.delete(id)
    else if (!content.hasChildNodes()) void fill()
    if (open) opened.add(id)
  }
  return h('details', { open: opened.has(id), ontoggle: toggle }, h('summary', {}, word('bodies')), content)
}

/** @param {any} delivery @param {() => Promise<void>} refresh */
function row(delivery, refresh) {
  const { id, event_type, url, attempts, next, problem } = delivery
  const state = stateOf(delivery)
  const again = () =>
    attempt(async () => {
      try {
        const { status } = await ask('resend', { id })
        return `${word('notified')} HTTP ${status}`
      } finally {
        await refresh()
      }
    })
  const label = `${word('send_again')} ${event_type}`
  return h(
    'li',
    {},
    h(
      'div',
      { class: 'facts' },
      h('b', {}, event_type),
      h('span', { class: `status ${state === 'taken' ? '' : 'wrong'}` }, word(state)),
      !problem &&
        h(
          'button',
          { type: 'button', class: 'small', 'aria-label': label, onclick: again },
          word('send_again'),
        ),
    ),
    h('code', { class: 'soft' }, url),
    problem && h('div', { class: 'bad' }, said(problem)),
    h('ol', {}, ...attempts.map((/** @type {any} */ one) => h('li', {}, attemptLine(one)))),
    next && h('div', { class: 'small' }, `${word('next_attempt')} ${clockTime(next)}`),
    details(delivery),
  )
}

/** The notifications that the emulator sent by itself. */
export function deliveriesCard() {
  const list = h('ul', { class: 'rows' })
  const refresh = keepFresh(list, 'deliveries', (sent) => {
    const rows = sent.map((/** @type {any} */ delivery) => row(delivery, refresh))
    list.replaceChildren(...(rows.length > 0 ? rows : [h('li', { class: 'soft' }, word('none_sent'))]))
  })
  void attempt(refresh)
  return card('sent', list)
}
