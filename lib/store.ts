/** A store that processes share, in the shape of Keyv. */
export interface Store {
  readonly get: (key: string) => Promise<unknown>
  /** @param ttl milliseconds */
  readonly set: (key: string, value: unknown, ttl?: number) => Promise<unknown>
}

/** The words of messages for it. */
export const STORE: string = 'a Keyv, or whatever has its `get` and `set`'

export function isStore(value: unknown): boolean {
  const { get, set } = (value ?? {}) as Partial<Store>
  return typeof get === 'function' && typeof set === 'function'
}
