import { said } from './chinese.js'
import { word } from './words.js'

/**
 * Makes an element. Properties that start with `on` are listeners; text is never taken for markup.
 *
 * @param {string} name
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node | string | number | undefined | null | false)} children
 */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue
    if (key.startsWith('on')) element.addEventListener(key.slice(2), /** @type {EventListener} */ (value))
    else element.setAttribute(key, value === true ? '' : String(value))
  }
  element.append(
    ...children.filter((child) => child !== undefined && child !== null && child !== false).map(toNode),
  )
  return element
}

/** @param {unknown} child */
const toNode = (child) => (child instanceof Node ? child : String(child))

/**
 * @param {string} path
 * @param {object} [input] posts it
 * @returns {Promise<any>}
 */
export async function ask(path, input) {
  const init = input && {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Emulator-Page': '1' },
    body: JSON.stringify(input),
  }
  const response = await fetch(`/_emulator/${path}`, init)
  const json = await response.json()
  if (!response.ok) throw new Error(json?.message ?? response.statusText)
  return json
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer

/** @param {string} text tells the person at the page, and whoever reads it aloud. */
export function say(text) {
  const status = document.getElementById('status')
  if (!status) return
  status.textContent = text
  clearTimeout(timer)
  timer = setTimeout(() => {
    status.textContent = ''
  }, 4_000)
}

/**
 * Does something and says how it went.
 *
 * @param {() => Promise<string | void>} work
 */
export async function attempt(work) {
  try {
    const told = await work()
    if (told) say(told)
  } catch (error) {
    say(messageOf(error))
  }
}

/** What is wrong, in the chosen language. @param {unknown} error */
export const messageOf = (error) => said(error instanceof Error ? error.message : String(error))

/** @param {string} text */
export function copyable(text) {
  const copy = () => attempt(() => navigator.clipboard.writeText(text).then(() => word('copied')))
  return h(
    'div',
    { class: 'copyable' },
    h('pre', { tabindex: 0 }, text),
    h('button', { type: 'button', onclick: copy }, word('copy')),
  )
}

/** @param {string} text JSON as people read it, anything else as it is */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
