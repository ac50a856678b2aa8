import { Writable } from 'node:stream'
import { DURATION, isDuration } from '../duration.js'
import { RequestError } from '../errors.js'

type Check = (value: unknown) => boolean

const isSignal: Check = (value) => {
  const { aborted, addEventListener, removeEventListener } = (value ?? {}) as Partial<AbortSignal>
  return typeof aborted === 'boolean' && [addEventListener, removeEventListener].every(isFunction)
}

const isFunction: Check = (value) => typeof value === 'function'

const RESPONSE_TYPES: ReadonlySet<unknown> = new Set(['json', 'text', 'arraybuffer', 'stream', 'blob'])

/** What the options of a call may be. */
const OPTIONS: ReadonlyMap<string, { readonly check: Check; readonly must: string }> = new Map([
  [
    'retry',
    {
      check: (value) => typeof value === 'boolean' || (Number.isInteger(value) && Number(value) >= 0),
      must: 'true, false or the number of repeats',
    },
  ],
  [
    'sink',
    {
      check: (value) =>
        value instanceof Writable
          ? !(value.writableEnded || value.destroyed)
          : typeof value === 'string' && value !== '',
      must: 'the path of a file, or a Writable that is not closed',
    },
  ],
  ['validate', { check: (value) => typeof value === 'boolean', must: 'true or false' }],
  ['decrypt', { check: (value) => typeof value === 'boolean', must: 'true or false' }],
  ['timeout', { check: isDuration, must: DURATION }],
  [
    'maxContentLength',
    {
      check: (value) => Number.isInteger(value) && Number(value) >= -1,
      must: 'a number of bytes, or -1 for any number',
    },
  ],
  [
    'signal',
    {
      check: isSignal,
      must: 'an AbortSignal',
    },
  ],
  [
    'responseType',
    {
      check: (value) => RESPONSE_TYPES.has(value),
      must: "'json', 'text', 'arraybuffer', 'stream' or 'blob'",
    },
  ],
  ['baseURL', { check: (value) => typeof value === 'string' && value !== '', must: 'a URL as text' }],
  ['onUploadProgress', { check: isFunction, must: 'a function' }],
  ['onDownloadProgress', { check: isFunction, must: 'a function' }],
])

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * @param name of the endpoint
 * @throws {RequestError} naming the option, and what it must be.
 */
export function assertOption(name: string, option: string, value: unknown): void {
  const rule = OPTIONS.get(option)
  if (option === 'headers') assertHeaders(name, value)
  else if (rule && !rule.check(value)) throw new RequestError(`${name}: ${option} must be ${rule.must}`)
}

function assertHeaders(name: string, headers: unknown): void {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers))
    throw new RequestError(`${name}: headers must be an object`)
  for (const [header, value] of Object.entries(headers)) {
    if (value === undefined) continue
    if (!HEADER_NAME.test(header)) throw new RequestError(`${name}: '${header}' is no name of a header`)
    if (typeof value === 'string' && /[\r\n]/.test(value)) {
      throw new RequestError(`${name}: the header ${header} must not hold a line break`)
    }
    const isText = ['string', 'number', 'boolean'].includes(typeof value)
    if (isText && HEADER_VALUE.test(String(value))) continue
    throw new RequestError(
      `${name}: the header ${header} must be a text of Latin-1 characters; encode others`,
    )
  }
}
