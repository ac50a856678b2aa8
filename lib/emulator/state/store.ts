import { openStoreFile, type StoreEntry, type StoreFile } from './store-file.js'

/** The number of entries of a collection beyond which the oldest are forgotten. */
const REMEMBERED = 100_000

/**
 * Entries by key. A value is plain data. A value that was changed has to be set again, so that it is written to the file.
 */
export type Collection<Value> = Pick<Map<string, Value>, 'get' | 'has' | 'values' | 'entries' | 'size'> & {
  set(key: string, value: Value): void
  delete(key: string): void
  clear(): void
}

/** The collections of one emulator: in memory, and in a file if it is given one. */
export interface StateStore {
  /** The collection of a name; one name has one collection. */
  collection<Value>(name: string): Collection<Value>
  close(): void
}

/**
 * Opens a store.
 *
 * @param file that keeps the collections over restarts; made if absent, for its owner alone
 * @throws {Error} when the file belongs to a running emulator, or is something else.
 */
export function openStore(file?: string): StateStore {
  const maps = new Map<string, BoundedMap<string, unknown>>()
  const mapOf = (name: string): BoundedMap<string, unknown> => {
    const known = maps.get(name) ?? new BoundedMap<string, unknown>(REMEMBERED)
    maps.set(name, known)
    return known
  }
  function* entries(): Generator<StoreEntry> {
    for (const [name, map] of maps) for (const [key, value] of map) yield [name, key, value]
  }
  const storeFile: StoreFile | undefined =
    file === undefined
      ? undefined
      : openStoreFile(file, {
          read([name, key, value]) {
            if (value === undefined) mapOf(name).delete(key)
            else mapOf(name).set(key, value)
          },
          entries,
        })

  return {
    collection<Value>(name: string): Collection<Value> {
      const map = mapOf(name) as BoundedMap<string, Value>
      return {
        get: (key) => map.get(key),
        has: (key) => map.has(key),
        values: () => map.values(),
        entries: () => map.entries(),
        get size() {
          return map.size
        },
        set(key, value) {
          map.set(key, value)
          storeFile?.append([name, key, value])
        },
        delete(key) {
          if (map.delete(key)) storeFile?.append([name, key])
        },
        clear() {
          for (const key of map.keys()) storeFile?.append([name, key])
          map.clear()
        },
      }
    },
    close: () => storeFile?.close(),
  }
}

/** A map that forgets its oldest entry when it would grow beyond its limit: a long run must not eat the memory. */
class BoundedMap<K, V> extends Map<K, V> {
  readonly limit: number

  constructor(limit: number) {
    super()
    this.limit = limit
  }

  override set(key: K, value: V): this {
    if (!this.has(key) && this.size >= this.limit) {
      const oldest = this.keys().next()
      if (!oldest.done) this.delete(oldest.value)
    }
    return super.set(key, value)
  }
}
