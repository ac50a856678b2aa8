import { documentedPaths, readOutline } from '../lib/catalog/routes.js'
import type { Verb } from '../lib/catalog/traits.js'
import { docLinks } from './jsdoc.js'
import type { Catalogue, Endpoint, Synonyms } from './model.js'
import { outlineOf } from './outline.js'
import { type Files, textModule } from './write.js'

/**
 * What the offline search knows. `names` has one endpoint a line, in the order of the route tree, which has their paths.
 * With tabs between: its name; its rank among the endpoints of every day; what else people call it; its products; whose
 * it is, and its state; the documents that are shown; its other documents. Lists have `|` between, and documents are the
 * ends of their URLs behind {@link BASE}. `synonyms` has the words, one-way words and fillers of `synonyms.yaml` as JSON.
 */
export function nameFiles(catalogue: Catalogue): Files {
  const { synonyms } = catalogue
  checkSynonyms(synonyms, catalogue)
  const byKey = new Map(
    catalogue.endpoints.map((endpoint) => [keyOf(endpoint.verb, endpoint.template), endpoint]),
  )
  const inOrder = documentedPaths(readOutline(outlineOf(catalogue.endpoints))).flatMap(({ path, verbs }) =>
    verbs.flatMap((verb) => byKey.get(keyOf(verb, path.join('/'))) ?? []),
  )
  const lines = inOrder.map((endpoint) => lineOf(endpoint, synonyms))
  const { words, also, fillers } = synonyms
  return new Map([
    ['lib/data/names.js', textModule('names', lines.join('\n'))],
    ['lib/data/synonyms.js', textModule('synonyms', JSON.stringify({ words, also, fillers }))],
  ])
}

/**
 * Checks the synonyms against the catalogue.
 *
 * @throws {Error} when an endpoint of every day is not in it.
 */
function checkSynonyms({ everyday }: Synonyms, { endpoints }: Catalogue): void {
  const known = new Set(endpoints.map(({ verb, template }) => keyOf(verb, template)))
  for (const endpoint of Object.keys(everyday)) {
    if (!known.has(endpoint))
      throw new Error(`catalog/synonyms.yaml: everyday: ${endpoint} is not in the catalogue`)
  }
}

const keyOf = (verb: Verb, template: string): string => `${verb.toUpperCase()} ${template}`

function lineOf(endpoint: Endpoint, { everyday }: Synonyms): string {
  const { verb, template, name, products = [], docs = [] } = endpoint
  const key = keyOf(verb, template)
  const rank = Object.keys(everyday).indexOf(key)
  const shown = docLinks(docs).map((link) => /\((.*)\)$/.exec(link)?.[1] ?? link)
  const others = docs.filter((url) => !shown.includes(url))
  const marks = [...audienceOf(endpoint), ...statesOf(endpoint)]
  const lists = [everyday[key] ?? [], products, marks, shown.map(withoutBase), others.map(withoutBase)]
  const texts = lists.map((list) => list.join('|'))
  return [name, rank < 0 ? '' : String(rank + 1), ...texts].join('\t')
}

/** The callers of an endpoint: merchants, partners and brands in the mainland, or those at an access point abroad. */
export function audienceOf({ template, prefix, docs = [], modes = [] }: Endpoint): string[] {
  const path = prefix === undefined ? template : `${prefix}/${template}`
  if (/(^|\/)(global|oversea)\//.test(path)) return ['global']
  if (/^hk\//.test(path)) return ['hk']
  return (['merchant', 'partner', 'brand'] as const).filter((mode) => {
    return modes.includes(mode) || docs.some((url) => url.includes(`/${mode}/`))
  })
}

const CLOSED: ReadonlySet<string> = new Set(['deprecated', 'discarded', 'redesigned'])
const LIMITED: ReadonlySet<string> = new Set(['privated', 'need-accessment', 'need-tbt'])

/** `closed`: out of service, or replaced by another one; `limited`: not every merchant may call it. */
function statesOf({ flags = [] }: Endpoint): string[] {
  if (flags.some((flag) => CLOSED.has(flag))) return ['closed']
  return flags.some((flag) => LIMITED.has(flag)) ? ['limited'] : []
}

const BASE = 'https://pay.weixin.qq.com/'

const withoutBase = (url: string): string => (url.startsWith(BASE) ? url.slice(BASE.length) : url)
