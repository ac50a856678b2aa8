import type { CatchClause, Function as FunctionNode } from '@babel/types'
import { Edits } from './edits.js'
import type { Meaning } from './meaning.js'
import { importedName, peerOf, requiredBy, type SourceFile } from './modules.js'
import type { Resolver } from './resolver.js'
import { baseOf, innerOf, isCall, type Node, plain, upwards, walk } from './syntax.js'

/** A statement that needs a hand, and why. */
export interface Mark {
  readonly node: Node
  readonly reason: string
}

/** A name that a program needs of a module, where it imported the old package. */
export interface Need {
  /** The import declaration or the declarator of the `require`. */
  readonly site: Node
  readonly module: string
  readonly name: string
  readonly local: string
  /** The expressions that use it. */
  readonly users: Set<Node>
}

/** One file while it is rewritten. */
export interface Draft {
  readonly file: SourceFile
  readonly resolver: Resolver
  /** The endpoints whose request has no body: `post v3/…/cancel`. */
  readonly withoutBody: ReadonlySet<string>
  readonly edits: Edits
  readonly marks: Mark[]
  readonly needs: Need[]
  /** The identifiers that no longer stand for something of the old package. */
  readonly gone: Set<Node>
  /** The expressions that were rewritten. */
  readonly rewritten: Set<Node>
  /** Objects and declarations that were rewritten for another expression that uses them. */
  readonly done: Set<Node>
  /** What handles the errors of calls, by its parameter. */
  readonly handlers: Map<Node, { readonly node: FunctionNode | CatchClause; readonly parameter: Node }>
  /** Names that were given to new imports. */
  readonly taken: Set<string>
}

export const MAIN = 'wechatpay-fluent'
export const CRYPTO = 'wechatpay-fluent/crypto'

export function createDraft(file: SourceFile, resolver: Resolver, withoutBody: ReadonlySet<string>): Draft {
  return {
    file,
    resolver,
    withoutBody,
    edits: new Edits(file.text),
    marks: [],
    needs: [],
    gone: new Set(),
    rewritten: new Set(),
    done: new Set(),
    handlers: new Map(),
    taken: new Set(),
  }
}

export const meaningOf = (draft: Draft, node: Node): Meaning | undefined =>
  draft.resolver.of(node, draft.file)

/** The helper of wechatpay-axios-plugin that an expression is: `Rsa.sign`. */
export function helperName(draft: Draft, node: Node): string | undefined {
  const meaning = meaningOf(draft, node)
  return meaning?.is === 'helper' ? meaning.name : undefined
}

/** The helper that an expression calls. */
export function calledHelper(draft: Draft, node: Node | undefined): string | undefined {
  const call = node && plain(node)
  return isCall(call) ? helperName(draft, call.callee) : undefined
}

/** The expression that a name stands for, where it is given one value and no part of one. */
export function onlyValue({ file: { syntax } }: Draft, node: Node): Node | undefined {
  const [source, ...more] = syntax.bindings.get(plain(node))?.sources ?? []
  return source?.path.length === 0 && more.length === 0 ? source.value : undefined
}

/** Where a node is in the text. */
export function rangeOf({ start, end }: Node): readonly [start: number, end: number] {
  return [start ?? 0, end ?? 0]
}

/** The text of a node with what was rewritten in it. */
export function textOf({ edits }: Draft, node: Node): string {
  return edits.textOf(...rangeOf(node))
}

/**
 * The text of an object, to which the name of a property may be added: with its `await`, and with the `?.` behind it, but
 * without casts.
 */
export function objectText(draft: Draft, node: Node): string {
  let inner = node
  while (!/^(?:Await|TSNonNull)Expression$/.test(inner.type) && innerOf(inner) !== inner)
    inner = innerOf(inner)
  const text = textOf(draft, inner)
  const parent = draft.file.syntax.parents.get(node)
  const isOptional = parent?.type === 'OptionalMemberExpression' && parent.optional
  return `${inner.type === 'AwaitExpression' ? `(${text})` : text}${isOptional ? '?' : ''}`
}

/** A property of an object literal, in short where it may be. */
export const pair = (name: string, text = 'undefined'): string => (text === name ? name : `${name}: ${text}`)

/** The properties of an object literal that have a value. */
export const pairs = (values: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(values).flatMap(([name, text]) => (text === undefined ? [] : [pair(name, text)]))

/** Puts a text in the place of an expression. */
export function replaceNode(draft: Draft, node: Node, text: string): void {
  // Where no semicolons are written, what begins with a bracket would continue the line before.
  const continues = /^[([]/.test(text) && beginsStatement(draft, node)
  draft.edits.replace(...rangeOf(node), continues ? `;${text}` : text)
}

function beginsStatement({ file: { syntax } }: Draft, node: Node): boolean {
  const statement = upwards(node, syntax.parents).find(({ type }) => type === 'ExpressionStatement')
  const around = statement?.start === node.start ? syntax.parents.get(statement as Node) : undefined
  return /^(?:Program|BlockStatement)$/.test(around?.type ?? '')
}

/** Has a comment put above the statement of a node. */
export function mark(draft: Draft, node: Node, reason: string): void {
  draft.marks.push({ node, reason })
}

/** Notes that an expression of the old package is gone: the names in it, and the expression as rewritten. */
export function markGone(draft: Draft, node: Node, rewritten: Node = node): void {
  draft.rewritten.add(rewritten)
  walk(node, (inner) => {
    if (inner.type === 'Identifier') draft.gone.add(inner)
  })
}

/** The local name of something that the program imports from now on, at the place of the import behind `node`. */
export function need(draft: Draft, node: Node, module: string, name: string): string {
  const there = importedAlready(draft, module, name)
  if (there !== undefined) return there
  const site = siteOf(draft, node) ?? firstSite(draft) ?? draft.file.syntax.root
  const before = draft.needs.find((one) => one.site === site && one.module === module && one.name === name)
  const local = before?.local ?? freeName(draft, name)
  if (before) before.users.add(node)
  else draft.needs.push({ site, module, name, local, users: new Set([node]) })
  return local
}

/** The name by which the whole file has something of a module already. */
function importedAlready({ file: { syntax } }: Draft, module: string, name: string): string | undefined {
  for (const binding of new Set(syntax.bindings.values())) {
    const { declaration, scope, sources } = binding
    if (scope.node.type !== 'Program') continue
    const around = syntax.parents.get(declaration)
    if (around?.type === 'ImportDeclaration') {
      if (around.importKind === 'type' || around.source.value !== module) continue
      if (importedName(declaration) === name) return binding.name
    }
    const [source] = sources
    const isLoaded = source && requiredBy(plain(source.value)) === module
    if (isLoaded && source.path.length === 1 && source.path[0] === name) return binding.name
  }
  return undefined
}

/** The local name of the class, which may stand in the place of that of an old package. */
export function classNameOf(draft: Draft, node: Node): string {
  const { bindings } = draft.file.syntax
  const old = [...new Set(bindings.values())].find((binding) => {
    const isImported = isLoad(binding.sources[0]?.value ?? node) || /^Import/.test(binding.declaration.type)
    return isImported && /^(?:class|module)$/.test(draft.resolver.ofBinding(binding, draft.file)?.is ?? '')
  })
  return old?.name ?? need(draft, node, MAIN, 'Wechatpay')
}

/** Takes back what expressions needed that are gone again. */
export function forget(draft: Draft, users: readonly Node[]): void {
  for (const one of draft.needs) for (const user of users) one.users.delete(user)
}

/** A name that nothing in the file has: `nonce`, else `wechatpayNonce`. */
function freeName({ file, taken, needs }: Draft, name: string): string {
  // The same name may be needed by two functions that each have a `require`.
  const again = needs.find((one) => one.name === name)
  if (again) return again.local
  const candidates = [name, `wechatpay${name[0]?.toUpperCase()}${name.slice(1)}`]
  const free = candidates.find((one) => !file.syntax.names.has(one) && !taken.has(one)) ?? `${name}$`
  taken.add(free)
  return free
}

/** The import declaration of an old package, or the declarator of its `require`, that an expression goes back to. */
export function siteOf(draft: Draft, node: Node): Node | undefined {
  const { syntax } = draft.file
  const binding = syntax.bindings.get(baseOf(node))
  if (!binding) return undefined
  const { declaration } = binding
  const parent = syntax.parents.get(declaration)
  if (parent?.type === 'ImportDeclaration') return peerOf(parent.source.value) ? parent : undefined
  if (declaration.type === 'TSImportEqualsDeclaration') return declaration
  const [source] = binding.sources
  if (!source) return undefined
  if (!isLoad(source.value)) return siteOf(draft, source.value)
  return peerOf(requiredBy(baseOf(source.value))) ? declaration : undefined
}

/** The first import of an old package that the whole file has. */
function firstSite({ file: { syntax } }: Draft): Node | undefined {
  for (const statement of syntax.root.program.body) {
    const isImport = statement.type === 'ImportDeclaration' && statement.importKind !== 'type'
    if (isImport && statement.specifiers.length > 0 && peerOf(statement.source.value)) return statement
    const declarators = statement.type === 'VariableDeclaration' ? statement.declarations : []
    const found = declarators.find(({ init }) => init && peerOf(requiredBy(baseOf(init))))
    if (found) return found
  }
  return undefined
}

/** Whether a value is a `require('…')`, `await import('…')` or a property of one. */
export const isLoad = (value: Node): boolean => requiredBy(baseOf(value)) !== undefined

export const isTypeScript = ({ file: { path } }: Draft): boolean => /\.[cm]?tsx?$/.test(path)

/** Removes a statement, with its line where it stands alone in it. */
export function removeStatement(draft: Draft, statement: Node): void {
  const { text } = draft.file
  const [start, end] = statementRange(draft, statement)
  const from = text.lastIndexOf('\n', start - 1) + 1
  const to = text.indexOf('\n', end)
  const isAlone = text.slice(from, start).trim() === '' && to >= 0 && text.slice(end, to).trim() === ''
  draft.edits.replace(isAlone ? from : start, isAlone ? to + 1 : end, '')
}

/** Where a statement is; a semicolon on a line below it is there for what follows: `;(async () => …)()`. */
export function statementRange(
  { file: { text } }: Draft,
  statement: Node,
): readonly [start: number, end: number] {
  const [start, end] = rangeOf(statement)
  return [start, start + text.slice(start, end).replace(/\s*\n\s*;$/, '').length]
}

/** What a statement ends with in a file, where no other is near. */
export const semicolonOf = ({ file: { text } }: Draft): string => (/;\r?$/m.test(text) ? ';' : '')

/** The blanks that the line of a node begins with. */
export function indentOf({ file: { text } }: Draft, node: Node): string {
  const [start] = rangeOf(node)
  return /^[^\S\n]*/.exec(text.slice(text.lastIndexOf('\n', start - 1) + 1))?.[0] ?? ''
}

/** Whether a node is another one, or in it. */
export const isInside = ({ file: { syntax } }: Draft, node: Node, around: Node): boolean =>
  upwards(node, syntax.parents).includes(around)

/** What the lines of a file end with. */
export const lineEnd = ({ file: { text } }: Draft): string => (text.includes('\r\n') ? '\r\n' : '\n')

/** The line of a node, counted from 1. */
export const lineOf = (node: Node): number => node.loc?.start.line ?? 0
