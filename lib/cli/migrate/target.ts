import { canonicalPath, lookup } from '../../catalog/lookup.js'
import { matchTemplate } from '../../catalog/match.js'
import type { Traits } from '../../catalog/traits.js'
import type { Verb } from '../../index.js'
import type { Part } from './meaning.js'
import { isCall, isIdentifier, type Node, plain } from './syntax.js'

/** An endpoint as a program writes its path. */
export interface Target {
  readonly verb: Verb
  /** The template of the path: `v3/pay/transactions/id/{transaction_id}`. */
  readonly path: string
  readonly isV2: boolean
  readonly placeholders: readonly string[]
  /** Placeholders whose value stands in the path of the program as an expression. */
  readonly filled: readonly (readonly [name: string, value: Node])[]
  /** Whether expressions stand in the path that fill no placeholder. */
  readonly isOpen: boolean
  /** What the catalogue knows; `undefined` where the endpoint is not documented or not known before the program runs. */
  readonly traits: Traits | undefined
}

const MARKER = /\uE000(\d+)\uE000/
const ALL_MARKERS = /\uE000\d+\uE000/g

/** The text of a path with a marker for each expression in it, by its number. */
function withMarkers(parts: readonly Part[]): {
  readonly text: string
  readonly expressions: readonly Node[]
} {
  const expressions: Node[] = []
  const text = parts.map((part) =>
    typeof part === 'string' ? part : `\uE000${expressions.push(part) - 1}\uE000`,
  )
  return { text: text.join(''), expressions }
}

/** The endpoint behind the parts of a path. */
export function targetOf(parts: readonly Part[], verb: Verb): Target {
  const { text, expressions } = withMarkers(parts)
  const written = text.replace(/^\//, '')
  const match = lookup(written, verb) ? undefined : matchTemplate(verb, written)
  const marked = Object.entries(match?.values ?? {}).filter(([, value]) => MARKER.test(value))
  // An expression must be the whole value: `p-${id}` is no value of a placeholder that the catalogue could name.
  const isFilled = match !== undefined && marked.length === expressions.length && marked.every(isWhole)
  const path = isFilled ? withoutValues(match.template, match.values) : written
  return {
    verb,
    path: canonicalPath(path),
    isV2: written.startsWith('v2/'),
    placeholders: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string),
    filled: isFilled
      ? marked.map(([name, value]) => [name, unencoded(expressions[Number(MARKER.exec(value)?.[1])] as Node)])
      : [],
    isOpen: expressions.length > 0 && !isFilled,
    traits: lookup(path, verb) ?? (match ? lookup(match.template, verb) : undefined),
  }
}

/** A value that the client encodes itself. */
function unencoded(node: Node): Node {
  const call = plain(node)
  const isEncoded = isCall(call) && isIdentifier(call.callee, 'encodeURIComponent')
  return (isEncoded && call.arguments[0]) || node
}

/** The parts of a URL before its query, and the parameters of that; `undefined` where it is not written in full. */
export function withoutQuery(
  parts: readonly Part[],
): { readonly parts: readonly Part[]; readonly query: Readonly<Record<string, Part>> } | undefined {
  const at = parts.findIndex((part) => typeof part === 'string' && part.includes('?'))
  const start = parts[at]
  if (typeof start !== 'string') return { parts, query: {} }
  const { text, expressions } = withMarkers(parts.slice(at))
  const given = [...new URLSearchParams(text.replace(/^[^?]*/, ''))].map(([name, value]) => {
    const index = value.replace(ALL_MARKERS, '') === '' ? MARKER.exec(value)?.[1] : undefined
    return [name, index === undefined ? value : unencoded(expressions[Number(index)] as Node)] as const
  })
  if (given.some((one) => one.some((part) => typeof part === 'string' && MARKER.test(part)))) return undefined
  return { parts: [...parts.slice(0, at), start.replace(/\?.*$/, '')], query: Object.fromEntries(given) }
}

const isWhole = ([, value]: readonly [string, string]): boolean => value.replace(ALL_MARKERS, '') === ''

/** A template with the values that stand in the path as text: an id that was written out stays. */
function withoutValues(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name]
    return value === undefined || MARKER.test(value) ? placeholder : value
  })
}

/** The chain of a path: `.v3.pay.transactions.id._transaction_id_`. */
export function chainOf(path: string): string {
  return path
    .split('/')
    .map((segment) => {
      if (/^\{\w+\}$/.test(segment)) return `._${segment.slice(1, -1)}_`
      const isName = /^[a-z][a-z0-9_]*(?:-[a-z][a-z0-9]*)*$/.test(segment)
      return isName
        ? `.${segment.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}`
        : `['${segment}']`
    })
    .join('')
}
