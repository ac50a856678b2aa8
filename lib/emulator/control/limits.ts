import { assertNames } from '../assert-names.js'
import { type FaultHandle, type FaultScript, type Listed, matchesPath } from './faults.js'

/** A limit of how often the API may be called. */
export interface RateLimit {
  /** A path or template, as in {@link FaultScript}; every path when absent. */
  readonly path?: string
  /** Any method when absent. */
  readonly method?: string
  /** Requests a second on average; the same number may come at once. */
  readonly rate: number
}

/** The limits in force. */
export interface Limits {
  /** Oldest first. */
  list(): readonly Listed<RateLimit>[]
  add(limit: RateLimit): FaultHandle
  /** The failure of a request that comes too soon; a request counts against all limits that match it. */
  take(method: string, paths: readonly string[]): FaultScript | undefined
  /** Ends the limit of an id, or all of them. */
  clear(id?: string): void
}

/** Each limit is a bucket of tokens by the emulator's clock. */
export function createLimits(now: () => number): Limits {
  let limits: { id: string; limit: RateLimit; tokens: number; filled: number; hits: number }[] = []
  let added = 0
  return {
    list: () => limits.map(({ id, hits, limit }) => ({ id, hits, ...limit })),
    add(limit) {
      assertNames(limit, ['path', 'method', 'rate'], 'limit()')
      if (!(limit.rate > 0))
        throw new TypeError('limit(): rate must be a number of requests a second above 0')
      const tokens = Math.max(1, limit.rate)
      const entry = { id: `limit-${++added}`, limit, tokens, filled: now(), hits: 0 }
      limits.push(entry)
      return {
        id: entry.id,
        get hits() {
          return entry.hits
        },
        clear() {
          limits = limits.filter((other) => other !== entry)
        },
      }
    },
    take(method, paths) {
      let exceeded: FaultScript | undefined
      for (const entry of limits) {
        const { rate, path: pattern = '*', method: only = method } = entry.limit
        if (only.toUpperCase() !== method) continue
        if (!paths.some((path) => matchesPath(pattern, path))) continue
        const time = now()
        entry.tokens = Math.min(Math.max(1, rate), entry.tokens + ((time - entry.filled) / 1000) * rate)
        entry.filled = time
        if (entry.tokens >= 1) entry.tokens -= 1
        else {
          entry.hits += 1
          exceeded = tooFrequent((1 - entry.tokens) / rate)
        }
      }
      return exceeded
    },
    clear(id) {
      limits = id === undefined ? [] : limits.filter((entry) => entry.id !== id)
    },
  }
}

const tooFrequent = (seconds: number): FaultScript => ({
  path: '*',
  code: 'FREQUENCY_LIMITED',
  message: '请求频率超过限制，请降低请求频率后重试',
  headers: { 'Retry-After': String(Math.ceil(seconds)) },
})
