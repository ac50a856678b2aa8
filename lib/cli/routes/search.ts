import type { Verb } from '../../index.js'
import { type Audience, type CataloguedEndpoint, catalogue } from './catalogue.js'
import {
  AUDIENCE_WORD,
  type IndexedEndpoint,
  indexedCatalogue,
  type SearchTerm,
  termsOf,
} from './search-terms.js'
import { normalizeText, wordsOf } from './vocabulary.js'

export interface SearchResult {
  /** The endpoints that match, the best first. */
  readonly endpoints: readonly CataloguedEndpoint[]
  /** Whether each of them matches all terms; where none does, these match most of them. */
  readonly isComplete: boolean
}

interface ScoredEndpoint {
  readonly endpoint: CataloguedEndpoint
  readonly isComplete: boolean
  readonly score: number
}

/** The part of the score that is lost the more a name says beyond the query. */
const FOCUS = 0.4
/** The weight of products, which say less of one endpoint than its name. */
const PRODUCT_WEIGHT = 0.3
/** The factor of a name that is just the query: less abroad, where names are those of the mainland and some more words. */
const EXACT = { mainland: 2, abroad: 1.5 }
/** The factor of an endpoint's audience. */
const AUDIENCE_FACTOR = { merchant: 1, partner: 0.85, brand: 0.8, hk: 0.65, global: 0.65 } as const
/** The factor where the catalogue names no audience, as for sandboxes. */
const NO_AUDIENCE_FACTOR = 0.65
/** The number of endpoints in the result where none matches all terms. */
const MAX_INCOMPLETE = 20

/**
 * Ranks the endpoints by how well they match the words, paths and pages of a query. A query without any gives all
 * endpoints in the order of the catalogue.
 */
export function search(query: readonly string[], verb?: Verb): SearchResult {
  const isWanted = (endpoint: CataloguedEndpoint): boolean => verb === undefined || endpoint.verb === verb
  const terms = termsOf(query)
  if (terms.length === 0) return { endpoints: catalogue().filter(isWanted), isComplete: true }
  const found = findAll(terms, normalizeText(query.join(' '))).filter(({ endpoint }) => isWanted(endpoint))
  const whole = found.filter(({ isComplete }) => isComplete)
  const isComplete = whole.length > 0
  const ranked = (isComplete ? whole : found).sort(byRank).map(({ endpoint }) => endpoint)
  return { endpoints: isComplete ? ranked : ranked.slice(0, MAX_INCOMPLETE), isComplete }
}

/**
 * Scores the endpoints that match any of the terms. A term that few endpoints match counts more than one that many match
 * (inverse document frequency).
 *
 * @param name the whole query as a name
 */
function findAll(terms: readonly SearchTerm[], name: string): ScoredEndpoint[] {
  const all = indexedCatalogue()
  const scores = terms.map(({ score }) => all.map(score))
  const weights = scores.map((column) => Math.log(1 + all.length / (1 + column.filter(isMatch).length)))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const asked = new Set(terms.flatMap(({ wordings }) => wordings))
  const whole = joined(name)
  const isExact = ({ names }: IndexedEndpoint): boolean => names.some((one) => joined(one) === whole)
  return all.flatMap((indexed, at) => {
    const row = scores.map((column) => column[at] ?? 0)
    if (!row.some(isMatch)) return []
    const { endpoint } = indexed
    const relevance = row.reduce((total, score, term) => total + score * (weights[term] ?? 0), 0) / sum
    const focus = 1 - FOCUS + FOCUS * focusOf(indexed, terms)
    const score =
      relevance *
      focus *
      (isExact(indexed) ? EXACT[isAbroad(endpoint) ? 'abroad' : 'mainland'] : 1) *
      likelihood(endpoint, asked)
    return { endpoint, isComplete: row.every(isMatch), score }
  })
}

const isAbroad = ({ audience }: CataloguedEndpoint): boolean =>
  audience.includes('hk') || audience.includes('global')

const isMatch = (score: number): boolean => score > 0

const joined = (text: string): string => text.replaceAll(' ', '')

/** The share of an endpoint's name, or of its products, that the query asks for: from 0 to 1, of the name that fits best. */
function focusOf({ names, products }: IndexedEndpoint, terms: readonly SearchTerm[]): number {
  return Math.max(...names.map((name) => shareOf(name, terms)), PRODUCT_WEIGHT * shareOf(products, terms))
}

/** The share of a name that the terms cover; fillers in it do not count. */
function shareOf(name: string, terms: readonly SearchTerm[]): number {
  const rest = terms.reduce((text, term) => term.removeFrom(text), name)
  const asked = joined(name).length - joined(rest).length
  if (asked === 0) return 0
  const others = wordsOf(rest).filter(({ isFiller }) => !isFiller)
  return asked / others.reduce((total, { text }) => total + joined(text).length, asked)
}

/**
 * How likely merchants look for an endpoint, whatever the query.
 *
 * @param asked the wordings of the query
 */
function likelihood(endpoint: CataloguedEndpoint, asked: ReadonlySet<string>): number {
  const { path, verb, audience, isLimited, everyday, docs, otherDocs } = endpoint
  return (
    audienceFactor(audience, asked) *
    (path.startsWith('v2/') && !asked.has('v2') ? 0.75 : 1) *
    (isLimited ? 0.9 : 1) *
    (everyday === undefined ? 1 : 1.2) *
    (verb === 'delete' ? 0.95 : 1) *
    // An endpoint has a page for each product that it is part of, so many pages mean wide use.
    (1 + 0.03 * Math.log2(1 + docs.length + otherDocs.length))
  )
}

/** The factor of an audience: highest for the one that the query names, or else for merchants in the mainland. */
function audienceFactor(audience: readonly Audience[], asked: ReadonlySet<string>): number {
  const wanted = audience.filter((one) => asked.has(AUDIENCE_WORD[one]))
  if (wanted.length > 0)
    return wanted.length === audience.length ? AUDIENCE_FACTOR.merchant : AUDIENCE_FACTOR.partner
  return audience.length > 0 ? Math.max(...audience.map((one) => AUDIENCE_FACTOR[one])) : NO_AUDIENCE_FACTOR
}

/** Closed endpoints come last. Of two with the same score, the everyday one comes first, then the one with the shorter path. */
function byRank(a: ScoredEndpoint, b: ScoredEndpoint): number {
  const rank = ({ endpoint: { everyday = Number.MAX_SAFE_INTEGER } }: ScoredEndpoint): number => everyday
  const depth = ({ endpoint: { path } }: ScoredEndpoint): number => path.split('/').length
  const closed = Number(a.endpoint.isClosed) - Number(b.endpoint.isClosed)
  return closed || b.score - a.score || rank(a) - rank(b) || depth(a) - depth(b)
}
