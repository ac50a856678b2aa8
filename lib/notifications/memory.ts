import type { Store } from '../store.js'

/** As many notifications are remembered; beyond that the oldest are forgotten. */
const LIMIT = 10_000

/** The store of those who give none: the memory of this process. */
export function createMemory(limit: number = LIMIT): Store {
  const entries = new Map<string, { readonly value: unknown; readonly until: number }>()
  return {
    async get(key) {
      const entry = entries.get(key)
      if (!entry) return undefined
      if (entry.until > Date.now()) return entry.value
      entries.delete(key)
      return undefined
    },
    async set(key, value, ttl = Infinity) {
      entries.delete(key)
      const [oldest] = entries.keys()
      if (entries.size >= limit && oldest !== undefined) entries.delete(oldest)
      entries.set(key, { value, until: Date.now() + ttl })
    },
  }
}
