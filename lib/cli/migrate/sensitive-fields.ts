import type { CallExpression, ObjectExpression } from '@babel/types'
import {
  type Draft,
  forget,
  MAIN,
  mark,
  markGone,
  meaningOf,
  need,
  onlyValue,
  rangeOf,
  replaceNode,
  textOf,
} from './draft.js'
import { isNothing } from './objects.js'
import * as reasons from './reasons.js'
import {
  isCall,
  isFunction,
  isIdentifier,
  keyOf,
  memberName,
  type Node,
  onlyReturn,
  plain,
  propertyValue,
  returnsOf,
} from './syntax.js'
import type { Target } from './target.js'

/**
 * Encrypted fields of a body: what the program encrypts by hand becomes `sensitive(…)`, which the client encrypts with
 * the key that it names. Tells whether that is so for every encrypted field.
 */
export function rewriteSensitive(draft: Draft, call: Node, body: Node | undefined, target: Target): boolean {
  const fields = target.traits?.encrypts?.filter((field) => field.startsWith('json.')) ?? []
  if (!body || fields.length === 0) return false
  const values = fields.flatMap((field) =>
    valuesAt(draft, body, field.split('.').slice(1)).map((value) => ({ field, value })),
  )
  const left = values.filter(({ value }) => !rewriteValue(draft, value))
  // Who names a key has encrypted something with it.
  const namesKey = /wechatpay-serial|wx_serial_no/i.test(draft.file.text.slice(...rangeOf(call)))
  const lists = fields.map((field) => /^json\.(\w+)\[\]/.exec(field)?.[1])
  const isHidden = values.length === 0 && namesKey && isUnknown(draft, body, lists)
  if (left.length > 0 || isHidden) {
    const concerned = isHidden ? fields : left.map(({ field }) => field)
    const names = [...new Set(concerned)].slice(0, 3).map((field) => field.slice('json.'.length))
    const list = names.join(', ') + (concerned.length > names.length ? ', …' : '')
    mark(draft, left[0]?.value ?? body, reasons.clearText(list))
  }
  return values.length > 0 && left.length === 0
}

/** The values at a path such as `receivers[].name`, in literals, in what they spread, and in what is assigned to them. */
function valuesAt(draft: Draft, node: Node, path: readonly string[]): Node[] {
  const [first, ...rest] = path
  if (first === undefined) return branchesOf(node).filter((one) => !isNothing(one))
  const name = first.replace('[]', '')
  const assigned = draft.file.syntax.bindings.get(plain(node))?.members.get(name) ?? []
  const written = objectsOf(draft, node).map((object) => propertyValue(object, name))
  return [...written, ...assigned].flatMap((value) => {
    if (!value) return []
    if (!first.endsWith('[]')) return valuesAt(draft, value, rest)
    return elementsOf(draft, value).flatMap((one) => valuesAt(draft, one, rest))
  })
}

/** The elements of a list: those written in it, what `map` makes of others, and what is pushed to it. */
function elementsOf(draft: Draft, node: Node): Node[] {
  const { bindings, parents } = draft.file.syntax
  const list = plain(onlyValue(draft, node) ?? node)
  const pushed = (bindings.get(plain(node))?.references ?? []).flatMap((one) => {
    const member = parents.get(one)
    const call = member && memberName(member) === 'push' ? parents.get(member) : undefined
    return isCall(call) ? call.arguments : []
  })
  if (list.type === 'ArrayExpression') return [...list.elements.flatMap((one) => one ?? []), ...pushed]
  const [maker] = isCall(list) && memberName(list.callee) === 'map' ? list.arguments : []
  const made = maker && (isFunction(maker) ? maker : draft.resolver.functionOf(maker, draft.file))
  return made ? returnsOf(made) : pushed
}

/** The object literals that an expression may be made of. */
function objectsOf(draft: Draft, node: Node, seen: ReadonlySet<Node> = new Set()): ObjectExpression[] {
  return branchesOf(node).flatMap((one) => {
    if (one.type === 'ObjectExpression') {
      const spread = one.properties.filter((member) => member.type === 'SpreadElement')
      return [one, ...spread.flatMap(({ argument }) => objectsOf(draft, argument, seen))]
    }
    const binding = draft.file.syntax.bindings.get(one)
    if (!binding || seen.has(binding.declaration)) return []
    const more = new Set([...seen, binding.declaration])
    return binding.sources.flatMap(({ value, path }) =>
      path.length > 0 ? [] : objectsOf(draft, value, more),
    )
  })
}

/** Whether a body may have fields that are not written in the file. */
function isUnknown(draft: Draft, body: Node, lists: readonly (string | undefined)[]): boolean {
  const objects = objectsOf(draft, body)
  if (objects.length === 0) return true
  return objects.some(({ properties }) =>
    properties.some((one) => {
      if (one.type === 'SpreadElement') return objectsOf(draft, one.argument).length === 0
      const isList = one.type === 'ObjectProperty' && lists.includes(keyOf(one))
      return isList && elementsOf(draft, one.value).length === 0
    }),
  )
}

/** What a choice chooses from: `name ? { name } : {}`, `name && { name }`. */
function branchesOf(node: Node): Node[] {
  const inner = plain(node)
  if (inner.type === 'ConditionalExpression') {
    return [...branchesOf(inner.consequent), ...branchesOf(inner.alternate)]
  }
  return inner.type === 'LogicalExpression' ? branchesOf(inner.right) : [inner]
}

/** Whether a call encrypts its first argument, also by a function of the program that does nothing else. */
function encrypts(draft: Draft, call: CallExpression): boolean {
  const callee = meaningOf(draft, call.callee)
  if (callee) {
    const name = 'name' in callee ? callee.name : undefined
    return name === 'Rsa.encrypt' || (callee.is === 'method' && name === 'publicEncrypt')
  }
  const own = draft.resolver.functionOf(call.callee, draft.file)
  const result = own && onlyReturn(own)
  const inner = result && plain(result)
  if (!own || !isCall(inner) || inner === call || !isIdentifier(own.params[0])) return false
  return isIdentifier(inner.arguments[0], own.params[0].name) && encrypts(draft, inner)
}

function rewriteValue(draft: Draft, value: Node): boolean {
  const call = plain(value)
  if (!isCall(call)) return false
  const [text] = call.arguments
  if (!text || !encrypts(draft, call)) return false
  forget(draft, [call.callee])
  const local = need(draft, call.callee, MAIN, 'sensitive')
  const clear = textOf(draft, text)
  markGone(draft, call)
  replaceNode(draft, value, `${local}(${clear})`)
  return true
}
