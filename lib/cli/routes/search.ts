import MiniSearch, { type Query, type SearchOptions } from 'minisearch'
import { matchRoutes } from '../../catalog/match.js'
import type { Verb } from '../../index.js'
import { readEndpoint, VERBS } from '../endpoint.js'
import { type Audience, type CataloguedEndpoint, catalogue } from './catalogue.js'
import { normalizeText, type QueryWord, wordsOf } from './vocabulary.js'

export interface SearchResult {
  /** The endpoints that match, the best first. */
  readonly endpoints: readonly CataloguedEndpoint[]
  /** Whether each of them matches all words; where none does, these match some. */
  readonly isComplete: boolean
}

/** The words that find the endpoints of an audience. */
const AUDIENCE_WORD: Readonly<Record<Audience, string>> = {
  merchant: '直连商户',
  partner: '服务商',
  brand: '品牌方',
  hk: '香港',
  global: '境外',
}
/** The factor of an endpoint's audience. */
const AUDIENCE_FACTOR = { merchant: 1, partner: 0.85, brand: 0.8, hk: 0.65, global: 0.65 } as const
/** The factor where the catalogue names no audience, as for sandboxes. */
const NO_AUDIENCE_FACTOR = 0.65
/** How matches count: a name that says little beyond the query most, and a long word also where it begins another. */
const OPTIONS: SearchOptions = {
  tokenize: (term) => [term],
  boost: { name: 1.5, otherNames: 12, products: 0.3, audience: 0.3, path: 0.2, verb: 0.2, placeholders: 0.1 },
  bm25: { k: 8, b: 1, d: 0.1 },
  prefix: (term) => /^[a-z0-9]{4,}$/.test(term),
  weights: { prefix: 0.35, fuzzy: 0.2 },
}
/** What is tried where nothing matches: one wrong letter in five. */
const TYPOS: SearchOptions = { fuzzy: (term) => (/^[a-z]{5,}$/.test(term) ? 0.2 : false) }
/** The number of endpoints in the result where none matches all words. */
const MAX_INCOMPLETE = 20

let index: MiniSearch | undefined

/**
 * Ranks the endpoints by how well they match the words, paths and pages of a query. A query without any gives all
 * endpoints in the order of the catalogue.
 */
export function search(query: readonly string[], verb?: Verb): SearchResult {
  const pieces = query.flatMap((text) => (CHAIN.test(text) ? [text] : text.trim().split(/\s+/)))
  const addresses = pieces.filter(isAddress).map(addressScore)
  const words = wordsOf(pieces.filter((piece) => !isAddress(piece)).join(' '))
  const isWanted = (endpoint: CataloguedEndpoint): boolean => verb === undefined || endpoint.verb === verb
  if (addresses.length + words.length === 0) {
    return { endpoints: catalogue().filter(isWanted), isComplete: true }
  }
  const asked: Asked = {
    name: joined(query.join(' ')),
    wordings: new Set(words.flatMap(({ wordings }) => [...wordings.keys()])),
  }
  const whole = find(words.length > 0 ? queryOf(words, 'AND') : MiniSearch.wildcard, (endpoint) =>
    addresses.reduce((factor, scoreOf) => factor * scoreOf(endpoint), likelihood(endpoint, asked)),
  ).filter(isWanted)
  if (whole.length > 0 || words.length === 0) return { endpoints: whole, isComplete: whole.length > 0 }
  const some = find(queryOf(words, 'OR'), (endpoint) => likelihood(endpoint, asked), TYPOS).filter(isWanted)
  return { endpoints: some.slice(0, MAX_INCOMPLETE), isComplete: false }
}

/** A chain as it is written in code, which may have spaces in it. */
const CHAIN = /^(await\s+)?wxpay\b|^(v[23]|hk|brand)[.[]/

/** A path or URL of ASCII characters, or the number of a page. */
const ADDRESS = /^[\x21-\x7e]*\/[\x21-\x7e]*$|^\d{9,}$/

const isAddress = (piece: string): boolean => CHAIN.test(piece) || ADDRESS.test(piece)

/** Scores, from 0 to 1, whether an endpoint is meant by an address: that of a page of the documentation, or a path. */
function addressScore(address: string): (endpoint: CataloguedEndpoint) => number {
  if (/^\d+$|^https?:\/\/pay\.weixin\.qq\.com\/(?!v\d\/)/.test(address)) {
    const bare = (url: string): string => url.replace(/\/?([#?].*)?$/, '')
    const page = bare(address)
    const isPage = (url: string): boolean => bare(url) === page || bare(url).endsWith(`/${page}`)
    return ({ docs, otherDocs }) => Number([...docs, ...otherDocs].some(isPage))
  }
  // A path or its beginning, with ids or placeholders in it, a URL or a chain.
  const { path } = readEndpoint(address, undefined, false)
  const beginning = path.replace(/\/$/, '')
  const matched = new Set(
    VERBS.flatMap((verb) => matchRoutes(verb, path).map(({ template }) => `${verb} ${template}`)),
  )
  return (endpoint) => {
    if (endpoint.path === path || matched.has(`${endpoint.verb} ${endpoint.path}`)) return 1
    if (endpoint.path.startsWith(beginning)) return 0.1
    return endpoint.path.includes(beginning) ? 0.01 : 0
  }
}

/** Endpoints that match all words, or some; of a word, any wording does, and of a wording, all of its tokens count. */
function queryOf(words: readonly QueryWord[], combineWith: 'AND' | 'OR'): Query {
  const queries = words.map(
    ({ wordings }): Query => ({
      combineWith: 'OR',
      queries: [...wordings].map(([wording, weight]): Query => {
        const tokens = tokensOf(wording)
        return { combineWith, queries: tokens, boostTerm: () => weight / tokens.length }
      }),
    }),
  )
  return { combineWith, queries }
}

/**
 * The endpoints that a query finds, the best first, closed ones last.
 *
 * @param factorOf the factor of an endpoint's score; one with 0 is not meant
 */
function find(
  query: Query,
  factorOf: (endpoint: CataloguedEndpoint) => number,
  options?: SearchOptions,
): CataloguedEndpoint[] {
  index ??= createIndex()
  const all = catalogue()
  const factors = all.map(factorOf)
  const endpoints = index
    .search(query, { ...OPTIONS, ...options, boostDocument: (id: number) => factors[id] ?? 0 })
    .flatMap(({ id, score }) => (score > 0 ? (all[id] ?? []) : []))
  return [...endpoints.filter(({ isClosed }) => !isClosed), ...endpoints.filter(({ isClosed }) => isClosed)]
}

function createIndex(): MiniSearch {
  const created = new MiniSearch({
    fields: ['name', 'otherNames', 'products', 'audience', 'path', 'placeholders', 'verb'],
    tokenize: (text) => [...tokensOf(text), ...(text.match(HAN) ?? [])],
    processTerm: (term) => term,
  })
  created.addAll(
    catalogue().map(({ name, otherNames, products, audience, path, verb }, id) => ({
      ...{ id, name, verb },
      otherNames: otherNames.join(' '),
      products: products.join(' '),
      audience: audience.map((one) => AUDIENCE_WORD[one]).join(' '),
      path: path.replace(/\{\w+\}/g, ''),
      placeholders: path.match(/\{\w+\}/g)?.join(' '),
    })),
  )
  return created
}

const HAN = /[\u3400-\u9fff]/g

/** The words of a text that are of letters, and the pairs of its Chinese characters, which are written without spaces. */
function tokensOf(text: string): string[] {
  return (normalizeText(text).match(/[a-z0-9]+|[^a-z0-9\s]+/g) ?? []).flatMap((run) =>
    /^[a-z0-9]/.test(run) || run.length === 1
      ? [run]
      : [...run].slice(1).map((_, at) => run.slice(at, at + 2)),
  )
}

/** What a query asks for. */
interface Asked {
  /** All of it, as a name. */
  readonly name: string
  readonly wordings: ReadonlySet<string>
}

/** How likely an endpoint is what merchants look for. */
function likelihood(endpoint: CataloguedEndpoint, { name: asked, wordings }: Asked): number {
  const { path, name, otherNames, verb, audience, isLimited, everyday, docs, otherDocs } = endpoint
  return (
    audienceFactor(audience, wordings) *
    ([name, ...otherNames].some((one) => joined(one) === asked) ? 2 : 1) *
    (path.startsWith('v2/') && !wordings.has('v2') ? 0.5 : 1) *
    (isLimited ? 0.4 : 1) *
    (everyday === undefined ? 1 : 1 + 3.5 / (1 + everyday / 5)) *
    (verb === 'delete' ? 0.95 : 1) *
    // An endpoint has a page for each product that it is part of, so many pages mean wide use.
    (1 + 0.03 * Math.log2(1 + docs.length + otherDocs.length))
  )
}

const joined = (text: string): string => normalizeText(text).replaceAll(' ', '')

/** The factor of an audience: highest for the one that the query names, or else for merchants in the mainland. */
function audienceFactor(audience: readonly Audience[], asked: ReadonlySet<string>): number {
  const wanted = audience.filter((one) => asked.has(AUDIENCE_WORD[one]))
  if (wanted.length > 0)
    return wanted.length === audience.length ? AUDIENCE_FACTOR.merchant : AUDIENCE_FACTOR.partner
  return Math.max(
    ...audience.map((one) => AUDIENCE_FACTOR[one]),
    audience.length > 0 ? 0 : NO_AUDIENCE_FACTOR,
  )
}
