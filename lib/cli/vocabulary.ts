import { synonyms } from '../data/synonyms.js'
import { catalogue } from './catalogue.js'

/** A way to say what a word of a query means, and how much it counts to find that. */
export interface Wording {
  readonly text: string
  readonly weight: number
}

/** A word of a query. */
export interface Word {
  readonly text: string
  /** The word itself, then its synonyms. */
  readonly wordings: readonly Wording[]
  /** What it is made of; where the whole is not found, these may be. */
  readonly parts: () => readonly Word[]
  /** Says no more than that something is asked for. */
  readonly isFiller: boolean
  /** Stands in the vocabulary, or is long enough to be looked for; the 号 of 子商户号 is neither. */
  readonly isTelling: boolean
}

interface Vocabulary {
  /** By each known word, whatever says the same. */
  readonly wordings: ReadonlyMap<string, readonly Wording[]>
  readonly fillers: ReadonlySet<string>
  /** The longest known word's length. */
  readonly longest: number
}

/** What it counts to find a synonym, and one of the one-way words, instead of the word itself. */
const SAME = 0.9
const ALSO = 0.6
const HAN = /[\u3400-\u9fff]/
const LETTER = /[a-z0-9]/

let known: Vocabulary | undefined

/** One spelling of a text: lower case, half width; `mini-program`, `mini_program` and `miniProgram` are `mini program`. */
export function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\b[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+\b/g, (name) => name.replace(/[A-Z]/g, ' $&'))
    .toLowerCase()
    .replace(/[^\p{L}\p{N}/]+/gu, ' ')
    .trim()
}

/** The words of a text without spaces between them: the longest known ones, and whatever stands between those. */
export function wordsOf(text: string): readonly Word[] {
  return segment(plain(text), new Set())
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
    ...words.map((list) => list.map(plain)),
    ...products.flatMap((name) => plain(name).split(' ')).map((name) => [name]),
  ]
  const synonymsOf = new Map<string, ReadonlySet<string>>()
  for (const group of groups) {
    for (const word of group) synonymsOf.set(word, new Set([word, ...(synonymsOf.get(word) ?? []), ...group]))
  }
  const oneWay = new Map(Object.entries(also).map(([word, others]) => [plain(word), others.map(plain)]))
  const wordings = [...synonymsOf].map(([word, same]): [string, readonly Wording[]] => {
    const others = [...same].flatMap((one) => oneWay.get(one) ?? [])
    const reached = new Set(others.flatMap((one) => [one, ...(synonymsOf.get(one) ?? [])]))
    const weightOf = (text: string): number => (text === word ? 1 : same.has(text) ? SAME : ALSO)
    return [word, [...new Set([...same, ...reached])].map((text) => ({ text, weight: weightOf(text) }))]
  })
  const plainFillers = fillers.map(plain)
  return {
    wordings: new Map(wordings),
    fillers: new Set(plainFillers),
    longest: Math.max(...[...synonymsOf.keys(), ...plainFillers].map((word) => word.length)),
  }
}

/** Where the known words of a plain text stand, from and to. */
export function spansOf(text: string): readonly (readonly [from: number, to: number])[] {
  let at = 0
  return segment(text, new Set()).flatMap((word) => {
    const from = text.indexOf(word.text, at)
    at = from + word.text.length
    return vocabulary().wordings.has(word.text) ? [[from, at] as const] : []
  })
}

/** @param without words not to be known here, because it is they that are taken apart */
function segment(text: string, without: ReadonlySet<string>): Word[] {
  const words: Word[] = []
  let unknown = ''
  const flush = (): void => {
    if (unknown !== '') words.push(unknownWord(unknown))
    unknown = ''
  }
  for (let at = 0; at < text.length; ) {
    const known = knownAt(text, at, without)
    const found = known ?? lettersAt(text, at)
    if (found) {
      flush()
      words.push(known ? knownWord(known, without) : literalWord(found))
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

/** The longest known word that stands at a place; one of letters has to end where letters end. */
function knownAt(text: string, at: number, without: ReadonlySet<string>): string | undefined {
  const { wordings, fillers, longest } = vocabulary()
  for (let length = Math.min(longest, text.length - at); length > 0; length--) {
    const word = text.slice(at, at + length)
    if (without.has(word) || cutsLetters(text, at) || cutsLetters(text, at + length)) continue
    if (wordings.has(word) || wordings.has(singular(word)) || fillers.has(word)) return word
  }
  return undefined
}

const cutsLetters = (text: string, at: number): boolean =>
  LETTER.test(text[at - 1] ?? '') && LETTER.test(text[at] ?? '')

const lettersAt = (text: string, at: number): string | undefined => /^[a-z0-9]+/.exec(text.slice(at))?.[0]

function knownWord(text: string, without: ReadonlySet<string>): Word {
  const { wordings, fillers } = vocabulary()
  const isFiller = fillers.has(text)
  return {
    text,
    wordings: wordings.get(text) ?? wordings.get(singular(text)) ?? [{ text, weight: 1 }],
    parts: () => partsOf(text, new Set([...without, text, singular(text)])),
    isFiller,
    isTelling: !isFiller,
  }
}

/** The words that a known word is made of, unless a single character of it is none. */
function partsOf(text: string, without: ReadonlySet<string>): Word[] {
  const all = segment(text, without)
  const isWhole = all.length > 1 && all.every(({ isTelling, isFiller }) => isTelling || isFiller)
  return isWhole ? all.filter(({ isTelling }) => isTelling) : []
}

const literalWord = (text: string): Word => ({
  text,
  wordings: [{ text: singular(text), weight: 1 }],
  parts: () => [],
  isFiller: false,
  isTelling: true,
})

/** A run of Chinese characters that no word is known in: found as a whole, or else by most of its pairs. */
function unknownWord(text: string): Word {
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
