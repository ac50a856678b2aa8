import type { CallExpression } from '@babel/types'
import { type Draft, markGone, meaningOf, removeStatement, textOf } from './draft.js'
import { isOpen, literalOf } from './objects.js'
import type { Target } from './path.js'
import type { Binding } from './scopes.js'
import { isCall, isIdentifier, keyOf, memberName, type Node, objectOf, plain, textValue } from './syntax.js'

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
  const form = formOf(draft, body)
  const file = form?.appends.find((one) => textValue(one.arguments[0]) === layout.file)
  const meta = form?.appends.find((one) => textValue(one.arguments[0]) === 'meta')
  const bytes = file?.arguments[1]
  if (!form || !file || !bytes || form.appends.length !== (meta ? 2 : 1)) return undefined
  const known = new Set([layout.name, layout.digest])
  if (meta && !holdsOnly(draft, meta.arguments[1], known)) return undefined
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
  const [source, ...more] = binding?.sources ?? []
  const made = source && more.length === 0 ? appendsOf(draft, plain(source.value)) : undefined
  if (!binding || !made) return undefined
  const own = statementOf(draft, binding.declaration)
  const appended = appendStatements(draft, binding, body)
  if (!own || !appended) return undefined
  return {
    created: made.created,
    appends: [...made.appends, ...appended.map(({ call }) => call)],
    statements: [own, ...appended.map(({ statement }) => statement)],
  }
}

/** The statements that fill a form; `undefined` where it is used for more than that. */
function appendStatements(
  draft: Draft,
  binding: Binding,
  body: Node,
): { readonly call: CallExpression; readonly statement: Node }[] | undefined {
  const { parents } = draft.file.syntax
  const found: { call: CallExpression; statement: Node }[] = []
  for (const reference of binding.references) {
    if (reference === body) continue
    const member = parents.get(reference)
    const call = member && parents.get(member)
    const statement = call && parents.get(call)
    const name = member && memberName(member)
    if (name === 'getHeaders') continue
    if (name !== 'append' || !isCall(call) || statement?.type !== 'ExpressionStatement') {
      return undefined
    }
    found.push({ call, statement })
  }
  return found
}

/** The calls of `append` behind `new FormData()`. */
function appendsOf(
  draft: Draft,
  node: Node,
): { readonly appends: readonly CallExpression[]; readonly created: Node } | undefined {
  if (node.type === 'NewExpression') {
    const helper = meaningOf(draft, node.callee)
    const own = helper?.is === 'helper' && /^(?:Multipart|FormData)/.test(helper.name)
    return own || isIdentifier(node.callee, 'FormData') ? { appends: [], created: node } : undefined
  }
  if (!isCall(node) || memberName(node.callee) !== 'append') return undefined
  const before = appendsOf(draft, plain((node.callee as { object: Node }).object))
  return before && { ...before, appends: [...before.appends, node] }
}

/** Whether `meta` has only what the client makes: the name of the file and its digest. */
function holdsOnly(draft: Draft, meta: Node | undefined, known: ReadonlySet<string>): boolean {
  const call = meta && plain(meta)
  if (!isCall(call) || memberName(call.callee) !== 'stringify') return false
  const [value] = call.arguments
  if (!value) return false
  const object = literalOf(draft, value)
  if (!object || isOpen(object)) return false
  return object.properties.every((one) => known.has(keyOf(one) ?? ''))
}

function statementOf(draft: Draft, declarator: Node): Node | undefined {
  const statement = draft.file.syntax.parents.get(declarator)
  return statement?.type === 'VariableDeclaration' && statement.declarations.length === 1
    ? statement
    : undefined
}
