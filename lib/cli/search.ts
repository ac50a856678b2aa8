import type { Verb } from '../catalog/traits.js'
import { type Audience, type CataloguedEndpoint, catalogue } from './catalogue.js'
import { AUDIENCE_WORD, type IndexedEndpoint, indexedCatalogue, type Term, termsOf } from './search-terms.js'
import { plain, wordsOf } from './vocabulary.js'

/** What a search has found. */
export interface SearchResult {
  /** The best first. */
  readonly endpoints: readonly CataloguedEndpoint[]
  /** Whether each of them has all that was asked for; where none has, those with the most of it are given. */
  readonly isWhole: boolean
}

interface Found {
  readonly endpoint: CataloguedEndpoint
  readonly isWhole: boolean
  readonly score: number
}

/** How much of the score depends on whether an endpoint's name says more than was asked for. */
const FOCUS = 0.4
/** Products say less of one endpoint than its name. */
const PRODUCT = 0.3
/** What it counts to be called just what was asked for: less abroad, where names are those of the mainland with more said. */
const EXACT = { mainland: 2, abroad: 1.5 }
/** What it counts whose an endpoint is. */
const AUDIENCE = { merchant: 1, partner: 0.85, brand: 0.8, hk: 0.65, global: 0.65 } as const
/** The same where the catalogue does not say, as of sandboxes. */
const NO_AUDIENCE = 0.65
/** As many are given where none has all that was asked for. */
const FEW = 20

/**
 * Ranks the endpoints by what they have of a query's words, paths and pages; without any, they are all of them in the
 * order of the catalogue.
 */
export function search(query: readonly string[], verb?: Verb): SearchResult {
  const isWanted = (endpoint: CataloguedEndpoint): boolean => verb === undefined || endpoint.verb === verb
  const terms = termsOf(query)
  if (terms.length === 0) return { endpoints: catalogue().filter(isWanted), isWhole: true }
  const found = findAll(terms, plain(query.join(' '))).filter(({ endpoint }) => isWanted(endpoint))
  const whole = found.filter(({ isWhole }) => isWhole)
  const isWhole = whole.length > 0
  const ranked = (isWhole ? whole : found).sort(byRank).map(({ endpoint }) => endpoint)
  return { endpoints: isWhole ? ranked : ranked.slice(0, FEW), isWhole }
}

/**
 * Scores the endpoints that have any of the terms. A term that few endpoints have counts more than one that many have
 * (inverse document frequency).
 *
 * @param name the whole query as a name
 */
function findAll(terms: readonly Term[], name: string): Found[] {
  const all = indexedCatalogue()
  const strengths = terms.map(({ strength }) => all.map(strength))
  const weights = strengths.map((column) => Math.log(1 + all.length / (1 + column.filter(isFound).length)))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const asked = new Set(terms.flatMap(({ wordings }) => wordings))
  const whole = joined(name)
  const isExact = ({ names }: IndexedEndpoint): boolean => names.some((one) => joined(one) === whole)
  return all.flatMap((indexed, at) => {
    const row = strengths.map((column) => column[at] ?? 0)
    if (!row.some(isFound)) return []
    const { endpoint } = indexed
    const relevance = row.reduce((total, strength, term) => total + strength * (weights[term] ?? 0), 0) / sum
    const focus = 1 - FOCUS + FOCUS * focusOf(indexed, terms)
    const score =
      relevance *
      focus *
      (isExact(indexed) ? EXACT[isAbroad(endpoint) ? 'abroad' : 'mainland'] : 1) *
      usualness(endpoint, asked)
    return { endpoint, isWhole: row.every(isFound), score }
  })
}

const isAbroad = ({ audience }: CataloguedEndpoint): boolean =>
  audience.includes('hk') || audience.includes('global')

const isFound = (strength: number): boolean => strength > 0

const joined = (text: string): string => text.replaceAll(' ', '')

/** How much of what an endpoint is called, or its products are, was asked for: from 0 to 1, of the name that fits best. */
function focusOf({ names, products }: IndexedEndpoint, terms: readonly Term[]): number {
  return Math.max(...names.map((name) => shareOf(name, terms)), PRODUCT * shareOf(products, terms))
}

/** The part of a name that was asked for; its fillers do not count. */
function shareOf(name: string, terms: readonly Term[]): number {
  const rest = terms.reduce((text, term) => term.without(text), name)
  const asked = joined(name).length - joined(rest).length
  if (asked === 0) return 0
  const others = wordsOf(rest).filter(({ isFiller }) => !isFiller)
  return asked / others.reduce((total, { text }) => total + joined(text).length, asked)
}

/**
 * How likely an endpoint is the one that is looked for, whatever its words.
 *
 * @param asked the wordings of what was asked for
 */
function usualness(endpoint: CataloguedEndpoint, asked: ReadonlySet<string>): number {
  const { path, verb, audience, isLimited, everyday, docs, otherDocs } = endpoint
  return (
    fitness(audience, asked) *
    (path.startsWith('v2/') && !asked.has('v2') ? 0.75 : 1) *
    (isLimited ? 0.9 : 1) *
    (everyday === undefined ? 1 : 1.2) *
    (verb === 'delete' ? 0.95 : 1) *
    // Each product that an endpoint is part of has a page for it.
    (1 + 0.03 * Math.log2(1 + docs.length + otherDocs.length))
  )
}

/** How well an audience is the one that was asked for; where none was, that is a merchant in the mainland. */
function fitness(audience: readonly Audience[], asked: ReadonlySet<string>): number {
  const wanted = audience.filter((one) => asked.has(AUDIENCE_WORD[one]))
  if (wanted.length > 0) return wanted.length === audience.length ? AUDIENCE.merchant : AUDIENCE.partner
  return audience.length > 0 ? Math.max(...audience.map((one) => AUDIENCE[one])) : NO_AUDIENCE
}

/** What is closed comes last. Of two that fit equally, the one of every day comes first, then the one higher in the tree. */
function byRank(a: Found, b: Found): number {
  const place = ({ endpoint: { everyday = Number.MAX_SAFE_INTEGER } }: Found): number => everyday
  const depth = ({ endpoint: { path } }: Found): number => path.split('/').length
  const closed = Number(a.endpoint.isClosed) - Number(b.endpoint.isClosed)
  return closed || b.score - a.score || place(a) - place(b) || depth(a) - depth(b)
}
