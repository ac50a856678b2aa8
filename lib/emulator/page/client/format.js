import { inChosen, word } from './words.js'

/** Fen as yuan, with separators. @param {number} [fen] */
export const yuan = (fen) =>
  fen === undefined
    ? ''
    : (fen / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** @param {number} time in milliseconds @param {Intl.DateTimeFormatOptions} options */
const formatted = (time, options) =>
  new Date(time).toLocaleString(inChosen('zh-CN', 'en-GB'), { hourCycle: 'h23', ...options })

/** @param {number} time in milliseconds */
export const clockTime = (time) => formatted(time, { timeStyle: 'medium' })

/** @param {number} time in milliseconds */
export const dateTime = (time) => formatted(time, { dateStyle: 'medium', timeStyle: 'medium' })

/** A time as one types it. @param {number} time in milliseconds */
export const plainTime = (time) => new Date(time).toLocaleString('sv-SE')

/** Both ends of something's life, one line each. @param {{ time?: number, ended?: number }} lived @param {string} end */
export const times = ({ time, ended }, end) =>
  [time && `${word('begun')} ${dateTime(time)}`, ended && `${word(end)} ${dateTime(ended)}`].filter(Boolean)

/** What a code of the API means; the code itself where nobody wrote that down. @param {string} kind @param {string} code */
export function meaning(kind, code) {
  const name = `${kind}.${code}`
  const found = word(name)
  return found === name ? code : found
}
