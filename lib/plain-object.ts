import { EventEmitter } from 'node:events'
import { RequestError, WechatpayError } from './errors.js'

/** Whether a value is an object literal, of this realm or another (test runners have realms of their own). */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: object | null = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/**
 * Whether a value is read field by field: an object literal, or an instance of a class that is nothing but its fields, such
 * as a DTO.
 */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (isPlainObject(value)) return true
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return false
  if (Object.prototype.toString.call(value) !== '[object Object]' || value instanceof EventEmitter)
    return false
  return Object.keys(value).length > 0 && prototypesOf(value).every(hasNoMore)
}

function prototypesOf(value: object): object[] {
  const prototype: object | null = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
    ? []
    : [prototype, ...prototypesOf(prototype)]
}

/** What an accessor gives would vanish, and a class with a text or number of its own is more than its fields. */
function hasNoMore(prototype: object): boolean {
  const members = Object.getOwnPropertyDescriptors(prototype)
  const isValue = ['toString', 'valueOf', Symbol.toPrimitive].some((name) => Object.hasOwn(prototype, name))
  return !isValue && Object.values(members).every(({ get }) => get === undefined)
}

/** Names that axios drops while it merges configs. Nothing is to vanish, so they are refused. */
export const LOST_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Deeper than this, no request of the API is. */
export const MAX_DEPTH = 100

/** A copy of all that is literal in a value; files, streams, sensitive texts and instances of classes stay the same. */
export function copyLiterals<Value>(value: Value, depth = 0): Value {
  // What refers to itself is left for the check of the body to refuse.
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value
  if (Array.isArray(value)) return value.map((item) => copyLiterals(item, depth + 1)) as Value
  if (!isPlainObject(value)) return value
  const copy: Record<string, unknown> = { ...value }
  // Without a prototype, which a polluted one would add options to; only of the request itself, because such objects are slow.
  if (depth === 0) Object.setPrototypeOf(copy, null)
  for (const name of Object.keys(copy)) {
    const item = copy[name]
    if (typeof item === 'object' && item !== null) copy[name] = copyLiterals(item, depth + 1)
  }
  return copy as Value
}

/**
 * Reads what a caller gave.
 *
 * @param what the message calls it
 * @throws {RequestError} also where a getter throws, or a proxy was revoked.
 */
export function readGiven<Value>(what: string, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (error instanceof WechatpayError) throw error
    throw new RequestError(`${what} cannot be read: ${(error as Error | undefined)?.message}`)
  }
}
