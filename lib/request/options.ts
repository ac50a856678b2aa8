import { Writable } from 'node:stream'
import { RequestError } from '../errors.js'

type Check = (value: unknown) => boolean

const isMilliseconds: Check = (value) => Number.isFinite(value) && Number(value) >= 0
const isFunction: Check = (value) => typeof value === 'function'

/** What the options of a call may be. */
const OPTIONS: readonly (readonly [name: string, check: Check, must: string])[] = [
  [
    'retry',
    (value) => typeof value === 'boolean' || (Number.isInteger(value) && Number(value) >= 0),
    'true, false or the number of repeats',
  ],
  [
    'sink',
    (value) => value instanceof Writable || (typeof value === 'string' && value !== ''),
    'the path of a file, or a Writable',
  ],
  ['decrypt', (value) => typeof value === 'boolean', 'true or false'],
  ['timeout', isMilliseconds, 'a number of milliseconds'],
  [
    'signal',
    (value) => typeof (value as AbortSignal | null)?.addEventListener === 'function',
    'an AbortSignal',
  ],
  ['baseURL', (value) => typeof value === 'string' && value !== '', 'a URL as text'],
  ['onUploadProgress', isFunction, 'a function'],
  ['onDownloadProgress', isFunction, 'a function'],
]

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** @throws {RequestError} naming the option, and what it must be. */
export function assertOptions(name: string, given: Readonly<Record<string, unknown>>): void {
  for (const [option, check, must] of OPTIONS) {
    const value = given[option]
    if (value !== undefined && !check(value)) throw new RequestError(`${name}: ${option} must be ${must}`)
  }
  if (given.headers !== undefined) assertHeaders(name, given.headers)
}

function assertHeaders(name: string, headers: unknown): void {
  if (typeof headers !== 'object' || headers === null)
    throw new RequestError(`${name}: headers must be an object`)
  for (const [header, value] of Object.entries(headers)) {
    if (value === undefined) continue
    if (!HEADER_NAME.test(header)) throw new RequestError(`${name}: '${header}' is no name of a header`)
    const isText = ['string', 'number', 'boolean'].includes(typeof value)
    if (isText && HEADER_VALUE.test(String(value))) continue
    throw new RequestError(
      `${name}: the header ${header} must be a text of Latin-1 characters; encode others`,
    )
  }
}
