import { DURATION, isDuration } from '../duration.js'
import { RequestError } from '../errors.js'
import { nameHint } from '../nearest.js'
import { isStore, STORE, type Store } from '../store.js'

/** Options of a receiver. */
export interface ReceiverOptions {
  /**
   * Where handled notifications are stored, with the `get` and `set(key, value, ttl)` of Keyv; the memory of this process
   * when absent. Processes that share a store do not handle the same notification twice: with `setIfAbsent` never, without
   * it unless the store takes longer than 50 ms to write.
   */
  readonly store?: Store
  /**
   * Milliseconds after which the response is 500 if the handler has not finished, which then goes on, and is not started
   * again before it has ended; 4500 when absent, because WeChat Pay waits 5 s. For some events it waits less: 3 s for `CROSS_BORDER_PAY.*`.
   */
  readonly timeout?: number
  /** Largest body in bytes; 64 kB when absent, many times what WeChat Pay sends. */
  readonly limit?: number
}

const TIMEOUT = 4_500
const LIMIT = 64 * 1024

const CHECKS = {
  store: [isStore, STORE],
  timeout: [(value: unknown) => isDuration(value) && value !== 0, DURATION],
  limit: [(value: unknown) => Number.isSafeInteger(value) && Number(value) > 0, 'a number of bytes'],
} as const satisfies Record<keyof ReceiverOptions, unknown>

/**
 * The options of a receiver, with defaults.
 *
 * @throws {RequestError} for an unknown option, or a value with which every notification would fail.
 */
export function checkOptions(
  options: ReceiverOptions,
): ReceiverOptions & { readonly timeout: number; readonly limit: number } {
  if (typeof options !== 'object' || options === null) {
    throw new RequestError('A receiver takes its options as an object: { store, timeout, limit }')
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, name)) {
      throw new RequestError(`A receiver has no option '${name}'; ${nameHint(name, Object.keys(CHECKS))}`)
    }
    const [isFine, what] = CHECKS[name as keyof ReceiverOptions]
    if (value !== undefined && !isFine(value)) throw new RequestError(`${name} must be ${what}`)
  }
  const { store, timeout = TIMEOUT, limit = LIMIT } = options
  return { ...(store && { store }), timeout, limit }
}
