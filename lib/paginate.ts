import type { Arguments, CallOptions, Operation } from '../types/operation.js'
import { endpointOf } from './catalog/endpoint.js'
import { pathOf } from './chain/path-node.js'
import { RequestError, VerificationError } from './errors.js'
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
  readonly name: string
  readonly verb: 'get' | 'post'
  /** The part of the request that has both fields. */
  readonly part: string
  readonly start: string
  readonly size: string
  readonly items: string
}

/**
 * All items of a list endpoint, page by page as they are asked for: the next page is fetched when the items of the one before have
 * been taken. It ends where the list does; leaving the loop, or `signal`, ends it before.
 *
 * `offset` and `limit` (or `page_index`, `page_token` and `page_size`) of the request say where to begin and how many to fetch at a time.
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
  const [request = {}] = args as readonly [Readonly<Record<string, unknown>>?]
  const paging = pagingOf(node)
  const send = (node as Record<string, (request: object) => Promise<{ readonly data: unknown }>>)[paging.verb]
  return itemsOf(paging, { ...request }, send as NonNullable<typeof send>) as ReturnType<
    typeof paginate<Node>
  >
}

async function* itemsOf(
  { name, part, start, size, items }: Paging,
  request: Readonly<Record<string, unknown>>,
  send: (request: object) => Promise<{ readonly data: unknown }>,
): AsyncGenerator<unknown, void, undefined> {
  const fields = isRecord(request[part]) ? request[part] : {}
  const isToken = start === 'page_token'
  const isIndex = start === 'page_index'
  let at = fields[start] === undefined && !isToken ? (isIndex ? 1 : 0) : fields[start]
  let seen = isIndex ? 0 : Number(at ?? 0)
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
    yield* list
    if (isToken) {
      const next = page.next_page_token
      if (next === undefined || next === null || next === '' || next === at) return
      at = next
      continue
    }
    // An endpoint whose pages are not full all the same says how long they are.
    const length = Number(fields[size] ?? page[size] ?? list.length) || list.length
    const total = Number(page.total_count ?? page.total_num ?? Number.NaN)
    seen += length
    const isOver = Number.isNaN(total) ? list.length < length : seen >= total
    if (list.length === 0 || isOver) return
    at = isIndex ? Number(at) + 1 : seen
  }
}

function pagingOf(node: object): Paging {
  const path = pathOf(node)
  if (path === undefined) {
    throw new RequestError(
      'paginate() takes an endpoint without a verb: paginate(wxpay.v3.merchantService.complaintsV2, { query })',
    )
  }
  for (const verb of ['get', 'post'] as const) {
    const { name, traits } = endpointOf(path, verb)
    const [start = '', size = '', items = ''] = traits.pages ?? []
    const [part = '', field = ''] = start.split('.')
    if (traits.pages) return { name, verb, part, start: field, size: size.split('.')[1] ?? '', items }
  }
  throw new RequestError(
    `${path} is not documented as a list that comes in pages; call it once, with its verb`,
  )
}
