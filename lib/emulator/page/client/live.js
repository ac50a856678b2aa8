import { ask } from './dom.js'

const MAX_CALLS = 500
const EVERY = 2_000

/** The newest calls by number, oldest first. @type {Map<number, any>} */
export const calls = new Map()

/** @param {any} call */
function keep(call) {
  calls.set(call.id, call)
  for (const id of calls.keys()) {
    if (calls.size <= MAX_CALLS) return
    calls.delete(id)
  }
}

/**
 * Listens for calls for as long as the page is open. After a break, as when the emulator starts anew, it asks for all.
 *
 * @param {(id?: number) => void} changed with the number of the call, or of all
 * @param {(isLive: boolean) => void} tell
 */
export function watchCalls(changed, tell) {
  const stream = new EventSource('/_emulator/stream')
  stream.onopen = async () => {
    calls.clear()
    const all = await ask('calls')
    // What came meanwhile is newer than the answer.
    const came = [...calls.values()]
    calls.clear()
    for (const call of [...all, ...came]) keep(call)
    changed()
    tell(true)
  }
  stream.onmessage = ({ data }) => {
    const call = JSON.parse(data)
    keep(call)
    changed(call.id)
  }
  stream.onerror = () => tell(false)
}

/**
 * Asks the emulator again and again while an element is on the page, and draws what is new.
 *
 * @param {HTMLElement} element
 * @param {string} question
 * @param {(answer: any) => void} draw
 * @returns {() => Promise<void>} asks at once
 */
export function keepFresh(element, question, draw) {
  let shown = ''
  const refresh = async () => {
    const answer = await ask(question)
    const text = JSON.stringify(answer)
    if (text === shown) return
    shown = text
    draw(answer)
  }
  const timer = setInterval(() => {
    if (!element.isConnected) clearInterval(timer)
    // Whether the emulator is gone, the stream of calls tells.
    else if (!document.hidden) refresh().catch(() => {})
  }, EVERY)
  return refresh
}
