import type { CallExpression } from '@babel/types'
import { nodeAt } from '../../catalog/routes.js'
import { type Draft, isTypeScript, meaningOf, objectText, replaceNode, textOf } from './draft.js'
import type { Part } from './meaning.js'
import { chainOf, type Target } from './path.js'
import { usesOf } from './results.js'
import { isCall, isIdentifier, type Node, objectOf, plain } from './syntax.js'

/** A node of the chain with a value in its path that a constant holds: the calls of it give the value. */
export function rewriteHeldNode(draft: Draft, node: Node): void {
  if (!isTemplate(draft, node)) return
  const { parts } = meaningOf(draft, node) as { readonly parts: readonly Part[] }
  const path = parts.map((part) => (typeof part === 'string' ? part : placeholderOf(parts, part)))
  const root = rootOf(draft, node)
  if (meaningOf(draft, root)?.is !== 'client') return
  replaceNode(draft, node, objectText(draft, root) + chainOf(path.join('')))
}

/** Whether a node is a constant whose path has names in the places of placeholders, and one name for each is documented. */
function isTemplate(draft: Draft, node: Node): boolean {
  const meaning = meaningOf(draft, node)
  const declarator = draft.file.syntax.parents.get(node)
  const declaration = declarator && draft.file.syntax.parents.get(declarator)
  if (meaning?.is !== 'path' || declarator?.type !== 'VariableDeclarator' || !isIdentifier(declarator.id))
    return false
  if (declaration?.type !== 'VariableDeclaration' || declaration.kind !== 'const') return false
  const values = meaning.parts.filter((part) => typeof part !== 'string')
  return (
    values.length > 0 &&
    values.every((one) => isIdentifier(one) && placeholderOf(meaning.parts, one) !== undefined)
  )
}

/** The placeholder that is documented in the place of a value. */
function placeholderOf(parts: readonly Part[], value: Node): string | undefined {
  const before = parts
    .slice(0, parts.indexOf(value))
    .map((part) => (typeof part === 'string' ? part : placeholderOf(parts, part)))
  const names = [...(nodeAt(before.join('').replace(/\/$/, ''))?.children.keys() ?? [])]
  const placeholders = names.filter((name) => name.startsWith('{'))
  return placeholders.length === 1 ? placeholders[0] : undefined
}

/**
 * In TypeScript an endpoint that is not documented, or not known before the program runs, has no types: the fields of its
 * response are read as before.
 */
export function castLoose(draft: Draft, call: CallExpression, node: Node, { traits }: Target): void {
  if (traits || !isTypeScript(draft) || !usesOf(draft, call).includes('data')) return
  const root = rootOf(draft, node)
  if (meaningOf(draft, root)?.is !== 'client') return
  // Within a cast that is there already, which goes where the path is written anew.
  const inner = plain(root)
  replaceNode(draft, inner, `(${textOf(draft, inner)} as any)`)
}

/** Of a node that a variable or a function gives, the values in the path stay there. */
export function withoutFilled(draft: Draft, node: Node, target: Target): Target {
  const root = rootOf(draft, node)
  const start = meaningOf(draft, root)
  const isOwn = start?.is === 'path' && start.parts.some((part) => typeof part !== 'string')
  const [source, ...more] = draft.file.syntax.bindings.get(root)?.sources ?? []
  if (!isOwn || (source && more.length === 0 && isTemplate(draft, source.value))) return target
  const filled = new Set(target.filled.map(([name]) => name))
  return { ...target, filled: [], placeholders: target.placeholders.filter((name) => !filled.has(name)) }
}

/** What an expression in brackets or in a text of the path becomes: a placeholder, or a path given to `chain()`. */
export function rewritePath(draft: Draft, node: Node, parts: readonly Part[], target: Target): void {
  if (parts.every((part) => typeof part === 'string')) return
  const root = rootOf(draft, node)
  const start = meaningOf(draft, root)
  if (start?.is === 'path' && start.parts.some((part) => typeof part !== 'string')) return
  if (target.isOpen) {
    // The types know no path that is put together when the program runs; `chain()` takes any.
    if (isOneChain(draft, node, root)) return
    replaceNode(draft, node, `${objectText(draft, root)}.chain(${pathText(draft, parts)})`)
    return
  }
  const above = start?.is === 'path' ? start.parts.join('').length + 1 : 0
  replaceNode(draft, node, objectText(draft, root) + chainOf(target.path.slice(above)))
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
