import { UsageError } from './usage-error.js'

/**
 * Parses JSON of the user's. Node quotes in its message what it could not read; here that may be a key.
 *
 * @param what is to be named, such as `--config wxpay.json`
 * @throws {UsageError} when it is no JSON.
 */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const { message } = error as Error
    const at = /at position (\d+)/.exec(message)?.[1]
    const where = at === undefined ? '' : ` (line ${text.slice(0, Number(at)).split('\n').length})`
    throw new UsageError(`${what} is no JSON${where}`)
  }
}
