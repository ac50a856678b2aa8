import { callsView, watchCalls } from './calls.js'
import { attempt, h } from './dom.js'
import { faultsView, merchantView, notifyView } from './forms.js'
import { ordersView } from './orders.js'
import { chooseLanguage, otherLanguage, word } from './words.js'

const VIEWS = {
  calls: callsView,
  orders: ordersView,
  notify: notifyView,
  faults: faultsView,
  merchant: merchantView,
}

/** @typedef {keyof typeof VIEWS} Name */

const names = /** @type {Name[]} */ (Object.keys(VIEWS))

/** @returns {Name} the view in the address */
const current = () => names.find((name) => location.hash === `#${name}`) ?? 'calls'

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
void attempt(watchCalls)
