import type { Wechatpay } from '../index.js'
import { ApiError, NetworkError, RequestError, sensitive, VerificationError } from '../index.js'
import type { Failed, Outcome, PlannedRow, Send } from './engine.js'
import type { Job } from './job.js'

interface Answer {
  readonly status: number
  readonly data: unknown
  readonly headers: Readonly<Record<string, unknown>>
}

/** The part of a job that a call is made from. */
type CallOf = Pick<Job, 'verb' | 'path' | 'encrypts' | 'retry'>

type Call = (request: Readonly<Record<string, unknown>>) => Promise<Answer>

/** Codes by which the API asks to be called less often. */
const THROTTLED: ReadonlySet<string> = new Set(['FREQUENCY_LIMITED', 'FREQ_LIMIT', 'RATELIMIT_EXCEEDED'])
/** An answer that leaves open whether the call was carried out. */
const OPEN_CODES: ReadonlySet<string> = new Set(['SYSTEM_ERROR', 'SYSTEMERROR', 'BANKERROR', 'USERPAYING'])

/** Makes the call of a row through the client, whose own rules of repeating hold. */
export function createSend(client: Wechatpay, job: CallOf, hardStop?: AbortSignal): Send {
  const node = client.chain(job.path) as unknown as Readonly<Record<string, Call>>
  const call = node[job.verb] as Call
  const options = {
    ...(job.retry !== undefined && { retry: job.retry }),
    ...(hardStop && { signal: hardStop }),
  }
  return async ({ request }: PlannedRow): Promise<Outcome> => {
    try {
      const { status, data, headers } = await call({ ...encryptFields(request, job.encrypts), ...options })
      return { ok: true, status, data, requestId: headers['request-id'] as string | undefined }
    } catch (error) {
      return toFailed(error)
    }
  }
}

/** Marks what the catalogue wants encrypted; the client encrypts it. */
function encryptFields(
  request: Readonly<Record<string, unknown>>,
  encrypts: readonly string[],
): Readonly<Record<string, unknown>> {
  return encrypts.reduce(
    (result, field) => mark(result, field.replaceAll('[]', '.[]').split('.')) as Record<string, unknown>,
    request,
  )
}

function mark(value: unknown, keys: readonly string[]): unknown {
  const [key, ...rest] = keys
  if (key === undefined) return typeof value === 'string' && value !== '' ? sensitive(value) : value
  if (key === '[]') return Array.isArray(value) ? value.map((item) => mark(item, rest)) : value
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return value
  return { ...value, [key]: mark((value as Record<string, unknown>)[key], rest) }
}

export function toFailed(error: unknown): Failed {
  if (error instanceof ApiError) return ofApi(error)
  const { message, code = 'FAILED' } = error as Error & { readonly code?: string }
  const open = error instanceof NetworkError || error instanceof VerificationError
  const failed: Failed = { ok: false, code, message, open }
  return error instanceof RequestError || open ? failed : { ...failed, open: true }
}

function ofApi(error: ApiError): Failed {
  const { code, status, requestId, response, detail } = error
  const throttled = status === 429 || THROTTLED.has(code)
  return {
    ok: false,
    code,
    message: reasonOf(response.data) ?? error.message,
    field: fieldOf(detail),
    requestId,
    open: throttled || status >= 500 || OPEN_CODES.has(code) || !error.verified,
    ...(throttled && { throttled: { wait: retryAfter(response.headers['retry-after']) } }),
  }
}

/** The API's own words: v3's `message`, or those of v2. */
function reasonOf(data: unknown): string | undefined {
  const { message, err_code_des, return_msg } = (data ?? {}) as Readonly<Record<string, unknown>>
  return [message, err_code_des, return_msg].find((text) => typeof text === 'string' && text !== '') as
    | string
    | undefined
}

/** The pointer of v3's `detail`, such as `/amount/currency`. */
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
