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
  /** The reason why it is not. */
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
  /** The response; absent while the request is carried out, and where the connection was cut before. */
  readonly answer?: RecordedAnswer
}

/** A response that was sent. */
export interface RecordedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number>>
  /** UTF-8, or `latin1`; the first 64 kB of it. */
  readonly body: string
  /** Milliseconds from the request to the response, by the wall clock. */
  readonly duration: number
}

/** The largest number of requests that are kept. */
export const RECORDED_REQUESTS = 10_000
/** The largest number of characters of bodies that are kept, beyond the newest request. */
const RECORDED_CHARACTERS = 128 * 1024 * 1024

/** The bytes of a response's body that are kept. */
const RECORDED_BODY = 64 * 1024

/** The requests kept so far, newest last. */
export interface Recorder {
  readonly requests: RecordedRequest[]
  record(request: RecordedRequest): RecordedRequest
  /** Adds the findings and the response to a request. */
  complete(request: RecordedRequest, findings: RequestFindings, sent: SentResponse | undefined): void
  /** Calls back with each request, when it arrives and when it is completed; the returned function ends that. */
  watch(listener: (request: RecordedRequest) => void): () => void
}

/** Keeps the newest {@link RECORDED_REQUESTS} requests, fewer when their bodies are large. */
export function createRecorder(): Recorder {
  const requests: RecordedRequest[] = []
  const sizes = new WeakMap<RecordedRequest, number>()
  const started = new WeakMap<RecordedRequest, number>()
  const listeners = new Set<(request: RecordedRequest) => void>()
  const notifyListeners = (request: RecordedRequest): void => {
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
      notifyListeners(request)
      return request
    },
    complete(request, findings, sent) {
      const duration = performance.now() - (started.get(request) ?? 0)
      const answer = sent && { ...sent, body: bodyText(beginningOf(sent.body, RECORDED_BODY)), duration }
      Object.assign(request, findings, answer && { answer })
      const size = sizes.get(request)
      if (size !== undefined && answer) {
        sizes.set(request, size + answer.body.length)
        characters += answer.body.length
      }
      notifyListeners(request)
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

/** The beginning of a body, which does not end within a character of UTF-8. */
function beginningOf(body: Buffer, limit: number): Buffer {
  let end = Math.min(body.length, limit)
  const isWithin = (at: number): boolean => at < body.length && ((body[at] ?? 0) & 0xc0) === 0x80
  for (let back = 0; back < 3 && isWithin(end); back++) end--
  return body.subarray(0, end)
}
