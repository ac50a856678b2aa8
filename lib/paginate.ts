import type { Arguments, CallOptions, Operation } from '../types/operation.js'
import { endpointOf, type TemplatedEndpoint } from './catalog/endpoint.js'
import { fieldNames } from './catalog/traits.js'
import { pathOf } from './chain/path-node.js'
import { NetworkError, RequestError, VerificationError } from './errors.js'
import { assertObject, fieldsOf, type RequestObject } from './pipeline/build.js'
import { isRecord } from './plain-object.js'

/** The request and the response of a node's list. */
type Listing<Node> = Node extends { get: Operation<infer Request, infer Response> }
  ? [Request, Response]
  : Node extends { post: Operation<infer Request, infer Response> }
    ? [Request, Response]
    : [object, unknown]

/** An item of the list in a response. */
type ItemOf<Response> = {
  [Name in keyof Response]-?: NonNullable<Response[Name]> extends readonly (infer Item)[] ? Item : never
}[keyof Response]

/** A list that comes in pages: where a page begins, how long it is, and where its items are. */
interface Paging {
  readonly endpoint: TemplatedEndpoint
  /** The part of the request that has both fields. */
  readonly part: string
  readonly start: string
  readonly size: string
  readonly items: string
  /** Whether `offset` is documented as the number of a page. */
  readonly isNumbered: boolean
  /** The names of encrypted fields of an item, whose texts differ each time. */
  readonly encrypted: ReadonlySet<string>
}

/**
 * All items of a list endpoint, page by page as they are asked for: the next page is fetched when the items of the one before have
 * been taken. It ends where the list does; leaving the loop, or `signal`, ends it before.
 *
 * `offset` and `limit` (or `page_index`, `page_token` and `page_size`) of the request say where to begin and how many to fetch at a time;
 * `offset` is the number of an item, or that of a page where the documentation calls it so (分页页码).
 * A list that changes meanwhile may show an item twice or not at all: the API has no snapshots.
 *
 * @param node the endpoint, without a verb: `wxpay.v3.merchantService.complaintsV2`
 * @throws {RequestError} for an endpoint that is no list in pages, and whatever its calls throw.
 * @example
 * ```ts
 * const query = { begin_date: '2026-11-01', end_date: '2026-11-30', limit: 50 }
 * for await (const complaint of paginate(wxpay.v3.merchantService.complaintsV2, { query })) console.log(complaint.complaint_id)
 * ```
 */
export function paginate<Node extends object>(
  node: Node,
  ...args: Arguments<Listing<Node>[0], CallOptions<undefined, undefined>>
): AsyncGenerator<ItemOf<Listing<Node>[1]>, void, undefined> {
  const [given = {}, ...others] = args as readonly unknown[]
  const paging = pagingOf(node)
  const { endpoint, part } = paging
  const { name, verb } = endpoint
  if (others.length > 0) {
    throw new RequestError(`${name}: paginate() takes an endpoint and one request object`)
  }
  const request = assertObject(endpoint, 'the request', given)
  const unlike = ['sink', 'responseType'].find((key) => request[key] !== undefined)
  if (unlike !== undefined) {
    throw new RequestError(`${name}: paginate() reads the items itself, and takes no ${unlike}`)
  }
  const send = (node as Record<string, Send>)[verb] as Send
  const fields = fieldsWithPlace(paging, request[part])
  return itemsOf(paging, { ...request, [part]: fields }, send) as ReturnType<typeof paginate<Node>>
}

type Send = (request: object) => Promise<{ readonly data: unknown }>

/** The fields among which the place of the page is set. */
function fieldsWithPlace({ endpoint, part }: Paging, given: unknown): RequestObject {
  if (given === undefined) return {}
  const fields = given instanceof URLSearchParams ? fieldsOf(given) : given
  return isRecord(fields) ? fields : assertObject(endpoint, part, fields)
}

async function* itemsOf(
  { endpoint: { name }, part, start, size, items, isNumbered, encrypted }: Paging,
  request: RequestObject,
  send: Send,
): AsyncGenerator<unknown, void, undefined> {
  const fields = request[part] as RequestObject
  const { signal } = request as { readonly signal?: AbortSignal }
  const isToken = start === 'page_token'
  const isIndex = start === 'page_index'
  const tokens = new Set<unknown>()
  let at = fields[start] === undefined && !isToken ? (isIndex ? 1 : 0) : fields[start]
  let isByPage = isIndex || isNumbered
  let seen = isByPage ? 0 : Number(at ?? 0)
  // The first page, for the second one to be compared with; empty from then on.
  let first: readonly unknown[] | undefined
  for (;;) {
    const { data } = await send({
      ...request,
      [part]: { ...fields, ...(at !== undefined && { [start]: at }) },
    })
    const page = isRecord(data) ? data : {}
    const list = page[items] ?? []
    if (!Array.isArray(list)) {
      throw new VerificationError(`${name}: ${items} is no list`, { code: 'ANSWER_INVALID' })
    }
    if (isNumbered && isByPage && first && isNextItem(first, list, encrypted)) {
      // It counts items all the same, and is asked for those behind the first page.
      isByPage = false
      seen = Number(at) - 1 + first.length
      at = seen
      continue
    }
    first = first ? [] : list
    for (const item of list) {
      if (signal?.aborted) throw abortedAmong(name, signal)
      yield item
    }
    if (isToken) {
      const next = page.next_page_token
      // A token that was there before would lead round in a circle.
      if (next === undefined || next === null || next === '' || next === at || tokens.has(next)) return
      tokens.add(at)
      at = next
      continue
    }
    // The API may give fewer at a time than were asked for, and says so; a page that is not full is as long all the same.
    const sizes = [fields[size], page[size]].map(Number).filter((number) => number > 0)
    const length = Math.max(list.length, sizes.length > 0 ? Math.min(...sizes) : 0)
    const total = Number(page.total_count ?? page.total_num ?? Number.NaN)
    seen += length
    const isOver = Number.isNaN(total) ? list.length < length : seen >= total
    if (list.length === 0 || isOver) return
    at = isByPage ? Number(at) + 1 : seen
  }
}

/**
 * Whether what was asked for as the second page begins with the second item of the first one. The documentation calls the `offset` of
 * some lists the number of a page, and shows samples of them in which it can only be that of an item.
 */
function isNextItem(
  first: readonly unknown[],
  second: readonly unknown[],
  encrypted: ReadonlySet<string>,
): boolean {
  const both = Math.min(first.length - 1, second.length)
  const text = (items: readonly unknown[], from: number): string =>
    JSON.stringify(items.slice(from, from + both), (name, value) => (encrypted.has(name) ? undefined : value))
  // Of items that are all the same, nobody can tell.
  return both > 0 && text(first, 1) === text(second, 0) && text(first, 0) !== text(second, 0)
}

function abortedAmong(name: string, { reason }: AbortSignal): NetworkError {
  const message = `${name}: aborted among the items of a page`
  return new NetworkError(message, { code: 'ABORTED', retryable: false, cause: reason })
}

function pagingOf(node: object): Paging {
  const path = pathOf(node)
  if (path === undefined) {
    throw new RequestError(
      'paginate() takes an endpoint without a verb: paginate(wxpay.v3.merchantService.complaintsV2, { query })',
    )
  }
  for (const verb of ['get', 'post'] as const) {
    const endpoint = endpointOf(path, verb)
    const { pages, decrypts = [] } = endpoint.traits
    const [start = '', size = '', items = '', numbered] = pages ?? []
    const [part = '', field = ''] = start.split('.')
    if (!pages) continue
    return {
      ...{ endpoint, part, start: field, size: size.split('.')[1] ?? '', items },
      ...{ isNumbered: numbered !== undefined, encrypted: fieldNames(decrypts) },
    }
  }
  throw new RequestError(
    `${path} is not documented as a list that comes in pages; call it once, with its verb`,
  )
}
