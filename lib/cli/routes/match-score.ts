import { spansOf } from './vocabulary.js'

/** The scores of a match: as a word, at the beginning of a word, or within one. */
const SCORE = { word: 1, beginning: 0.85, inside: 0.6 } as const
/** The least length of a word of letters that matches part of a word: `app` must not match `apply`. */
const MIN_PARTIAL = 4

interface Pattern {
  /** A part that every matching text contains; looking for it is faster than the expressions. */
  readonly hint: string
  readonly word: RegExp
  readonly beginning?: RegExp
  readonly inside?: RegExp
}

const patterns = new Map<string, Pattern>()
const spans = new Map<string, ReturnType<typeof spansOf>>()

/** Scores how well a normalized text contains a wording, from 0 to 1. */
export function matchScore(wording: string, text: string): number {
  const { hint, word, beginning, inside } = patternOf(wording)
  if (!text.includes(hint)) return 0
  for (const { index, 0: found } of text.matchAll(word)) {
    if (!isAcrossWords(text, index, index + found.length)) return SCORE.word
  }
  if (beginning?.test(text)) return SCORE.beginning
  return inside?.test(text) ? SCORE.inside : 0
}

/** Removes a wording from a normalized text. */
export function removeWording(wording: string, text: string): string {
  return text.replace(patternOf(wording).word, ' ')
}

/** The pattern of a wording: `profit sharing` also matches `profitsharing`, and `refund` matches `refunds`. */
function patternOf(wording: string): Pattern {
  const known = patterns.get(wording)
  if (known) return known
  const [first = ''] = wording.split(' ')
  const source = wording.replaceAll(' ', ' ?')
  const left = /^[a-z0-9]/.test(wording) ? '(?<![a-z0-9])' : ''
  const right = /[a-z0-9]$/.test(wording) ? '(?:s|es)?(?![a-z0-9])' : ''
  const isLong = right !== '' && wording.length >= MIN_PARTIAL
  const pattern = {
    hint: first.replace(/y$/, ''),
    word: new RegExp(left + source.replace(/y$/, '(?:y|ie)') + right, 'g'),
    ...(isLong && { beginning: new RegExp(left + source), inside: new RegExp(source) }),
  }
  patterns.set(wording, pattern)
  return pattern
}

/** Whether a match is part of one known word and part of the next, as 账单 is in 转账单号 (转账, 单号). */
function isAcrossWords(text: string, from: number, to: number): boolean {
  const words = spans.get(text) ?? spansOf(text)
  spans.set(text, words)
  return words.some(
    ([start, end]) => (start < from && from < end && end < to) || (from < start && start < to && to < end),
  )
}
