import { spansOf } from './vocabulary.js'

/** What it counts to be found as a word, at the beginning of a word, or within one. */
const CLOSENESS = { word: 1, beginning: 0.85, inside: 0.6 } as const
/** Shorter words of letters have to be found as whole words: `app` is not the beginning of `apply`. */
const SHORT = 4

interface Pattern {
  /** What a text holds in any case that has it. */
  readonly hint: string
  readonly word: RegExp
  readonly beginning?: RegExp
  readonly inside?: RegExp
}

const patterns = new Map<string, Pattern>()
const spans = new Map<string, ReturnType<typeof spansOf>>()

/** How well a plain text has a wording, from 0 to 1. */
export function closeness(wording: string, text: string): number {
  const { hint, word, beginning, inside } = patternOf(wording)
  if (!text.includes(hint)) return 0
  for (const { index, 0: found } of text.matchAll(word)) {
    if (!isTorn(text, index, index + found.length)) return CLOSENESS.word
  }
  if (beginning?.test(text)) return CLOSENESS.beginning
  return inside?.test(text) ? CLOSENESS.inside : 0
}

/** A plain text without a wording. */
export function without(wording: string, text: string): string {
  return text.replace(patternOf(wording).word, ' ')
}

/** `profit sharing` is found as `profitsharing` too, and `refund` as `refunds`; Chinese has no borders between words. */
function patternOf(wording: string): Pattern {
  const known = patterns.get(wording)
  if (known) return known
  const [first = ''] = wording.split(' ')
  const source = wording.replaceAll(' ', ' ?')
  const left = /^[a-z0-9]/.test(wording) ? '(?<![a-z0-9])' : ''
  const right = /[a-z0-9]$/.test(wording) ? '(?:s|es)?(?![a-z0-9])' : ''
  const isLong = right !== '' && wording.length >= SHORT
  const pattern = {
    hint: first.replace(/y$/, ''),
    word: new RegExp(left + source.replace(/y$/, '(?:y|ie)') + right, 'g'),
    ...(isLong && { beginning: new RegExp(left + source), inside: new RegExp(source) }),
  }
  patterns.set(wording, pattern)
  return pattern
}

/** Whether what stands there is part of one known word and part of the next, as 账单 is in 转账 单号. */
function isTorn(text: string, from: number, to: number): boolean {
  const words = spans.get(text) ?? spansOf(text)
  spans.set(text, words)
  return words.some(
    ([start, end]) => (start < from && from < end && end < to) || (from < start && start < to && to < end),
  )
}
