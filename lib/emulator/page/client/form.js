import { h } from './dom.js'
import { word } from './words.js'

/** @param {string} name @param {HTMLElement} field */
export const labelled = (name, field) => h('label', {}, word(name), field)

/** @param {string} name its word @param {Record<string, unknown>} [more] */
export const input = (name, more = {}) => labelled(name, h('input', { name, autocomplete: 'off', ...more }))

/**
 * @param {string} name
 * @param {string[]} values
 * @param {(value: string) => string} [wordOf]
 */
export const choice = (name, values, wordOf = (value) => value) =>
  h('select', { name }, ...values.map((value) => h('option', { value }, wordOf(value))))

/** What was filled in. @param {Event} event */
export function valuesOf(event) {
  event.preventDefault()
  const entries = new FormData(/** @type {HTMLFormElement} */ (event.target)).entries()
  return /** @type {Record<string, string>} */ (
    Object.fromEntries([...entries].filter(([, value]) => value !== ''))
  )
}

/**
 * @param {string} title
 * @param {...(Node | string)} content
 */
export const card = (title, ...content) =>
  h('section', { class: 'card' }, h('h2', {}, word(title)), ...content)
