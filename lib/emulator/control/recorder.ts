import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import type { Diagnosis } from '../diagnosis/diagnosis.js'
import type { SentResponse } from '../gateway/send-response.js'
import type { RequestFindings } from '../protocols/protocol.js'
import { redactAuthorization } from '../protocols/v3/authorization.js'

/** A request that arrived. */
export interface RecordedRequest {
  readonly method: string
  /** The path as on the request line, still percent-encoded, without the query. */
  readonly path: string
  /** The decoded query; a name that comes more than once has an array. */
  readonly query: Readonly<Record<string, string | readonly string[]>>
  /** Path and query exactly as on the request line: what the signature covers. */
  readonly url: string
  /** Lower-case names. `authorization` is kept without its signature. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The raw body: UTF-8, or `latin1` (one character a byte) when it is not valid UTF-8. */
  readonly body: string
  /** Whether the signature is genuine. */
  readonly verified: boolean
  /** Why it is not. */
  readonly problem?: string
  /** What the client signed instead, as far as that can be found out. */
  readonly diagnosis?: Diagnosis
  /** The canonical message the emulator computed, as the signature should cover it. */
  readonly message: string
  /** The emulator's clock when it arrived, in milliseconds. */
  readonly time: number
  /** The endpoint as in the catalogue, such as `v3/certificates`; absent for one that is not documented. */
  readonly template?: string
  /** Its encrypted fields in clear, by JSON pointer. */
  readonly decrypted?: Readonly<Record<string, string>>
  /** What it was answered; absent while it is carried out, and where the connection was cut before. */
  readonly answer?: RecordedAnswer
}

/** An answer that was sent. */
export interface RecordedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number>>
  /** UTF-8, or `latin1`; the first 64 kB of it. */
  readonly body: string
  /** Milliseconds from the request to the answer, of the wall clock. */
  readonly duration: number
}

/** As many requests are kept at most. */
export const RECORDED_REQUESTS = 10_000
/** As many characters of bodies are kept at most, beyond the newest request. */
const RECORDED_CHARACTERS = 128 * 1024 * 1024

const KEPT_ANSWER = 64 * 1024

/** The requests kept so far, newest last. */
export interface Recorder {
  readonly requests: RecordedRequest[]
  record(request: RecordedRequest): RecordedRequest
  /** Adds what became of a request. */
  complete(request: RecordedRequest, findings: RequestFindings, sent: SentResponse | undefined): void
  /** Calls back with each request, when it comes and when it is answered; returns what ends that. */
  watch(listener: (request: RecordedRequest) => void): () => void
}

/** Keeps the newest {@link RECORDED_REQUESTS} requests, fewer when their bodies are large. */
export function createRecorder(): Recorder {
  const requests: RecordedRequest[] = []
  const sizes = new WeakMap<RecordedRequest, number>()
  const started = new WeakMap<RecordedRequest, number>()
  const listeners = new Set<(request: RecordedRequest) => void>()
  const tell = (request: RecordedRequest): void => {
    for (const listener of listeners) listener(request)
  }
  let characters = 0
  return {
    requests,
    record(request) {
      const size = request.body.length + request.message.length
      sizes.set(request, size)
      characters = requests.length === 0 ? size : characters + size
      requests.push(request)
      while (
        requests.length > 1 &&
        (requests.length > RECORDED_REQUESTS || characters > RECORDED_CHARACTERS)
      ) {
        const oldest = requests.shift()
        if (!oldest) break
        characters -= sizes.get(oldest) ?? 0
        sizes.delete(oldest)
      }
      started.set(request, performance.now())
      tell(request)
      return request
    },
    complete(request, findings, sent) {
      const duration = performance.now() - (started.get(request) ?? 0)
      const answer = sent && { ...sent, body: bodyText(cut(sent.body, KEPT_ANSWER)), duration }
      Object.assign(request, findings, answer && { answer })
      const size = sizes.get(request)
      if (size !== undefined && answer) {
        sizes.set(request, size + answer.body.length)
        characters += answer.body.length
      }
      tell(request)
    },
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** The headers without credentials, as they may be kept. */
export function recordableHeaders(headers: IncomingHttpHeaders): RecordedRequest['headers'] {
  const kept: Record<string, string | readonly string[] | undefined> = { ...headers }
  if (headers.authorization !== undefined) kept.authorization = redactAuthorization(headers.authorization)
  if (headers['proxy-authorization'] !== undefined) kept['proxy-authorization'] = '[redacted]'
  return kept
}

/** A body as text: UTF-8, or `latin1` (one character a byte) when it is not valid UTF-8. */
export function bodyText(body: Buffer): string {
  return body.toString(isUtf8(body) ? 'utf8' : 'latin1')
}

/** The decoded query; a name that comes more than once has an array. */
export function recordableQuery(search: string): RecordedRequest['query'] {
  const query: Record<string, string | readonly string[]> = {}
  if (!search) return query
  for (const [name, value] of new URLSearchParams(search)) {
    const seen = Object.hasOwn(query, name) ? query[name] : undefined
    const next = seen === undefined ? value : [...(typeof seen === 'string' ? [seen] : seen), value]
    Object.defineProperty(query, name, { value: next, enumerable: true, configurable: true, writable: true })
  }
  return query
}

/** The beginning of a body, not ending within a character of UTF-8. */
function cut(body: Buffer, limit: number): Buffer {
  let end = Math.min(body.length, limit)
  const isWithin = (at: number): boolean => at < body.length && ((body[at] ?? 0) & 0xc0) === 0x80
  for (let back = 0; back < 3 && isWithin(end); back++) end--
  return body.subarray(0, end)
}
