import { matchRoutes } from '../../catalog/match.js'
import { readEndpoint, VERBS } from '../endpoint.js'
import { type Audience, type CataloguedEndpoint, catalogue } from './catalogue.js'
import { matchScore, removeWording } from './match-score.js'
import { normalizeText, type QueryWord, wordsOf } from './vocabulary.js'

/** An endpoint, with its texts normalized for comparing. */
export interface IndexedEndpoint {
  readonly endpoint: CataloguedEndpoint
  /** Its name, then its other names. */
  readonly names: readonly string[]
  readonly products: string
  /** The words for its audience. */
  readonly audience: string
  /** The segments of its path that are no placeholders. */
  readonly path: string
  readonly placeholders: string
}

/** Something that a query asks for: a word, a path, or a page of the documentation. */
export interface SearchTerm {
  /** Scores how well an endpoint matches, from 0 to 1. */
  readonly score: (indexed: IndexedEndpoint) => number
  /** Removes the term from a name. */
  readonly removeFrom: (name: string) => string
  /** The word itself and its synonyms. */
  readonly wordings: readonly string[]
}

/** The words that find the endpoints of an audience. */
export const AUDIENCE_WORD: Readonly<Record<Audience, string>> = {
  merchant: '直连商户',
  partner: '服务商',
  brand: '品牌方',
  hk: '香港',
  global: '境外',
}

/** The weight of a match in each text of an endpoint. */
const FIELD_WEIGHT = {
  name: 1,
  product: 0.8,
  audience: 0.8,
  path: 0.75,
  verb: 0.75,
  placeholder: 0.4,
} as const
/** The weight of the parts of a word that does not match as a whole. */
const PARTS_WEIGHT = 0.6
/** The share of the parts that has to match. */
const MIN_PARTS = 0.6

/** The terms of a query, without fillers unless there is nothing else. */
export function termsOf(query: readonly string[]): SearchTerm[] {
  const pieces = query.flatMap((text) => (CHAIN.test(text) ? [text] : text.trim().split(/\s+/)))
  const addresses = pieces.filter(isAddress)
  const words = wordsOf(pieces.filter((piece) => !isAddress(piece)).join(' '))
  const telling = words.filter(({ isTelling }) => isTelling)
  const asked = telling.length > 0 || addresses.length > 0 ? telling : words
  return [...addresses.map((word) => pageTerm(word) ?? pathTerm(word)), ...asked.map(wordTerm)]
}

/** A chain as it is written in code, which may have spaces in it. */
const CHAIN = /^(await\s+)?wxpay\b|^(v[23]|hk|brand)[.[]/

/** A path or URL of ASCII characters, or the number of a page. */
const ADDRESS = /^[\x21-\x7e]*\/[\x21-\x7e]*$|^\d{9,}$/

const isAddress = (piece: string): boolean => CHAIN.test(piece) || ADDRESS.test(piece)

/** A page of the documentation, by its URL or the number at its end. */
function pageTerm(word: string): SearchTerm | undefined {
  if (!/^\d+$|^https?:\/\/pay\.weixin\.qq\.com\/(?!v\d\/)/.test(word)) return undefined
  const bare = (url: string): string => url.replace(/\/?([#?].*)?$/, '')
  const page = bare(word)
  const isPage = (url: string): boolean => bare(url) === page || bare(url).endsWith(`/${page}`)
  const score = ({ endpoint: { docs, otherDocs } }: IndexedEndpoint): number =>
    Number([...docs, ...otherDocs].some(isPage))
  return { score, removeFrom: (name) => name, wordings: [] }
}

/** A path or its beginning, with ids or placeholders in it, a URL or a chain. */
function pathTerm(word: string): SearchTerm {
  const { path } = readEndpoint(word, undefined, false)
  const beginning = path.replace(/\/$/, '')
  const matched = new Set(
    VERBS.flatMap((verb) => matchRoutes(verb, path).map(({ template }) => `${verb} ${template}`)),
  )
  const score = ({ endpoint }: IndexedEndpoint): number => {
    if (endpoint.path === path || matched.has(`${endpoint.verb} ${endpoint.path}`)) return 1
    if (endpoint.path.startsWith(beginning)) return 0.8
    return endpoint.path.includes(beginning) ? 0.6 : 0
  }
  return { score, removeFrom: (name) => name, wordings: [] }
}

function wordTerm(word: QueryWord): SearchTerm {
  return {
    score: (indexed) => scoreWord(word, indexed),
    removeFrom: (name) => removeWord(word, name),
    wordings: word.wordings.map(({ text }) => text),
  }
}

function scoreWord(word: QueryWord, indexed: IndexedEndpoint): number {
  let best = word.text === indexed.endpoint.verb ? FIELD_WEIGHT.verb : 0
  for (const { text, weight } of word.wordings) {
    if (weight > best) best = Math.max(best, weight * scoreWording(text, indexed))
  }
  if (best > 0) return best
  const parts = word.parts().map((part) => scoreWord(part, indexed))
  if (parts.filter((score) => score > 0).length < Math.max(1, parts.length * MIN_PARTS)) return 0
  return (PARTS_WEIGHT * parts.reduce((sum, score) => sum + score, 0)) / parts.length
}

function scoreWording(text: string, indexed: IndexedEndpoint): number {
  return Math.max(
    ...indexed.names.map((name) => FIELD_WEIGHT.name * matchScore(text, name)),
    FIELD_WEIGHT.product * matchScore(text, indexed.products),
    FIELD_WEIGHT.audience * matchScore(text, indexed.audience),
    FIELD_WEIGHT.path * matchScore(text, indexed.path),
    FIELD_WEIGHT.placeholder * matchScore(text, indexed.placeholders),
  )
}

function removeWord({ wordings, parts }: QueryWord, name: string): string {
  const rest = wordings.reduce((text, wording) => removeWording(wording.text, text), name)
  return rest === name ? parts().reduce((text, part) => removeWord(part, text), name) : rest
}

let indexed: readonly IndexedEndpoint[] | undefined

/** All endpoints, in the order of the catalogue. */
export function indexedCatalogue(): readonly IndexedEndpoint[] {
  indexed ??= catalogue().map((endpoint) => {
    const { name, otherNames, products, audience, path } = endpoint
    const placeholders = [...path.matchAll(/\{(\w+)\}/g)].map(([, placeholder]) => placeholder)
    return {
      endpoint,
      names: [name, ...otherNames].map(normalizeText),
      products: normalizeText(products.join(' ')),
      audience: audience.map((one) => AUDIENCE_WORD[one]).join(' '),
      path: normalizeText(path.replace(/\{\w+\}/g, '')),
      placeholders: normalizeText(placeholders.join(' ')),
    }
  })
  return indexed
}
