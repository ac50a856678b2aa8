import { lookup } from '../catalog/lookup.js'
import { matchTemplate } from '../catalog/match.js'
import { fieldNames, type Verb } from '../catalog/traits.js'
import { ApiError, VerificationError, WechatpayError } from '../errors.js'
import { parseJson } from '../parse-json.js'
import { isRecord, MAX_DEPTH } from '../plain-object.js'
import { printable } from '../printable.js'
import { Ciphertext, Sensitive } from '../protocols/v3/sensitive.js'
import type { CallContent, CallEvent } from './events.js'

/** Prints the outcome of a call: what it was, how it ended, how long it took, and by which id WeChat Pay knows it. */
export function printCall(message: unknown): void {
  const event = message as CallEvent
  if (event.type === 'response' || event.type === 'failure') print(describeCall(event))
}

/** Prints what a call carries, without its secrets and without what identifies a person. */
export function printContent(message: unknown): void {
  for (const line of describeContent(message as CallContent)) print(line)
}

/** The console, because a stream of its own would end the process where nobody reads standard error. */
const print = (line: string): void => console.error(`wechatpay ${line}`)

/** A call on one line: `POST v3/refund/domestic/refunds 429 FREQUENCY_LIMITED, 1203 ms, 3 attempts, Request-ID 08F…`. */
export function describeCall(event: Extract<CallEvent, { type: 'response' | 'failure' }>): string {
  const { method, path, attempt, elapsed } = event
  const { status, code, requestId, isOpen } =
    event.type === 'response' ? { ...event, code: undefined, isOpen: false } : factsOf(event.error)
  const outcome = [status, code && printable(code)].filter((part) => part !== undefined)
  return [
    `${method} ${printable(withoutIds(path, method))} ${outcome.join(' ')}`,
    `${Math.round(elapsed)} ms`,
    ...(attempt > 1 ? [`${attempt} attempts`] : []),
    ...(requestId ? [`Request-ID ${printable(requestId)}`] : []),
    ...(isOpen ? ['may have been carried out'] : []),
  ].join(', ')
}

interface FailureFacts {
  readonly status: number | undefined
  readonly code: string
  readonly requestId: string | undefined
  readonly isOpen: boolean
}

function factsOf(error: Error): FailureFacts {
  const code = error instanceof WechatpayError ? error.code : error.name
  const isOpen = error instanceof WechatpayError && error.mayHaveHappened
  const { response } = error as { readonly response?: VerificationError['response'] }
  const isAnswered = error instanceof ApiError || error instanceof VerificationError
  const id = isAnswered ? response?.headers['request-id'] : undefined
  return {
    status: isAnswered ? response?.status : undefined,
    code,
    requestId: typeof id === 'string' ? id : undefined,
    isOpen,
  }
}

/** The template of a path, in which ids may stand; in one that is not documented, segments that look like ids are left out. */
function withoutIds(path: string, method: string): string {
  const template = templateOf(path, method)
  if (template !== undefined) return template
  return path.replace(/[^/]{12,}/g, (segment) => (/\d/.test(segment) ? '{…}' : segment))
}

function templateOf(path: string, method: string): string | undefined {
  const verb = method.toLowerCase() as Verb
  return lookup(path, verb) ? path : matchTemplate(verb, path)?.template
}

/** Characters of a body that are printed. */
const LONGEST_BODY = 4_000

/** What a call carries, a line for each part. */
export function describeContent({ method, path, query, body, data }: CallContent): string[] {
  const template = templateOf(path, method) ?? path
  const { encrypts = [], decrypts = [] } = lookup(template, method.toLowerCase() as Verb) ?? {}
  const encrypted = fieldNames([...encrypts, ...decrypts])
  const parts = { query, sent: body, received: data }
  return Object.entries(parts).flatMap(([part, value]) => {
    if (value === undefined) return []
    const text = JSON.stringify(redact(value, encrypted)) ?? ''
    return [`  ${part.padEnd(8)} ${printable(text, LONGEST_BODY)}`]
  })
}

const HIDDEN = '(hidden)'

/** Names of fields that sign, open or pay: signatures, keys, tokens, payment codes. */
const SECRET = /sign|nonce|secret|token|passw|cipher|authinfo|(?:auth|face)_?code|(?:^|_)key|key$/i
/** Names of fields that tell who somebody is, or where to reach or to pay them. A name may be that of a person anywhere. */
const PERSONAL = new RegExp(
  [
    'open_?id|union_?id|user_?id|user_code|outer_?id|card_code|name$|legal_person$|^contact$|^payee$|avatar|head_image|photo',
    'phone|mobile|e?mail|^qq$|address|_addr$|(?:^|_|client)ip$|birth|plate_no|plate_num|car_number',
    'id_?(?:card|no|num|doc)|cert(?:ificates)?_(?:id|n)|cred?_?id|licen[cs]e|^number$',
    '^account$|(?:account|card|bank)_?(?:no|num|tail)|(?:bank|display|receive[dr]?|return|recv)_accoun?t$',
  ].join('|'),
  'i',
)
/** The tokens in URLs that WeChat Pay gives out. */
const URL_TOKEN = /([?&][\w-]*token=)[^&#\s"]*/gi

/** A value without what must not be read in a log. */
function redact(value: unknown, encrypted: ReadonlySet<string>, depth = 0): unknown {
  if (value instanceof Sensitive || value instanceof Ciphertext) return '(encrypted)'
  if (typeof value === 'string') return redactText(value, encrypted, depth)
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) return '…'
  if (Array.isArray(value)) return value.map((item) => redact(item, encrypted, depth + 1))
  if (value instanceof Uint8Array) return `(${value.byteLength} bytes)`
  if (!isRecord(value)) return value instanceof Date ? value : `(${value.constructor?.name ?? 'object'})`
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (item === undefined || item === null || item === '') return [key, item]
      // A refusal repeats the value that it refuses: { field: '/payer/openid', value: 'o…' }.
      const name = key === 'value' && typeof value.field === 'string' ? value.field.replace(/^.*\//, '') : key
      if (encrypted.has(name)) return [key, '(encrypted)']
      const isHidden = SECRET.test(name) || (PERSONAL.test(name) && typeof item !== 'object')
      return [key, isHidden ? HIDDEN : redact(item, encrypted, depth + 1)]
    }),
  )
}

/** A text may be JSON, as a body that is encoded already, or a field of APIv2; any other long one is a file. */
function redactText(text: string, encrypted: ReadonlySet<string>, depth: number): unknown {
  const inner = /^\s*[{[]/.test(text) && depth <= MAX_DEPTH ? parseJson(text) : undefined
  if (typeof inner === 'object' && inner !== null) return redact(inner, encrypted, depth + 1)
  // A whole body as text is a bill, a list of people, or a page of a gateway's.
  if (depth === 0) return `(text of ${text.length} characters)`
  return text.replace(URL_TOKEN, `$1${HIDDEN}`)
}
