import type { ExportNamedDeclaration, VariableDeclarator } from '@babel/types'
import {
  type Draft,
  isLoad,
  lineEnd,
  MAIN,
  mark,
  meaningOf,
  type Need,
  need,
  rangeOf,
  removeStatement,
  replaceNode,
  siteOf,
} from './draft.js'
import { byModule, importLines, renamed, statements, writeImport, writeRequire } from './import-text.js'
import type { Meaning } from './meaning.js'
import { loadedBy, peerOf, requiredBy } from './modules.js'
import * as reasons from './reasons.js'
import type { Binding } from './scopes.js'
import { baseOf, isCall, memberName, type Node, objectOf, plain, upwards, walk } from './syntax.js'

/** What is left of the names that one import brings. */
interface Site {
  readonly node: Node
  readonly bindings: readonly Binding[]
}

/** Has a program import what it needs now, and of the old package only what is left of it. */
export function rewriteImports(draft: Draft): void {
  const sites: Site[] = []
  walk(draft.file.syntax.root, (node) => {
    if (isSite(draft, node)) sites.push({ node, bindings: bindingsOf(draft, node) })
    else if (isFreeLoad(draft, node)) rewriteFreeLoad(draft, node)
    else markOther(draft, node)
  })
  for (const site of sites) rewriteSite(draft, site)
  addImports(
    draft,
    draft.needs.filter(({ site, users }) => site === draft.file.syntax.root && users.size > 0),
  )
}

/** Adds imports to a file that had none of the old package. */
function addImports(draft: Draft, names: readonly Need[]): void {
  if (names.length === 0) return
  const { text, syntax } = draft.file
  const { body, directives } = syntax.root.program
  const isModule = body.some(({ type }) => /^(?:Import|Export)\w*Declaration$/.test(type))
  const last = body.findLast((one) =>
    isModule
      ? one.type === 'ImportDeclaration'
      : one.type === 'VariableDeclaration' && hasLoad(one.declarations),
  )
  const before = last ?? directives.at(-1)
  const written = before ? text.slice(...rangeOf(before)) : text
  const semicolon = /;$/m.test(written) ? ';' : ''
  const quote = /["']/.exec(written)?.[0] ?? "'"
  const lines = isModule
    ? importLines(names, quote, false)
    : byModule(names, ': ').map(
        ([module, members]) => `const { ${members.join(', ')} } = require(${quote}${module}${quote})`,
      )
  const added = statements(lines, semicolon).replaceAll('\n', lineEnd(draft))
  if (before) draft.edits.after(rangeOf(before)[1], lineEnd(draft) + added)
  else draft.edits.before(rangeOf(body[0] ?? syntax.root)[0], added + lineEnd(draft))
}

const hasLoad = (declarators: readonly VariableDeclarator[]): boolean =>
  declarators.some(({ init }) => init && isLoad(init))

/** Removes declarations that only gave helpers or the class a shorter name. */
export function removeAliases(draft: Draft): void {
  for (const one of aliasesOf(draft)) removeAlias(draft, one)
}

function isSite(draft: Draft, node: Node): boolean {
  if (node.type === 'ImportDeclaration')
    return peerOf(node.source.value) !== undefined && node.specifiers.length > 0
  if (node.type === 'TSImportEqualsDeclaration') return meaningOf(draft, node.id)?.is !== undefined
  if (node.type !== 'VariableDeclarator' || !node.init || !isLoad(node.init)) return false
  return peerOf(requiredBy(baseOf(node.init))) !== undefined
}

/** Whether a node loads an old package and no declaration holds it: `sdk = require('…')`. */
function isFreeLoad(draft: Draft, node: Node): boolean {
  if (peerOf(requiredBy(node)) === undefined) return false
  const [, ...above] = upwards(node, draft.file.syntax.parents)
  const user = above.find((one) => plain(one) === one && memberName(one) === undefined)
  return user?.type !== 'VariableDeclarator'
}

function rewriteFreeLoad(draft: Draft, node: Node): void {
  const source = loadedBy(node)
  // A helper that is called where it is loaded is rewritten with the load.
  if (!source || draft.edits.isReplaced(rangeOf(source)[0])) return
  const quote = draft.file.text[rangeOf(source)[0]] ?? "'"
  replaceNode(draft, source, `${quote}${MAIN}${quote}`)
  // `require('…').Wechatpay` is right as it is.
  const user = draft.file.syntax.parents.get(node)
  if (user && memberName(user) === 'Wechatpay') return
  mark(draft, node, reasons.exportedNames)
}

function bindingsOf(draft: Draft, site: Node): Binding[] {
  const found: Binding[] = []
  for (const binding of new Set(draft.file.syntax.bindings.values())) {
    const { declaration } = binding
    const isOwn = declaration === site || draft.file.syntax.parents.get(declaration) === site
    if (isOwn) found.push(binding)
  }
  return found.sort((one, other) => rangeOf(one.declaration)[0] - rangeOf(other.declaration)[0])
}

/** Says what to do about imports that are not those of a whole package. */
function markOther(draft: Draft, node: Node): void {
  const source =
    node.type === 'ImportDeclaration' ||
    node.type === 'ExportNamedDeclaration' ||
    node.type === 'ExportAllDeclaration'
      ? node.source?.value
      : undefined
  if (source === 'nest-wechatpay-node-v3') {
    mark(draft, node, reasons.nestModule)
  }
  if (source === undefined || !/^wechatpay-(?:axios-plugin|node-v3)(?:\/|$)/.test(source)) return
  if (node.type === 'ExportNamedDeclaration' && rewriteExport(draft, node)) return
  if (node.type !== 'ImportDeclaration' && peerOf(source)) {
    mark(draft, node, reasons.exportedNames)
    return
  }
  mark(draft, node, reasons.typesOfRequests)
}

/** Rewrites `export { Wechatpay } from '…'`, and tells whether the class is all that is passed on. */
function rewriteExport(draft: Draft, node: ExportNamedDeclaration): boolean {
  const names = node.specifiers.map((one) => {
    if (one.type !== 'ExportSpecifier' || !/^(?:default|Wechatpay)$/.test(one.local.name)) return undefined
    const exported = one.exported.type === 'Identifier' ? one.exported.name : one.exported.value
    return renamed('Wechatpay', exported, ' as ')
  })
  const [first, last] = [node.specifiers[0], node.specifiers.at(-1)]
  if (!first || !last || !node.source || names.includes(undefined)) return false
  draft.edits.replace(rangeOf(first)[0], rangeOf(last)[1], names.join(', '))
  const quote = draft.file.text[rangeOf(node.source)[0]] ?? "'"
  replaceNode(draft, node.source, `${quote}${MAIN}${quote}`)
  return true
}

/** Declarations that only give helpers or the class a shorter name: `const { AesGcm } = Aes`. */
function aliasesOf(draft: Draft): VariableDeclarator[] {
  const found: VariableDeclarator[] = []
  walk(draft.file.syntax.root, (node) => {
    if (node.type !== 'VariableDeclarator' || !node.init || isLoad(node.init)) return
    const meaning = meaningOf(draft, node.init)
    if (!meaning || !/^(?:module|class|helper)$/.test(meaning.is)) return
    const declaration = draft.file.syntax.parents.get(node)
    if (declaration?.type === 'VariableDeclaration' && declaration.declarations.length === 1) found.push(node)
  })
  return found
}

function removeAlias(draft: Draft, alias: VariableDeclarator): void {
  const bindings = bindingsOf(draft, alias)
  const left = bindings.filter((one) => one.references.some((reference) => !draft.gone.has(reference)))
  const classes = left.filter((one) => isClass(draft.resolver.ofBinding(one, draft.file)))
  const site = siteOf(draft, alias.init as Node)
  if (bindings.length === 0 || left.length !== classes.length || !site) return
  for (const { name } of classes) {
    draft.needs.push({ site, module: MAIN, name: 'Wechatpay', local: name, users: new Set([alias]) })
  }
  const statement = draft.file.syntax.parents.get(alias) as Node
  removeStatement(draft, statement)
  walk(alias.init as Node, (inner) => {
    if (inner.type === 'Identifier') draft.gone.add(inner)
  })
}

const isClass = (meaning: Meaning | undefined): boolean => meaning?.is === 'class' || meaning?.is === 'module'

function rewriteSite(draft: Draft, { node, bindings }: Site): void {
  const isEmpty = bindings.every(({ references }) => references.length === 0)
  const kept: Binding[] = []
  const classes: Binding[] = []
  for (const binding of bindings) {
    const left = binding.references.filter((one) => !draft.gone.has(one))
    const meaning = draft.resolver.ofBinding(binding, draft.file)
    if (isClass(meaning)) {
      const old = left.filter((one) => !isUseOfClass(draft, one))
      if (old.length > 0) kept.push(binding)
      if (old.length > 0) renameClass(draft, left)
      else if (left.length > 0 || isEmpty) classes.push(binding)
    } else if (left.length > 0) kept.push(binding)
  }
  const needs = draft.needs.filter((one) => one.site === node && one.users.size > 0)
  const names = [...classes.map(({ name }) => ({ module: MAIN, name: 'Wechatpay', local: name })), ...needs]
  if (node.type === 'ImportDeclaration') writeImport(draft, node, kept, names)
  else if (node.type === 'VariableDeclarator') writeRequire(draft, node, kept, names)
  else if (kept.length === 0) {
    const semicolon = draft.file.text[rangeOf(node)[1] - 1] === ';' ? ';' : ''
    replaceNode(draft, node, statements(importLines(names, "'", false), semicolon))
  }
}

/** Whether a name of the package is used as its class: after `new`, as a type, or as a value. */
function isUseOfClass(draft: Draft, reference: Node): boolean {
  const parent = draft.file.syntax.parents.get(reference)
  return (
    parent === undefined ||
    (objectOf(parent) !== reference && !(isCall(parent) && parent.callee === reference))
  )
}

/** Gives the class a name of its own where the old package is still needed by its name. */
function renameClass(draft: Draft, references: readonly Node[]): void {
  for (const one of references) {
    if (isUseOfClass(draft, one)) replaceNode(draft, one, need(draft, one, MAIN, 'Wechatpay'))
  }
}
