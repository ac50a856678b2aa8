import { callsView, redrawCalls } from './calls.js'
import { h } from './dom.js'
import { faultsView } from './faults.js'
import { watchCalls } from './live.js'
import { merchantView } from './merchant.js'
import { notifyView } from './notify.js'
import { ordersView } from './orders.js'
import { platformView } from './platform.js'
import { refundsView } from './refunds.js'
import { transfersView } from './transfers.js'
import { usersView } from './users.js'
import { chooseLanguage, otherLanguage, word } from './words.js'

const VIEWS = {
  calls: callsView,
  orders: ordersView,
  refunds: refundsView,
  transfers: transfersView,
  users: usersView,
  notify: notifyView,
  faults: faultsView,
  platform: platformView,
  merchant: merchantView,
}

/** @typedef {keyof typeof VIEWS} Name */

const names = /** @type {Name[]} */ (Object.keys(VIEWS))

/** @returns {Name} the view in the address */
const current = () => names.find((name) => location.hash.split('/')[0] === `#${name}`) ?? 'calls'

/** @param {boolean} [focus] whether the keyboard goes to the chosen tab */
function draw(focus = false) {
  const tabs = document.getElementById('tabs')
  const main = document.getElementById('main')
  const language = document.getElementById('language')
  if (!tabs || !main || !language) return
  language.textContent = word('language')
  const chosen = current()
  tabs.replaceChildren(
    ...names.map((name) =>
      h(
        'button',
        {
          type: 'button',
          role: 'tab',
          id: `tab-${name}`,
          'aria-controls': 'main',
          'aria-selected': String(name === chosen),
          tabindex: name === chosen ? 0 : -1,
          onclick: () => go(name),
        },
        word(name),
      ),
    ),
  )
  main.setAttribute('aria-labelledby', `tab-${chosen}`)
  main.replaceChildren(VIEWS[chosen]())
  if (focus) document.getElementById(`tab-${chosen}`)?.focus()
}

/** @param {Name} name */
function go(name) {
  history.replaceState(null, '', `#${name}`)
  draw(true)
}

/** @param {boolean} isLive whether calls still come in */
function setLive(isLive) {
  const mark = document.getElementById('live')
  if (!mark) return
  mark.className = isLive ? 'live' : 'live lost'
  mark.dataset.word = isLive ? 'live' : 'lost'
  mark.textContent = word(mark.dataset.word)
}

document.getElementById('tabs')?.addEventListener('keydown', ({ key }) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key]
  if (!step) return
  const at = names.indexOf(current())
  go(/** @type {Name} */ (names[(at + step + names.length) % names.length]))
})
document.getElementById('language')?.addEventListener('click', () => {
  otherLanguage()
  draw()
})
window.addEventListener('hashchange', () => draw())

const url = document.getElementById('url')
if (url) url.textContent = location.origin
chooseLanguage()
draw()
watchCalls(redrawCalls, setLive)
