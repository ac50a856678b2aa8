import { assertNames } from '../assert-names.js'
import { type FaultScript, matchesPath } from './faults.js'
import { createRuleList, type Entry, type FaultHandle, type Listed } from './rule-list.js'

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

/** The tokens of a limit, and when they were counted. */
interface Bucket {
  tokens: number
  filled: number
}

/** Each limit is a bucket of tokens by the emulator's clock; it is full at first. */
export function createLimits(now: () => number): Limits {
  const rules = createRuleList<RateLimit>('limit')
  const buckets = new WeakMap<Entry<RateLimit>, Bucket>()
  return {
    ...rules,
    add(limit) {
      assertNames(limit, ['path', 'method', 'rate'], 'limit()')
      if (!(limit.rate > 0))
        throw new TypeError('limit(): rate must be a number of requests a second above 0')
      return rules.add(limit)
    },
    take(method, paths) {
      let exceeded: FaultScript | undefined
      for (const entry of rules.entries()) {
        const { rate, path: pattern = '*', method: only = method } = entry.rule
        if (only.toUpperCase() !== method) continue
        if (!paths.some((path) => matchesPath(pattern, path))) continue
        const time = now()
        const full = Math.max(1, rate)
        const bucket = buckets.get(entry) ?? { tokens: full, filled: time }
        buckets.set(entry, bucket)
        bucket.tokens = Math.min(full, bucket.tokens + ((time - bucket.filled) / 1000) * rate)
        bucket.filled = time
        if (bucket.tokens >= 1) bucket.tokens -= 1
        else {
          entry.hits += 1
          exceeded = tooFrequent((1 - bucket.tokens) / rate)
        }
      }
      return exceeded
    },
  }
}

const tooFrequent = (seconds: number): FaultScript => ({
  path: '*',
  code: 'FREQUENCY_LIMITED',
  message: '请求频率超过限制，请降低请求频率后重试',
  headers: { 'Retry-After': String(Math.ceil(seconds)) },
})
