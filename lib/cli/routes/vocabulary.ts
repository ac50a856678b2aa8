import { synonyms } from '../../data/synonyms.js'
import { catalogue } from './catalogue.js'

/** A word or synonym that is searched for, and the weight of a match. */
export interface SearchWording {
  readonly text: string
  readonly weight: number
}

export interface QueryWord {
  readonly text: string
  /** The word itself, then its synonyms. */
  readonly wordings: readonly SearchWording[]
  /** The words that it is made of, which are searched for where the whole is not found. */
  readonly parts: () => readonly QueryWord[]
  /** Whether it says no more than that something is asked for, such as 怎么. */
  readonly isFiller: boolean
  /** Whether it is in the vocabulary, or long enough to be searched for; the 号 of 子商户号 is neither. */
  readonly isTelling: boolean
}

interface Vocabulary {
  /** The word itself and its synonyms, by known word. */
  readonly wordings: ReadonlyMap<string, readonly SearchWording[]>
  readonly fillers: ReadonlySet<string>
  readonly longest: number
}

/** The weight of a synonym. */
const SYNONYM_WEIGHT = 0.9
/** The weight of a one-way synonym. */
const ONE_WAY_WEIGHT = 0.6
const HAN = /[\u3400-\u9fff]/
const LETTER = /[a-z0-9]/

let known: Vocabulary | undefined

/** Normalizes a text: lower case, half width; `mini-program`, `mini_program` and `miniProgram` become `mini program`. */
export function normalizeText(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\b[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+\b/g, (name) => name.replace(/[A-Z]/g, ' $&'))
    .toLowerCase()
    .replace(/[^\p{L}\p{N}/]+/gu, ' ')
    .trim()
}

/** Splits a text into words: the longest known ones, and what is between those. */
export function wordsOf(text: string): readonly QueryWord[] {
  return segment(normalizeText(text), new Set())
}

function vocabulary(): Vocabulary {
  known ??= readVocabulary()
  return known
}

function readVocabulary(): Vocabulary {
  const { words, also, fillers } = JSON.parse(synonyms) as {
    readonly words: readonly (readonly string[])[]
    readonly also: Readonly<Record<string, readonly string[]>>
    readonly fillers: readonly string[]
  }
  const products = catalogue().flatMap((endpoint) => endpoint.products)
  const groups = [
    ...words.map((list) => list.map(normalizeText)),
    ...products.flatMap((name) => normalizeText(name).split(' ')).map((name) => [name]),
  ]
  const synonymsOf = new Map<string, ReadonlySet<string>>()
  for (const group of groups) {
    for (const word of group) synonymsOf.set(word, new Set([word, ...(synonymsOf.get(word) ?? []), ...group]))
  }
  const oneWay = new Map(
    Object.entries(also).map(([word, others]) => [normalizeText(word), others.map(normalizeText)]),
  )
  const wordings = [...synonymsOf].map(([word, same]): [string, readonly SearchWording[]] => {
    const others = [...same].flatMap((one) => oneWay.get(one) ?? [])
    const reached = new Set(others.flatMap((one) => [one, ...(synonymsOf.get(one) ?? [])]))
    const weightOf = (text: string): number =>
      text === word ? 1 : same.has(text) ? SYNONYM_WEIGHT : ONE_WAY_WEIGHT
    return [word, [...new Set([...same, ...reached])].map((text) => ({ text, weight: weightOf(text) }))]
  })
  const normalFillers = fillers.map(normalizeText)
  return {
    wordings: new Map(wordings),
    fillers: new Set(normalFillers),
    longest: Math.max(...[...synonymsOf.keys(), ...normalFillers].map((word) => word.length)),
  }
}

/** The positions of the known words in a normalized text. */
export function spansOf(text: string): readonly (readonly [from: number, to: number])[] {
  let at = 0
  return segment(text, new Set()).flatMap((word) => {
    const from = text.indexOf(word.text, at)
    at = from + word.text.length
    return vocabulary().wordings.has(word.text) ? [[from, at] as const] : []
  })
}

/** @param excluded the words that do not count as known, because they are being taken apart */
function segment(text: string, excluded: ReadonlySet<string>): QueryWord[] {
  const words: QueryWord[] = []
  let unknown = ''
  const flush = (): void => {
    if (unknown !== '') words.push(unknownWord(unknown))
    unknown = ''
  }
  for (let at = 0; at < text.length; ) {
    const known = knownAt(text, at, excluded)
    const found = known ?? lettersAt(text, at)
    if (found) {
      flush()
      words.push(known ? knownWord(known, excluded) : literalWord(found))
      at += found.length
    } else {
      if (text[at] === ' ') flush()
      else unknown += text[at]
      at++
    }
  }
  flush()
  return words
}

/** The longest known word at a position; one of letters has to end where the letters end. */
function knownAt(text: string, at: number, excluded: ReadonlySet<string>): string | undefined {
  const { wordings, fillers, longest } = vocabulary()
  for (let length = Math.min(longest, text.length - at); length > 0; length--) {
    const word = text.slice(at, at + length)
    if (excluded.has(word) || cutsLetters(text, at) || cutsLetters(text, at + length)) continue
    if (wordings.has(word) || wordings.has(singular(word)) || fillers.has(word)) return word
  }
  return undefined
}

const cutsLetters = (text: string, at: number): boolean =>
  LETTER.test(text[at - 1] ?? '') && LETTER.test(text[at] ?? '')

const lettersAt = (text: string, at: number): string | undefined => /^[a-z0-9]+/.exec(text.slice(at))?.[0]

function knownWord(text: string, excluded: ReadonlySet<string>): QueryWord {
  const { wordings, fillers } = vocabulary()
  const isFiller = fillers.has(text)
  return {
    text,
    wordings: wordings.get(text) ?? wordings.get(singular(text)) ?? [{ text, weight: 1 }],
    parts: () => partsOf(text, new Set([...excluded, text, singular(text)])),
    isFiller,
    isTelling: !isFiller,
  }
}

/** The words that a known word is made of; none where a character is left over. */
function partsOf(text: string, excluded: ReadonlySet<string>): QueryWord[] {
  const all = segment(text, excluded)
  const isWhole = all.length > 1 && all.every(({ isTelling, isFiller }) => isTelling || isFiller)
  return isWhole ? all.filter(({ isTelling }) => isTelling) : []
}

const literalWord = (text: string): QueryWord => ({
  text,
  wordings: [{ text: singular(text), weight: 1 }],
  parts: () => [],
  isFiller: false,
  isTelling: true,
})

/** A run of Chinese characters without a known word in it: it matches as a whole, or else by most of its pairs. */
function unknownWord(text: string): QueryWord {
  const pairs = [...text].slice(1).map((_, at) => text.slice(at, at + 2))
  return {
    text,
    wordings: [{ text, weight: 1 }],
    parts: () => (pairs.length > 1 ? pairs.map(unknownWord) : []),
    isFiller: false,
    isTelling: text.length > 1,
  }
}

const singular = (word: string): string =>
  HAN.test(word)
    ? word
    : word
        .replace(/ies$/, 'y')
        .replace(/(ch|sh|x|ss)es$/, '$1')
        .replace(/([^su])s$/, '$1')
