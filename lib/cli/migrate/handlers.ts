import type { CatchClause, Function as FunctionNode } from '@babel/types'
import { type Draft, indentOf, lineEnd, mark, rangeOf, replaceNode, semicolonOf } from './draft.js'
import * as reasons from './reasons.js'
import {
  childrenOf,
  innerOf,
  isCall,
  isFunction,
  isIdentifier,
  keyOf,
  memberName,
  type Node,
  objectOf,
  upwards,
  walk,
} from './syntax.js'

/** What handles the errors of a call, and where it takes them. */
interface Handler {
  readonly node: FunctionNode | CatchClause
  readonly parameter: Node
}

/** Notes what handles the errors of a call. */
export function findHandlers(draft: Draft, call: Node): void {
  for (const handler of [...promiseHandlers(draft, call), ...catchClauses(draft, call)]) {
    draft.handlers.set(handler.parameter, handler)
  }
}

/**
 * Lets handlers that take every error for a refusal pass on those without a response, which a RequestError and a
 * NetworkError are; before, they failed at them with an error of their own. Where that would leave out what a handler
 * does first, a comment says what to look at.
 */
export function rewriteHandlers(draft: Draft): void {
  for (const handler of draft.handlers.values()) {
    const { parameter } = handler
    markTests(draft, handler.node)
    const reads = unguardedReads(draft, parameter)
    if (parameter.type === 'ObjectPattern' ? !takesResponse(parameter) : reads.length === 0) continue
    const [first] = statementsOf(handler.node)
    if (parameter.type === 'ObjectPattern') rewritePattern(draft, handler)
    else if (first && reads.some((read) => runsIn(draft, read, first))) {
      const [read] = reads
      const object = draft.file.text.slice(...rangeOf(objectOf(read) as Node))
      insertFirst(draft, handler.node, [`if (!${object}.response) throw ${nameOf(parameter)}`])
    } else {
      mark(draft, parameter, reasons.noResponse)
    }
  }
}

/** Whether an expression is a part of a statement, and not of a function in it. */
function runsIn({ file: { syntax } }: Draft, node: Node, statement: Node): boolean {
  const above = upwards(node, syntax.parents)
  return above.indexOf(statement) >= 0 && !above.slice(0, above.indexOf(statement)).some(isFunction)
}

/** Marks where a handler, or a function that it calls, asks whether an error is one of axios. */
function markTests(draft: Draft, handler: Node, depth = 0): void {
  if (draft.done.has(handler)) return
  draft.done.add(handler)
  walk(handler, (node) => {
    const isTest = isCall(node) && /^isAxiosError$/.test(memberName(node.callee) ?? nameOf(node.callee))
    const isClass = node.type === 'BinaryExpression' && node.operator === 'instanceof'
    const name = isClass ? (memberName(node.right) ?? nameOf(node.right)) : ''
    if (isTest || name === 'AxiosError') mark(draft, node, reasons.axiosError)
    const own = isCall(node) && depth === 0 ? draft.resolver.functionOf(node.callee, draft.file) : undefined
    if (own) markTests(draft, own, depth + 1)
  })
}

/** The parameters of `.catch(…)` and of the second function of `.then(…)` behind a call. */
function promiseHandlers(draft: Draft, call: Node): Handler[] {
  const { syntax } = draft.file
  const holder = syntax.parents.get(call)
  const references =
    (holder?.type === 'VariableDeclarator' && syntax.bindings.get(holder.id)?.references) || []
  const found = references.flatMap((one) => promiseHandlers(draft, one))
  for (let at: Node | undefined = call; at; ) {
    const member = syntax.parents.get(at)
    const name = objectOf(member) === at && member ? memberName(member) : undefined
    const next = member && syntax.parents.get(member)
    if (!isCall(next) || !/^(?:then|catch|finally)$/.test(name ?? '')) break
    const node = next.arguments[name === 'catch' ? 0 : 1]
    const [parameter] = node && isFunction(node) ? node.params : []
    if (node && isFunction(node) && parameter) found.push({ node, parameter })
    at = next
  }
  return found
}

/** The parameters of the `catch` clauses around a call. */
function catchClauses({ file: { syntax } }: Draft, call: Node): Handler[] {
  const above = upwards(call, syntax.parents)
  const end = above.findIndex((one) => 'params' in one)
  return above.slice(0, end < 0 ? undefined : end + 1).flatMap((one, index) => {
    const isTried = one.type === 'TryStatement' && one.block === above[index - 1]
    return isTried && one.handler?.param ? [{ node: one.handler, parameter: one.handler.param }] : []
  })
}

/** Whether a pattern takes the response apart, which fails where there is none. */
function takesResponse(pattern: Node & { type: 'ObjectPattern' }): boolean {
  const response = pattern.properties.find((one) => keyOf(one) === 'response')
  return response?.type === 'ObjectProperty' && response.value.type === 'ObjectPattern'
}

/** Where a handler reads from the response of its error, if it nowhere looks at whether there is one. */
function unguardedReads({ file: { syntax } }: Draft, parameter: Node): Node[] {
  const reads = (syntax.bindings.get(parameter)?.references ?? []).flatMap((reference) => {
    const member = syntax.parents.get(outermost(syntax.parents, reference))
    return member && memberName(member) === 'response' ? [member] : []
  })
  const isUnguarded = reads.every((member) => {
    const response = outermost(syntax.parents, member)
    const parent = syntax.parents.get(response)
    if (parent?.type === 'VariableDeclarator') return parent.id.type === 'ObjectPattern'
    return parent?.type === 'MemberExpression' && parent.object === response
  })
  return isUnguarded ? reads : []
}

/** An expression with the casts around it. */
function outermost(parents: ReadonlyMap<Node, Node>, node: Node): Node {
  const parent = parents.get(node)
  return parent && innerOf(parent) === node ? outermost(parents, parent) : node
}

const statementsOf = ({ body }: Handler['node']): Node[] =>
  body.type === 'BlockStatement' ? body.body : [body]

const nameOf = (parameter: Node): string => (isIdentifier(parameter) ? parameter.name : '')

/** `({ response: { status } }) => …` becomes `(error) => { …; const { response: { status } } = error; … }`. */
function rewritePattern(draft: Draft, { node, parameter }: Handler): void {
  const { text } = draft.file
  const type = 'typeAnnotation' in parameter ? parameter.typeAnnotation : undefined
  const [start, end] = rangeOf(parameter)
  const typed = type ? text.slice(...rangeOf(type)) : ''
  const pattern = text.slice(start, end - typed.length).trimEnd()
  const used = namesIn(node)
  const name = ['error', 'failure', 'reason'].find((one) => !used.has(one)) ?? 'error$'
  insertFirst(draft, node, [`if (!${name}.response) throw ${name}`, `const ${pattern} = ${name}`])
  replaceNode(draft, parameter, name + typed)
}

function namesIn(node: Node): ReadonlySet<string> {
  if (isIdentifier(node)) return new Set([node.name])
  const object = memberName(node) === undefined ? undefined : objectOf(node)
  const parts = object ? [object] : childrenOf(node)
  return new Set(parts.flatMap((one) => [...namesIn(one)]))
}

/** Puts statements before all others of a handler; an expression becomes what a block returns. */
function insertFirst(
  draft: Draft,
  { body, end: last }: Handler['node'],
  statements: readonly string[],
): void {
  const newline = lineEnd(draft)
  const end = semicolonOf(draft)
  const [start] = rangeOf(body)
  if (body.type === 'BlockStatement') {
    const [first] = body.body
    const isApart = first && first.loc?.start.line !== body.loc?.start.line
    const text = isApart
      ? statements.map((one) => `${newline}${indentOf(draft, first)}${one}${end}`).join('')
      : statements.map((one) => ` ${one};`).join('')
    draft.edits.after(start + 1, text)
    return
  }
  const outer = indentOf(draft, body)
  const inner = `${newline}${outer}  `
  const from = (body.extra?.parenStart as number | undefined) ?? start
  draft.edits.before(from, `{${statements.map((one) => inner + one + end).join('')}${inner}return `)
  draft.edits.after(last ?? rangeOf(body)[1], `${end}${newline}${outer}}`)
}
