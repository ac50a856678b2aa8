import type { CallExpression } from '@babel/types'
import {
  type Draft,
  isTypeScript,
  mark,
  meaningOf,
  objectText,
  onlyValue,
  replaceNode,
  textOf,
} from './draft.js'
import { hasValues, type Part } from './meaning.js'
import { heldId } from './reasons.js'
import { usesOf } from './results.js'
import { isCall, type Node, objectOf, onlyReturn, plain } from './syntax.js'
import { chainOf, type Target } from './target.js'

/**
 * In TypeScript an endpoint that is not documented, or not known before the program runs, has no types: the fields of its
 * response are read as before.
 */
export function castLoose(draft: Draft, call: CallExpression, node: Node, { isOpen, traits }: Target): void {
  if (traits || !isTypeScript(draft) || !(isOpen || usesOf(draft, call).includes('data'))) return
  const root = rootOf(draft, node)
  if (meaningOf(draft, root)?.is !== 'client') return
  // Within a cast that is there already, which goes where the path is written anew.
  const inner = plain(root)
  replaceNode(draft, inner, `(${textOf(draft, inner)} as any)`)
}

/** Of a node that a variable or a function gives, the values in the path stay there. */
export function withoutFilled(draft: Draft, node: Node, target: Target): Target {
  const start = meaningOf(draft, rootOf(draft, node))
  if (start?.is !== 'path' || !hasValues(start.parts)) return target
  const filled = new Set(target.filled.map(([name]) => name))
  return { ...target, filled: [], placeholders: target.placeholders.filter((name) => !filled.has(name)) }
}

/** What an expression in brackets or in a text of the path becomes: a placeholder, or a path given to `chain()`. */
export function rewritePath(draft: Draft, node: Node, parts: readonly Part[], target: Target): void {
  if (!hasValues(parts)) return
  const root = rootOf(draft, node)
  const start = meaningOf(draft, root)
  if (start?.is === 'path' && hasValues(start.parts)) {
    if (isTypeScript(draft) && !target.isOpen) holdByChain(draft, root)
    return
  }
  if (target.isOpen) {
    // The types know no path that is put together when the program runs; `chain()` takes any.
    if (isOneChain(draft, node, root)) return
    replaceNode(draft, node, `${objectText(draft, root)}.chain(${pathText(draft, parts)})`)
    return
  }
  const above = start?.is === 'path' ? start.parts.join('').length + 1 : 0
  replaceNode(draft, node, objectText(draft, root) + chainOf(target.path.slice(above)))
}

/**
 * Has a variable or a function of this file give a node of `chain()`, without types: they know placeholders in a path, and no
 * values.
 */
function holdByChain(draft: Draft, given: Node): void {
  const value = onlyValue(draft, given) ?? returnedBy(draft, given)
  const meaning = value && meaningOf(draft, value)
  if (value && meaning?.is === 'path') {
    const client = textOf(draft, plain(rootOf(draft, value)))
    replaceNode(draft, value, `(${client} as any).chain(${pathText(draft, meaning.parts)})`)
  } else mark(draft, given, heldId)
}

/** What the call of a function of this file gives, where it is one expression. */
function returnedBy({ resolver, file }: Draft, call: Node): Node | undefined {
  const inner = plain(call)
  const own = isCall(inner) ? resolver.functionOf(inner.callee, file) : undefined
  return own && onlyReturn(own)
}

/** Whether only the name of a property tells that a chain is one. */
export function isByName(draft: Draft, node: Node): boolean {
  const client = meaningOf(draft, rootOf(draft, node))
  return client?.is === 'client' && client.isByName === true
}

/** A path with expressions in it, as a template string. */
export function pathText(draft: Draft, parts: readonly Part[]): string {
  const text = parts.map((part) => (typeof part === 'string' ? part : `\${${textOf(draft, part)}}`))
  return `\`${text.join('')}\``
}

/** The client that a chain starts from, or the variable that holds a node of it. */
function rootOf(draft: Draft, node: Node): Node {
  let root = node
  for (;;) {
    const inner = plain(root)
    const object = objectOf(isCall(inner) ? inner.callee : inner)
    if (!object || meaningOf(draft, object)?.is === undefined) return root
    if (meaningOf(draft, inner)?.is === 'client') return root
    root = object
  }
}

function isOneChain(draft: Draft, node: Node, root: Node): boolean {
  return (
    isCall(node) &&
    meaningOf(draft, root)?.is === 'client' &&
    plain(rootOf(draft, node.callee)) === plain(root)
  )
}
