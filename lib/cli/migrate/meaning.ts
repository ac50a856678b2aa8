import type { Node as AnyNode } from '@babel/types'
import { normalizeSegment } from '../../chain/names.js'
import type { Peer } from './modules.js'
import { type Node, plain, textValue } from './syntax.js'

/** A piece of a path: text with its slashes, or an expression whose value is known when the program runs. */
export type Part = string | AnyNode

/** Whether values stand in a path that are known when the program runs. */
export const hasValues = (parts: readonly Part[]): boolean => parts.some((part) => typeof part !== 'string')

/** What an expression of a program means to one of the packages. */
export type Meaning =
  /** The package as a whole, which is its class as well. */
  | { readonly is: 'module'; readonly peer: Peer }
  | { readonly is: 'class'; readonly peer: Peer }
  /** A helper such as `Rsa.sign`, or the class that it belongs to. */
  | { readonly is: 'helper'; readonly peer: Peer; readonly name: string }
  | {
      readonly is: 'client'
      readonly peer: Peer
      readonly created: AnyNode | undefined
      /** Whether only the name of a property tells that it is one: `app.wxpay`. */
      readonly isByName?: boolean
    }
  /** A node of the chain. */
  | { readonly is: 'path'; readonly parts: readonly Part[] }
  | { readonly is: 'verb'; readonly verb: string; readonly parts: readonly Part[] }
  | { readonly is: 'chain'; readonly parts: readonly Part[] }
  /** A method of a client of wechatpay-node-v3. */
  | {
      readonly is: 'method'
      readonly name: string
      readonly created: AnyNode | undefined
      readonly isByName?: boolean
    }
  /** `wxpay.client` and what is below it. */
  | { readonly is: 'axios'; readonly name: string }

const VERB = /^(?:get|post|put|patch|delete)(?:Async)?$/
const NO_EXACT: ReadonlySet<string> = new Set()
/** Names that lead to the class of a package; some are only believed to be there, and mean nothing else. */
const CLASS_NAMES: Readonly<Record<Peer, RegExp>> = {
  'wechatpay-axios-plugin': /^(?:default|we?chat_?pay)$/i,
  'wechatpay-node-v3': /^(?:default|pay|wx_?pay|wechat_?pay)$/i,
}

/** One name further on: a property of a client, a chain, a class. */
export function step(meaning: Meaning, name: string): Meaning | undefined {
  switch (meaning.is) {
    case 'module':
    case 'class':
      if (CLASS_NAMES[meaning.peer].test(name)) return { is: 'class', peer: meaning.peer }
      return meaning.peer === 'wechatpay-node-v3' ? undefined : { is: 'helper', peer: meaning.peer, name }
    case 'helper':
      return { ...meaning, name: name === 'default' ? meaning.name : `${meaning.name}.${name}` }
    case 'client':
      if (meaning.peer === 'wechatpay-node-v3') return { ...meaning, is: 'method', name }
      if (name === 'client') return { is: 'axios', name }
      return addParts(meaning, [normalizedSegment(name)])
    case 'axios':
      return { is: 'axios', name: `${meaning.name}.${name}` }
    case 'verb': {
      // A verb is a segment where more follows: `receivers.delete.post(…)`.
      const path = addParts({ is: 'path', parts: meaning.parts }, [meaning.verb])
      return path && step(path, name)
    }
    case 'path':
      if (VERB.test(name)) return { is: 'verb', verb: name, parts: meaning.parts }
      return addParts(meaning, [normalizedSegment(name)])
    default:
      return undefined
  }
}

export function addParts(meaning: Meaning, more: readonly Part[]): Meaning | undefined {
  if (meaning.is !== 'path' && !(meaning.is === 'client' && meaning.peer === 'wechatpay-axios-plugin')) {
    return undefined
  }
  const before = meaning.is === 'path' ? meaning.parts : []
  if (more.length === 1 && more[0] === 'chain') return { is: 'chain', parts: before }
  return { is: 'path', parts: joined(before, more) }
}

export const joined = (before: readonly Part[], more: readonly Part[]): readonly Part[] =>
  before.length > 0 ? [...before, '/', ...more] : more

/** The segment that wechatpay-axios-plugin makes of a property, which may hold several. */
function normalizedSegment(name: string): string {
  if (/^[\w$]+$/.test(name)) return normalizeSegment(name, NO_EXACT)
  return name
    .replace(/^[A-Z]/, (letter) => letter.toLowerCase())
    .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** The parts of a path in brackets or in `chain(…)`. */
export function partsOf(node: Node, isProperty: boolean): Part[] {
  const inner = plain(node)
  const text = textValue(inner)
  if (text !== undefined) return [isProperty ? normalizedSegment(text) : text]
  if (inner.type === 'BinaryExpression' && inner.operator === '+') {
    const parts = [inner.left, inner.right].flatMap((one) => partsOf(one, false))
    return parts.some((part) => typeof part === 'string') ? parts : [inner]
  }
  if (inner.type !== 'TemplateLiteral') return [inner]
  return inner.quasis.flatMap((quasi, at) => {
    const expression = inner.expressions[at]
    return [quasi.value.cooked ?? quasi.value.raw, ...(expression ? [expression as Node] : [])]
  })
}
