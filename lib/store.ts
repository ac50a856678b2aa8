/** A store that processes share, in the shape of Keyv. */
export interface Store {
  readonly get: (key: string) => Promise<unknown>
  /** @param ttl milliseconds */
  readonly set: (key: string, value: unknown, ttl?: number) => Promise<unknown>
  /**
   * Sets the key in one step unless it is there, and says whether it did, as `SET … NX PX` of Redis does. With it, one
   * process alone handles a notification; without it (a Keyv has none) that holds as long as the store writes within 50 ms.
   *
   * @param ttl milliseconds
   */
  readonly setIfAbsent?: (key: string, value: unknown, ttl: number) => Promise<boolean>
  /** Where it is absent, the key is set to `null` for a millisecond. */
  readonly delete?: (key: string) => Promise<unknown>
}

/** The words of messages for it. */
export const STORE: string = 'a Keyv, or whatever has its `get` and `set`'

export function isStore(value: unknown): boolean {
  const { get, set, setIfAbsent = set } = (value ?? {}) as Partial<Store>
  return [get, set, setIfAbsent].every((method) => typeof method === 'function')
}
