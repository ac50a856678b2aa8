import type { CallExpression } from '@babel/types'
import { type Draft, helperName, markGone, onlyValue, removeStatement, textOf } from './draft.js'
import { literalOf } from './objects.js'
import type { Binding } from './scopes.js'
import { isCall, isIdentifier, keyOf, memberName, type Node, objectOf, plain, textValue } from './syntax.js'
import type { Target } from './target.js'

/** A form as a program puts it together. */
interface Form {
  readonly appends: readonly CallExpression[]
  /** What goes when the form is no longer needed: the statements beside the call. */
  readonly statements: readonly Node[]
  readonly created: Node
}

/** `multipart: { file: … }` for a body that is a form with a file and the usual meta; `undefined` for any other. */
export function uploadOf(draft: Draft, body: Node, { traits }: Target): string | undefined {
  const layout = traits?.upload
  if (!layout?.name || layout.digest === undefined || layout.fixed || layout.flat) return undefined
  const known = new Set([layout.name, layout.digest])
  const form = formOf(draft, body)
  const file = form?.appends.find((one) => textValue(one.arguments[0]) === layout.file)
  const meta = form?.appends.find((one) => textValue(one.arguments[0]) === 'meta')
  const bytes = file?.arguments[1]
  if (!form || !file || !bytes || form.appends.length !== (meta ? 2 : 1)) return undefined
  if (meta && !isUsualMeta(draft, meta.arguments[1], known)) return undefined
  const content = textOf(draft, bytes)
  const name = file.arguments[2] && textOf(draft, file.arguments[2])
  const value = name === undefined || isStream(bytes) ? content : `new File([${content}], ${name})`
  for (const statement of form.statements) {
    removeStatement(draft, statement)
    markGone(draft, statement)
  }
  markGone(draft, form.created)
  return `multipart: { ${layout.file}: ${value} }`
}

const isStream = (node: Node): boolean => {
  const call = plain(node)
  if (!isCall(call)) return false
  return isIdentifier(call.callee, 'createReadStream') || memberName(call.callee) === 'createReadStream'
}

/** Whether a value is a form of wechatpay-axios-plugin, of form-data or of the platform. */
export function isForm(draft: Draft, body: Node): boolean {
  return formOf(draft, body) !== undefined
}

function formOf(draft: Draft, given: Node): Form | undefined {
  const call = plain(given)
  // `form.getBuffer()` is the form as bytes.
  const isBytes = isCall(call) && memberName(call.callee) === 'getBuffer'
  const body = plain((isBytes && objectOf(call.callee)) || call)
  const inline = appendsOf(draft, body)
  if (inline) return { ...inline, statements: [] }
  const binding = draft.file.syntax.bindings.get(body)
  const value = onlyValue(draft, body)
  const made = value && appendsOf(draft, plain(value))
  if (!binding || !made) return undefined
  const own = statementOf(draft, binding.declaration)
  const appended = appendStatements(draft, binding, body)
  if (!own || !appended) return undefined
  return {
    created: made.created,
    appends: [...made.appends, ...appended.flatMap(({ calls }) => calls)],
    statements: [own, ...appended.map(({ statement }) => statement)],
  }
}

/** The statements that fill a form; `undefined` where it is used for more than that. */
function appendStatements(
  draft: Draft,
  binding: Binding,
  body: Node,
): { readonly calls: readonly CallExpression[]; readonly statement: Node }[] | undefined {
  const { parents } = draft.file.syntax
  const found: { calls: CallExpression[]; statement: Node }[] = []
  for (const reference of binding.references) {
    if (reference === body) continue
    const calls: CallExpression[] = []
    let member = parents.get(reference)
    if (member && memberName(member) === 'getHeaders') continue
    while (member && memberName(member) === 'append') {
      const call = parents.get(member)
      if (!isCall(call)) return undefined
      calls.push(call)
      member = parents.get(call)
    }
    if (calls.length === 0 || member?.type !== 'ExpressionStatement') return undefined
    found.push({ calls, statement: member })
  }
  return found
}

/** The calls of `append` behind `new FormData()`. */
function appendsOf(
  draft: Draft,
  node: Node,
): { readonly appends: readonly CallExpression[]; readonly created: Node } | undefined {
  if (node.type === 'NewExpression') {
    const isOwn = /^(?:Multipart|FormData)/.test(helperName(draft, node.callee) ?? '')
    return isOwn || isIdentifier(node.callee, 'FormData') ? { appends: [], created: node } : undefined
  }
  if (!isCall(node) || memberName(node.callee) !== 'append') return undefined
  const before = appendsOf(draft, plain((node.callee as { object: Node }).object))
  return before && { ...before, appends: [...before.appends, node] }
}

/** Whether `meta` has only what the client makes: the name of the file and its digest. */
function isUsualMeta(draft: Draft, meta: Node | undefined, known: ReadonlySet<string>): boolean {
  const call = meta && plain(meta)
  if (!isCall(call) || memberName(call.callee) !== 'stringify') return false
  const object = literalOf(draft, call.arguments[0])
  return object?.properties.every((one) => known.has(keyOf(one) ?? '')) === true
}

function statementOf(draft: Draft, declarator: Node): Node | undefined {
  const statement = draft.file.syntax.parents.get(declarator)
  return statement?.type === 'VariableDeclaration' && statement.declarations.length === 1
    ? statement
    : undefined
}
