import type { EndpointDocument } from '../../catalog/document.js'
import { fieldsOf, isFields, isLeaf, isList, labelOf, leafOf } from '../../catalog/schema.js'
import { createRandom } from '../identity/random.js'
import type { ApiRequest } from '../routing/handler.js'
import { type SampleSource, sampleOf } from './sample.js'

/** The number of items in every list of samples: several pages, the last of them short. */
const TOTAL = 45
/** The number of items on a page where the request does not say. */
const PER_PAGE = 20

/** The fields that tell how many items there are at all. */
const TOTALS: ReadonlySet<string> = new Set(['total_count', 'total_num'])

/** The page that a request asks for. */
interface Page {
  /** Where it begins as the request says: the number of an item, or of the page. */
  readonly at: number
  readonly offset: number
  readonly limit: number
  readonly next: number
  /** The number of the page, the first of which is 1. */
  readonly index: number
}

/** The page by offset, number or token; `undefined` where an endpoint is not documented to have pages. */
function pageOf(
  { query, 'query?': optionalQuery, json, 'json?': optionalJson }: EndpointDocument,
  given: (name: string) => unknown,
): Page | undefined {
  const shape = query ?? optionalQuery ?? json ?? optionalJson ?? {}
  const names = new Map(
    isFields(shape) ? fieldsOf(shape).map(({ name, shape }) => [name, labelOf(shape)]) : [],
  )
  const [size] = ['limit', 'count', 'page_size'].filter((name) => names.has(name))
  const [start] = ['offset', 'page_index', 'page_token'].filter((name) => names.has(name))
  if (!size || !start) return undefined
  const limit = Number(given(size)) || PER_PAGE
  const at = Math.max(Number(given(start)) || 0, 0)
  const isNumbered = start === 'offset' && names.get(start)?.includes('页码')
  // The first page has the number 1 as an index, and 0 as an offset.
  const offset = start === 'page_index' ? Math.max(at - 1, 0) * limit : isNumbered ? at * limit : at
  const index = Math.floor(offset / limit) + 1
  return { at, offset, limit, index, next: Math.min(offset + limit, TOTAL) }
}

/**
 * A sample of a list with the page that the request asks for: what it says of offset, limit and total is so, and an item
 * is the same whichever page it is on. Any other sample has one item in each of its lists.
 */
export function pagedSampleOf(
  document: EndpointDocument,
  { template, query, json }: Pick<ApiRequest, 'template' | 'query' | 'json'>,
  source: SampleSource,
): unknown {
  const { json: shape = 'object' } = document.response
  const page = pageOf(document, (name) => query.get(name) ?? (Object(json) as Record<string, unknown>)[name])
  const fields = isFields(shape) ? fieldsOf(shape) : []
  const lists = fields.flatMap((field) =>
    isList(field.shape) ? [{ name: field.name, item: field.shape[0] }] : [],
  )
  const sample = sampleOf(shape, '', source)
  const [list] = lists
  if (!page || !list || lists.length > 1) return sample
  const indices = Array.from(
    { length: Math.max(page.next - page.offset, 0) },
    (_, index) => page.offset + index,
  )
  const items = indices.map((index) =>
    sampleOf(list.item, list.name, { ...source, ids: createRandom(`${template}/${index}`) }),
  )
  const counts = fields.flatMap(({ name: field, shape: leaf }) => {
    const value = countOf(field, page, items.length)
    if (value === undefined || !isLeaf(leaf)) return []
    return [[field, leafOf(leaf).type === 'string' ? String(value) : value] as const]
  })
  return { ...(sample as object), ...Object.fromEntries(counts), [list.name]: items }
}

/** What a field beside a list tells of its page; `undefined` where it tells something else. */
function countOf(name: string, { at, limit, next, index }: Page, count: number): number | string | undefined {
  if (TOTALS.has(name)) return TOTAL
  if (name === 'offset') return at
  if (name === 'limit' || name === 'page_size') return limit
  if (name === 'page_index') return index
  if (name === 'count') return count
  if (name === 'next_page_token') return next < TOTAL ? next : ''
  return undefined
}
