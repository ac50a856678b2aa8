import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { AxiosResponse } from 'axios'
import type { Verb } from '../index.js'
import { ApiError, CALL_CHANNEL, type CallEvent, RequestError, sensitive, type Wechatpay } from '../index.js'
import { placeholdersOf } from './columns.js'
import type { Failed, Outcome, Pace, PlannedRow, Send } from './engine.js'
import { REQUEST_PARTS } from './fields.js'
import type { JobCall } from './job.js'
import { accountOf, describeAccount } from './options.js'

type RequestObject = Readonly<Record<string, unknown>>

type Call = (request: RequestObject) => Promise<AxiosResponse>

/** The codes by which the API refuses calls that are too frequent. */
const THROTTLED: ReadonlySet<string> = new Set(['FREQUENCY_LIMITED', 'FREQ_LIMIT', 'RATELIMIT_EXCEEDED'])
/** The codes of a response that leaves open whether the request was carried out. */
const OPEN_CODES: ReadonlySet<string> = new Set(['SYSTEM_ERROR', 'SYSTEMERROR', 'BANKERROR', 'USERPAYING'])
/** The highest number of attempts for a row that is refused as too frequent; the pace is slower each time. */
const MAX_ATTEMPTS = 12

/** Sends a row when it is its turn. A call that was refused as too frequent was not carried out, so it is made again. */
export async function sendPaced(row: PlannedRow, send: Send, pace: Pace): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    await pace.turn()
    const outcome = await send(row)
    if (outcome.ok || !outcome.throttled) {
      pace.passed()
      return outcome
    }
    pace.throttled(outcome.throttled.wait)
    if (attempt === MAX_ATTEMPTS) return outcome
  }
}

/**
 * Slows the pace down for refusals too that the client repeats by itself, so that no outcome shows them; returns the
 * function that ends this.
 */
export function watchRetries({ path }: Pick<JobCall, 'path'>, pace: Pace): () => void {
  const listener = (message: unknown): void => {
    const event = message as CallEvent
    if (event.type !== 'retry' || event.path !== path) return
    if (event.error instanceof ApiError && isThrottled(event.error)) pace.throttled(event.delay)
  }
  subscribe(CALL_CHANNEL, listener)
  return () => unsubscribe(CALL_CHANNEL, listener)
}

/**
 * Makes the function that calls the endpoint with the request of a row; the client's own rules of repeating apply. With
 * the client of another merchant, every row fails and none is sent.
 */
export function createSend(client: Wechatpay, { account, path, verb, encrypts, retry }: JobCall): Send {
  const own = accountOf(client)
  if (own !== account) return async () => ofAnotherAccount(account, own)
  const node = client.chain(path) as unknown as Readonly<Record<Verb, Call>>
  const options = retry === undefined ? {} : { retry }
  const parts: readonly string[] = [...placeholdersOf(path), ...REQUEST_PARTS]
  return async ({ request }: PlannedRow): Promise<Outcome> => {
    const others = Object.keys(request).filter((name) => !parts.includes(name))
    if (others.length > 0) return ofOtherParts(others, parts)
    try {
      const encrypted = markSensitive(request, encrypts)
      const { status, data, headers } = await node[verb]({ ...encrypted, ...options })
      return { ok: true, status, data, requestId: headers['request-id'] as string | undefined }
    } catch (error) {
      return toFailed(error)
    }
  }
}

function ofAnotherAccount(account: string, own: string): Failed {
  const message =
    `the row is of ${describeAccount(account)}, and the client that was to send it is ${describeAccount(own)}; ` +
    'it was not sent. Give each merchant a queue of its own, and run the job again with retryFailed'
  return { ok: false, code: 'ANOTHER_MERCHANT', message }
}

/** A row that comes from elsewhere names no address to send it to, and no file to read or write. */
function ofOtherParts(others: readonly string[], parts: readonly string[]): Failed {
  const message = `the row has ${others.join(', ')}, but a row has ${parts.join(', ')} alone; it was not sent`
  return { ok: false, code: 'ROW_REFUSED', message }
}

/** Marks the fields that the catalogue lists as encrypted; the client encrypts them. */
function markSensitive(request: RequestObject, encrypts: readonly string[]): RequestObject {
  return encrypts.reduce(
    (marked, field) => markField(marked, field.replaceAll('[]', '.[]').split('.')) as RequestObject,
    request,
  )
}

function markField(value: unknown, keys: readonly string[]): unknown {
  const [key, ...rest] = keys
  if (key === undefined) return typeof value === 'string' && value !== '' ? sensitive(value) : value
  if (key === '[]') return Array.isArray(value) ? value.map((item) => markField(item, rest)) : value
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return value
  return { ...value, [key]: markField((value as RequestObject)[key], rest) }
}

function toFailed(error: unknown): Failed {
  if (!(error instanceof ApiError)) {
    const { message, code = 'FAILED' } = error as Error & { readonly code?: string }
    return { ok: false, code, message, open: !(error instanceof RequestError) }
  }
  const { code, status, requestId, response, detail } = error
  const throttled = isThrottled(error)
  return {
    ok: false,
    code,
    message: apiMessageOf(response.data) ?? error.message,
    field: fieldOf(detail),
    requestId,
    open: throttled || status >= 500 || OPEN_CODES.has(code) || !error.verified,
    ...(throttled && { throttled: { wait: retryAfter(response.headers['retry-after']) } }),
  }
}

const isThrottled = ({ status, code }: ApiError): boolean => status === 429 || THROTTLED.has(code)

/** The API's own words: `message` of APIv3, or those of APIv2. */
function apiMessageOf(data: unknown): string | undefined {
  const { message, err_code_des, return_msg } = (data ?? {}) as RequestObject
  return [message, err_code_des, return_msg].find(
    (text): text is string => typeof text === 'string' && text !== '',
  )
}

/** The pointer in the `detail` of APIv3, such as `/amount/currency`. */
function fieldOf(detail: unknown): string | undefined {
  const [first] = Array.isArray(detail) ? detail : [detail]
  const field: unknown = (first as { readonly field?: unknown } | null | undefined)?.field
  return typeof field === 'string' ? field : undefined
}

function retryAfter(header: unknown): number | undefined {
  if (typeof header !== 'string' || header === '') return undefined
  const wait = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now()
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}
