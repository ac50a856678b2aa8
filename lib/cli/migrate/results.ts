import type { CallExpression } from '@babel/types'
import { type Draft, mark } from './draft.js'
import * as reasons from './reasons.js'
import { isCall, isIdentifier, keyOf, memberName, type Node, objectOf } from './syntax.js'

/**
 * Looks at what becomes of a result of wechatpay-node-v3, which was `{ status, data, error }` and is an AxiosResponse
 * now, and has a comment say what to look at.
 */
export function explainResult(draft: Draft, call: CallExpression): void {
  const uses = usesOf(draft, call)
  // Both kinds of results have `data`.
  const names = [...new Set(uses)].filter((name) => name !== 'data')
  const errors = names.filter((name) => /^(?:status|error|errRaw)$/.test(name))
  const fields = names.filter((name) => !errors.includes(name) && name !== ESCAPES)
  if (errors.length > 0) mark(draft, call, reasons.refusalThrows(errors.join(', ')))
  if (fields.length > 0) mark(draft, call, reasons.fieldsInData(fields.join(', ')))
  if (names.includes(ESCAPES)) mark(draft, call, reasons.axiosResponse)
}

/** Stands for a result that goes where it is not followed. */
const ESCAPES = '*'

/** The names that are read from the result of an expression. */
export function usesOf(draft: Draft, node: Node): string[] {
  const { parents } = draft.file.syntax
  const parent = parents.get(node)
  if (!parent) return []
  const name = memberName(parent)
  if (name !== undefined && objectOf(parent) === node) {
    if (/^(?:then|catch|finally)$/.test(name)) return usesOfPromise(draft, parent, name)
    return [name]
  }
  switch (parent.type) {
    case 'AwaitExpression':
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSNonNullExpression':
    case 'TSSatisfiesExpression':
      return usesOf(draft, parent)
    case 'ExpressionStatement':
      return []
    case 'VariableDeclarator':
      return usesOfPattern(draft, parent.id)
    case 'AssignmentExpression':
      return usesOfPattern(draft, parent.left)
    default:
      return [ESCAPES]
  }
}

function usesOfPromise(draft: Draft, member: Node, name: string): string[] {
  const call = draft.file.syntax.parents.get(member)
  if (!isCall(call)) return [ESCAPES]
  if (name !== 'then') return usesOf(draft, call)
  const [handler] = call.arguments
  const isFunction = handler?.type === 'ArrowFunctionExpression' || handler?.type === 'FunctionExpression'
  const [parameter] = isFunction ? handler.params : []
  return parameter ? usesOfPattern(draft, parameter) : isFunction ? [] : [ESCAPES]
}

function usesOfPattern(draft: Draft, pattern: Node): string[] {
  if (pattern.type === 'ObjectPattern') {
    return pattern.properties.map((one) => (one.type === 'RestElement' ? ESCAPES : (keyOf(one) ?? ESCAPES)))
  }
  const { bindings, parents } = draft.file.syntax
  const binding = bindings.get(pattern)
  if (!binding) return [ESCAPES]
  return binding.references.flatMap((reference) => {
    if (reference === pattern) return []
    const parent = parents.get(reference)
    if (parent?.type === 'VariableDeclarator') return usesOfPattern(draft, parent.id)
    if (!parent || isPrinted(parent)) return []
    const name = memberName(parent)
    const isRead = name !== undefined && objectOf(parent) === reference
    return [isRead ? name : ESCAPES]
  })
}

/** Whether a value is only printed: `console.log(result)`. */
const isPrinted = (parent: Node): boolean =>
  isCall(parent) && isIdentifier(objectOf(parent.callee), 'console')
