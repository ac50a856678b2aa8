import { CODES } from './codes.js'
import { WORDS } from './dictionary.js'

/** @type {0 | 1} */
let chosen = 0

export function chooseLanguage() {
  const kept = /(?:^|; )emulator-language=(\w+)/.exec(document.cookie)?.[1]
  setLanguage((kept ?? navigator.language).startsWith('zh') ? 0 : 1)
}

/** @param {0 | 1} language */
export function setLanguage(language) {
  chosen = language
  document.documentElement.lang = language === 0 ? 'zh-CN' : 'en'
  for (const element of document.querySelectorAll('[data-word]')) {
    element.textContent = word(element.getAttribute('data-word') ?? '')
  }
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', word(element.getAttribute('data-label') ?? ''))
  }
  document.title = word('title')
}

export function otherLanguage() {
  const other = chosen === 0 ? 1 : 0
  // biome-ignore lint/suspicious/noDocumentCookie: the next emulator has another port and storage; cookies know no ports
  document.cookie = `emulator-language=${other === 0 ? 'zh' : 'en'}; Path=/; Max-Age=31536000; SameSite=Strict`
  setLanguage(other)
}

/** @param {string} name */
export function word(name) {
  return (WORDS[name] ?? CODES[name])?.[chosen] ?? name
}

/** @param {string} chinese @param {string} english */
export const inChosen = (chinese, english) => (chosen === 0 ? chinese : english)
