import { synonyms } from '../../data/synonyms.js'
import { catalogue } from './catalogue.js'

/** A word of a query. */
export interface QueryWord {
  readonly text: string
  /** The word itself and its synonyms, each with the weight of a match. */
  readonly wordings: ReadonlyMap<string, number>
}

interface Vocabulary {
  readonly wordings: ReadonlyMap<string, ReadonlyMap<string, number>>
  /** Words that say no more than that something is asked for, such as 怎么. */
  readonly fillers: ReadonlySet<string>
  /** Any known word, the longest that fits. */
  readonly pattern: RegExp
}

const SYNONYM_WEIGHT = 0.9
const ONE_WAY_WEIGHT = 0.6
const LETTERS = /[a-z0-9]+/g

let known: Vocabulary | undefined

/** Normalizes a text: lower case, half width, singular; `mini-program`, `mini_program` and `miniProgram` are the same. */
export function normalizeText(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\b[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+\b/g, (name) => name.replace(/[A-Z]/g, ' $&'))
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(LETTERS, singular)
    .trim()
}

const singular = (word: string): string =>
  word
    .replace(/ies$/, 'y')
    .replace(/(ch|sh|x|ss)es$/, '$1')
    .replace(/([^su])s$/, '$1')

/** Splits a text into words: the known ones, and what is between those. Fillers are left out, unless there is nothing else. */
export function wordsOf(text: string): readonly QueryWord[] {
  known ??= readVocabulary()
  const { wordings, fillers, pattern } = known
  const words = normalizeText(text)
    .split(pattern)
    .flatMap((piece) => (wordings.has(piece) || fillers.has(piece) ? [piece] : (piece.match(UNKNOWN) ?? [])))
  const telling = words.filter((word) => !fillers.has(word))
  return (telling.length > 0 ? telling : words).map((word) => ({
    text: word,
    wordings: wordings.get(word) ?? new Map([[word, 1]]),
  }))
}

/** A word of letters, or several Chinese characters: a single one, such as the 号 of 子商户号, tells nothing. */
const UNKNOWN = /[a-z0-9]+|[^a-z0-9\s]{2,}/g

function readVocabulary(): Vocabulary {
  const { words, also, fillers } = JSON.parse(synonyms) as {
    readonly words: readonly (readonly string[])[]
    readonly also: Readonly<Record<string, readonly string[]>>
    readonly fillers: readonly string[]
  }
  const products = catalogue().flatMap((endpoint) => endpoint.products)
  const same = new Map<string, ReadonlySet<string>>()
  for (const list of [...words, ...products.map((name) => [name])]) {
    const group = list.flatMap(spellingsOf)
    for (const word of group) same.set(word, new Set([word, ...(same.get(word) ?? []), ...group]))
  }
  const oneWay = new Map(
    Object.entries(also).map(([word, others]) => [normalizeText(word), others.flatMap(spellingsOf)]),
  )
  const wordings = [...same].map(([word, group]) => {
    const others = [...group].flatMap((one) => oneWay.get(one) ?? [])
    const weights = [
      ...others.map((one) => [one, ONE_WAY_WEIGHT] as const),
      ...[...group].map((one) => [one, SYNONYM_WEIGHT] as const),
      [word, 1] as const,
    ]
    return [word, new Map(weights)] as const
  })
  const normalFillers = fillers.map(normalizeText)
  const longestFirst = [...same.keys(), ...normalFillers].sort((a, b) => b.length - a.length)
  return {
    wordings: new Map(wordings),
    fillers: new Set(normalFillers),
    pattern: new RegExp(`(${longestFirst.map(withBounds).join('|')})`),
  }
}

/** The spellings of a word: paths have `profitsharing` for `profit sharing`. */
function spellingsOf(word: string): string[] {
  const text = normalizeText(word)
  return /^[a-z0-9 ]+$/.test(text) ? [text, text.replaceAll(' ', '')] : [text]
}

/** The pattern of a word; where it begins or ends with letters, it does so where they begin or end. */
const withBounds = (word: string): string =>
  word.replace(/^(?=[a-z0-9])/, '(?<![a-z0-9])').replace(/(?<=[a-z0-9])$/, '(?![a-z0-9])')
