import { RequestError } from '../errors.js'

/** A URL template, taken apart: `literals[0] {names[0]} literals[1] …`. */
export interface Template {
  readonly source: string
  /** Percent-encoded already; one more than there are names. */
  readonly literals: readonly string[]
  readonly names: readonly string[]
}

const PLACEHOLDER = /\{(\w+)\}/
const NOT_LITERAL = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]+|%(?![0-9A-Fa-f]{2})/gu
const DOT_SEGMENT = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i

/**
 * Takes a URL template apart (RFC 6570, level 1).
 *
 * @throws {RequestError} when it is no relative path: a host, a query, a dot segment, a lone brace.
 */
export function parseTemplate(source: string): Template {
  const path = source.startsWith('/') ? source.slice(1) : source
  const pieces = path.split(PLACEHOLDER)
  const literals = pieces.filter((_, at) => at % 2 === 0)
  const names = pieces.filter((_, at) => at % 2 === 1)
  const problem = findProblem(path, literals, names)
  if (problem) throw new RequestError(`The path '${source}' ${problem}`)
  return { source: path, literals: literals.map(encodeLiteral), names }
}

function findProblem(
  path: string,
  literals: readonly string[],
  names: readonly string[],
): string | undefined {
  if (path === '')
    return 'is empty: chain the segments of an endpoint first, as in wxpay.v3.certificates.get()'
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path))
    return 'is a whole URL: give the path alone, and the host as baseURL. A media_url or download_url is called by its template, as in v3/merchant-service/images/{media_id}'
  if (literals.some((literal) => /[{}]/.test(literal))) return 'has a brace that belongs to no {placeholder}'
  if (literals.some((literal) => /[?#]/.test(literal))) return "holds a query or fragment: pass it as 'query'"
  if (path.includes('//') || path.includes('\\')) return 'has an empty segment or a back-slash'
  if (names.includes('__proto__')) return 'has a placeholder whose name means something to JavaScript'
  const unset = path.split('/').find((segment) => NOT_SET.test(segment))
  if (unset !== undefined) return `has the segment '${unset}'; is the variable set?`
  if (!path.isWellFormed()) return 'is not well-formed Unicode'
  if (DOT_SEGMENT.test(path)) return 'has a dot segment'
  return undefined
}

function encodeLiteral(literal: string): string {
  return literal.replace(NOT_LITERAL, encodeURIComponent)
}

/**
 * Fills the placeholders of a template, each value as one percent-encoded segment (RFC 6570 simple expansion).
 *
 * @throws {RequestError} when a value is missing, empty, a dot segment, or neither string nor number.
 */
export function expandTemplate(template: Template, values: Readonly<Record<string, unknown>>): string {
  let path = template.literals[0] as string
  for (let at = 0; at < template.names.length; at++) {
    const name = template.names[at] as string
    path +=
      encodeValue(Object.hasOwn(values, name) ? values[name] : undefined, name, template) +
      template.literals[at + 1]
  }
  return path
}

function encodeValue(value: unknown, name: string, template: Template): string {
  if (typeof value === 'string' && UNRESERVED.test(value) && !NO_IDS.has(value)) return value
  const problem = findValueProblem(value)
  if (problem) throw new RequestError(`${template.source}: the value of {${name}} ${problem}`)
  return percentEncode(String(value))
}

function findValueProblem(value: unknown): string | undefined {
  if (value === undefined || value === null) return 'is missing'
  if (typeof value === 'number') {
    return Number.isSafeInteger(value)
      ? undefined
      : `is ${value}: give numbers beyond 2^53 and fractions as strings`
  }
  if (typeof value !== 'string') return `must be a string or a number, not ${describe(value)}`
  if (value.trim() === '') return 'is empty'
  if (value.trim() !== value) return 'has blanks or line ends around it'
  if (NOT_SET.test(value)) return `is the text '${value}'; is the variable set?`
  if (value === '.' || value === '..') return `must not be '${value}'`
  if (!value.isWellFormed()) return 'is not well-formed Unicode'
  if (isEncoded(value))
    return 'is percent-encoded already, and would be so twice: give decodeURIComponent(value)'
  return undefined
}

/** Whether a text looks like the part of a URL that somebody has encoded. */
export function isEncoded(text: string): boolean {
  if (!/%[0-9A-Fa-f]{2}/.test(text) || !/^[\w.~!*'()%+-]+$/.test(text)) return false
  try {
    return decodeURIComponent(text) !== text
  } catch {
    return false
  }
}

function describe(value: unknown): string {
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** Unreserved texts that are no id all the same. */
const NO_IDS: ReadonlySet<string> = new Set(['', '.', '..', 'undefined', 'null', 'NaN'])

/** What JavaScript makes a text of that was meant to be a variable's value. */
const NOT_SET = /^(?:undefined|null|NaN|\[object \w+\])$/

const UNRESERVED = /^[\w.~-]*$/

/** Percent-encodes everything but the unreserved characters of RFC 3986. */
export function percentEncode(text: string): string {
  if (UNRESERVED.test(text)) return text
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
