import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import { redactAuthorization } from './authorization.js'

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
  /** The canonical message the emulator computed, as the signature should cover it. */
  readonly message: string
  /** The emulator's clock when it arrived, in milliseconds. */
  readonly time: number
}

/** As many requests are kept at most. */
export const RECORDED_REQUESTS = 10_000
/** As many characters of bodies are kept at most, beyond the newest request. */
const RECORDED_CHARACTERS = 128 * 1024 * 1024

/** The requests kept so far, newest last. */
export interface Recorder {
  readonly requests: RecordedRequest[]
  record(request: RecordedRequest): void
}

/** Keeps the newest {@link RECORDED_REQUESTS} requests, fewer when their bodies are large. */
export function createRecorder(): Recorder {
  const requests: RecordedRequest[] = []
  const sizes = new WeakMap<RecordedRequest, number>()
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
        characters -= (oldest && sizes.get(oldest)) ?? 0
      }
    },
  }
}

/** Headers as they may be kept: no credential survives. */
export function recordableHeaders(headers: IncomingHttpHeaders): RecordedRequest['headers'] {
  const kept: Record<string, string | readonly string[] | undefined> = { ...headers }
  if (headers.authorization !== undefined) kept.authorization = redactAuthorization(headers.authorization)
  if (headers['proxy-authorization'] !== undefined) kept['proxy-authorization'] = '[redacted]'
  return kept
}

export function recordableBody(body: Buffer): string {
  return body.toString(isUtf8(body) ? 'utf8' : 'latin1')
}

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
