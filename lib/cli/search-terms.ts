import { matchRoutes } from '../catalog/match.js'
import { type Audience, type CataloguedEndpoint, catalogue } from './catalogue.js'
import { closeness, without } from './closeness.js'
import { readEndpoint, VERBS } from './endpoint.js'
import { plain, type Word, wordsOf } from './vocabulary.js'

/** An endpoint, and its texts as they are compared. */
export interface IndexedEndpoint {
  readonly endpoint: CataloguedEndpoint
  /** Its name, then what else people call it. */
  readonly names: readonly string[]
  readonly products: string
  /** The words that say whose it is. */
  readonly audience: string
  /** The literal segments of its path. */
  readonly path: string
  readonly placeholders: string
}

/** Something that a query asks for: a word, a path, or a page of the documentation. */
export interface Term {
  /** How well an endpoint has it, from 0 to 1. */
  readonly strength: (indexed: IndexedEndpoint) => number
  /** A name without it. */
  readonly without: (name: string) => string
  /** Whatever says the same. */
  readonly wordings: readonly string[]
}

/** What finds the endpoints of an audience. */
export const AUDIENCE_WORD: Readonly<Record<Audience, string>> = {
  merchant: '直连商户',
  partner: '服务商',
  brand: '品牌方',
  hk: '香港',
  global: '境外',
}

/** What it counts to be found in a field. */
const FIELD = { name: 1, product: 0.8, audience: 0.8, path: 0.75, verb: 0.75, placeholder: 0.4 } as const
/** What it counts that the parts of a word are found, where the word itself is not. */
const PARTS = 0.6
/** So many of the parts have to be found. */
const MOST = 0.6

/** What a query asks for, fillers left out unless there is nothing else. */
export function termsOf(query: readonly string[]): Term[] {
  const pieces = query.flatMap((text) => (CHAIN.test(text) ? [text] : text.trim().split(/\s+/)))
  const addresses = pieces.filter(isAddress)
  const words = wordsOf(pieces.filter((piece) => !isAddress(piece)).join(' '))
  const telling = words.filter(({ isTelling }) => isTelling)
  const asked = telling.length > 0 || addresses.length > 0 ? telling : words
  return [...addresses.map((word) => pageTerm(word) ?? pathTerm(word)), ...asked.map(wordTerm)]
}

/** A chain as it stands in code, which may have spaces in it. */
const CHAIN = /^(await\s+)?wxpay\b|^(v[23]|hk|brand)[.[]/

/** A path or URL, which is of ASCII alone, or the number of a page. */
const ADDRESS = /^[\x21-\x7e]*\/[\x21-\x7e]*$|^\d{9,}$/

const isAddress = (piece: string): boolean => CHAIN.test(piece) || ADDRESS.test(piece)

/** A page of the documentation, by its URL or the number at its end. */
function pageTerm(word: string): Term | undefined {
  if (!/^\d+$|^https?:\/\/pay\.weixin\.qq\.com\/(?!v\d\/)/.test(word)) return undefined
  const bare = (url: string): string => url.replace(/\/?([#?].*)?$/, '')
  const page = bare(word)
  const isPage = (url: string): boolean => bare(url) === page || bare(url).endsWith(`/${page}`)
  const strength = ({ endpoint: { docs, otherDocs } }: IndexedEndpoint): number =>
    Number([...docs, ...otherDocs].some(isPage))
  return { strength, without: (name) => name, wordings: [] }
}

/** A path or the beginning of one, with ids in it or placeholders; a URL, or a chain. */
function pathTerm(word: string): Term {
  const { path } = readEndpoint(word, undefined, false)
  const beginning = path.replace(/\/$/, '')
  const matched = new Set(
    VERBS.flatMap((verb) => matchRoutes(verb, path).map(({ template }) => `${verb} ${template}`)),
  )
  const strength = ({ endpoint }: IndexedEndpoint): number => {
    if (endpoint.path === path || matched.has(`${endpoint.verb} ${endpoint.path}`)) return 1
    if (endpoint.path.startsWith(beginning)) return 0.8
    return endpoint.path.includes(beginning) ? 0.6 : 0
  }
  return { strength, without: (name) => name, wordings: [] }
}

function wordTerm(word: Word): Term {
  return {
    strength: (indexed) => strengthOf(word, indexed),
    without: (name) => withoutWord(word, name),
    wordings: word.wordings.map(({ text }) => text),
  }
}

function strengthOf(word: Word, indexed: IndexedEndpoint): number {
  let best = word.text === indexed.endpoint.verb ? FIELD.verb : 0
  for (const { text, weight } of word.wordings) {
    if (weight > best) best = Math.max(best, weight * strengthOfWording(text, indexed))
  }
  if (best > 0) return best
  const parts = word.parts().map((part) => strengthOf(part, indexed))
  if (parts.filter((strength) => strength > 0).length < Math.max(1, parts.length * MOST)) return 0
  return (PARTS * parts.reduce((sum, strength) => sum + strength, 0)) / parts.length
}

function strengthOfWording(text: string, indexed: IndexedEndpoint): number {
  return Math.max(
    ...indexed.names.map((name) => FIELD.name * closeness(text, name)),
    FIELD.product * closeness(text, indexed.products),
    FIELD.audience * closeness(text, indexed.audience),
    FIELD.path * closeness(text, indexed.path),
    FIELD.placeholder * closeness(text, indexed.placeholders),
  )
}

function withoutWord({ wordings, parts }: Word, name: string): string {
  const rest = wordings.reduce((text, wording) => without(wording.text, text), name)
  return rest === name ? parts().reduce((text, part) => withoutWord(part, text), name) : rest
}

let indexed: readonly IndexedEndpoint[] | undefined

/** All endpoints, in the order of the catalogue. */
export function indexedCatalogue(): readonly IndexedEndpoint[] {
  indexed ??= catalogue().map((endpoint) => {
    const { name, otherNames, products, audience, path } = endpoint
    const placeholders = [...path.matchAll(/\{(\w+)\}/g)].map(([, placeholder]) => placeholder)
    return {
      endpoint,
      names: [name, ...otherNames].map(plain),
      products: plain(products.join(' ')),
      audience: audience.map((one) => AUDIENCE_WORD[one]).join(' '),
      path: plain(path.replace(/\{\w+\}/g, '')),
      placeholders: plain(placeholders.join(' ')),
    }
  })
  return indexed
}
