import { ask, attempt, h } from './dom.js'
import { meaning } from './format.js'
import { keepFresh } from './live.js'
import { word } from './words.js'

/**
 * What the emulator has of a kind, with a search.
 *
 * @param {string} question
 * @param {object} how
 * @param {string[]} how.heads the words above the columns
 * @param {string} how.empty the word where there are none
 * @param {(one: any, refresh: () => Promise<void>) => (Node | string | false | undefined)[]} how.cells
 * @param {(one: any) => string} [how.searched] what else the search finds it by
 * @param {(one: any) => boolean} [how.shown]
 * @param {Node[]} [how.tools] beside the search
 */
export function tableView(
  question,
  { heads, empty, cells, searched = () => '', shown = () => true, tools = [] },
) {
  const body = h('tbody')
  const box = /** @type {HTMLInputElement} */ (
    h('input', { type: 'search', placeholder: word('search_rows'), 'aria-label': word('search_rows') })
  )
  /** @type {any[]} */
  let all = []
  /** @param {any} one */
  const row = (one) =>
    h(
      'tr',
      {},
      ...cells(one, refresh).map((content, at) =>
        h('td', { class: heads[at], 'data-head': word(heads[at] ?? '') }, content),
      ),
    )
  const draw = () => {
    const wanted = box.value.toLowerCase()
    const found = all.filter((one) =>
      `${JSON.stringify(one)} ${searched(one)}`.toLowerCase().includes(wanted),
    )
    const none = h(
      'tr',
      {},
      h('td', { colspan: heads.length, class: 'empty' }, word(all.length ? 'no_row' : empty)),
    )
    body.replaceChildren(...(found.length > 0 ? found.map(row) : [none]))
  }
  const refresh = keepFresh(body, question, (listed) => {
    all = listed.filter(shown)
    draw()
  })
  box.addEventListener('input', draw)
  void attempt(refresh)
  const head = h('tr', {}, ...heads.map((name) => h('th', { scope: 'col', class: name }, word(name))))
  return h(
    'div',
    {},
    h('div', { class: 'bar' }, box, ...tools),
    h('div', { class: 'card flush' }, h('table', {}, h('thead', {}, head), body)),
  )
}

/** A word for it, what is asked for, and with what. @typedef {readonly [name: string, path: string, input: object | (() => object)]} Action */

/**
 * Buttons that each ask the emulator for something, and show the table anew.
 *
 * @param {string} number of what they are about, for those who cannot see the row
 * @param {() => Promise<void>} refresh
 * @param {readonly Action[]} actions the first one is the likeliest
 * @param {(result: any) => string} [tell]
 */
export function actionButtons(number, refresh, actions, tell = () => word('done')) {
  if (actions.length === 0) return ''
  const buttons = actions.map(([name, path, input], at) => {
    const act = () =>
      attempt(async () => {
        const result = await ask(path, typeof input === 'function' ? input() : input)
        await refresh()
        return `${number} · ${tell(result)}`
      })
    const label = `${word(name)} ${number}`
    return h(
      'button',
      { type: 'button', class: at === 0 ? 'main' : '', 'aria-label': label, onclick: act },
      word(name),
    )
  })
  return h('div', { class: 'actions' }, ...buttons)
}

/** @param {string} kind @param {string} state */
export const stateChip = (kind, state) =>
  h('span', { class: `state ${state}`, title: state }, meaning(kind, state))

/** @param {string} text */
export const line = (text) => h('div', { class: 'soft small' }, text)
