import type { CallExpression, TSAsExpression } from '@babel/types'
import { rewritePluginClient } from './axios-plugin-client.js'
import { markHelper, rewriteConstant, rewriteHelperCall } from './axios-plugin-helpers.js'
import { rewriteChainCall } from './chain-calls.js'
import { isByName } from './chain-paths.js'
import {
  classNameOf,
  createDraft,
  type Draft,
  lineOf,
  MAIN,
  mark,
  markGone,
  meaningOf,
  need,
  rangeOf,
  replaceNode,
  siteOf,
} from './draft.js'
import { applyEdits, type Edit } from './edits.js'
import { rewriteHandlers } from './handlers.js'
import { removeAliases, rewriteImports } from './imports.js'
import { writeMarks } from './marks.js'
import { hasValues } from './meaning.js'
import { NAMES_PEER, peerOf, requiredBy, type SourceFile } from './modules.js'
import { rewriteMethodCall } from './node-v3-calls.js'
import { rewriteNodeV3Client } from './node-v3-client.js'
import { isOfNodeV3, isOnlyOfNodeV3 } from './node-v3-methods.js'
import { isOldCall } from './old-calls.js'
import * as reasons from './reasons.js'
import type { Resolver } from './resolver.js'
import { isCall, isIdentifier, keyOf, memberName, type Node, plain, walk } from './syntax.js'

/** A file after its migration. */
export interface Rewritten {
  readonly edits: readonly Edit[]
  readonly text: string
  /** Lines of the original with a call, a constructor or a helper that was rewritten. */
  readonly rewritten: readonly number[]
  /** Lines of the original that need a hand; a comment stands above them. */
  readonly marked: readonly number[]
  /** Lines of the original that are not understood. */
  readonly unknown: readonly number[]
}

/** Rewrites one file for wechatpay-fluent. */
export function rewriteFile(
  file: SourceFile,
  resolver: Resolver,
  withoutBody: ReadonlySet<string>,
): Rewritten {
  const draft = createDraft(file, resolver, withoutBody)
  const { root } = file.syntax
  walk(root, (node) => rewriteNode(draft, node))
  rewriteHandlers(draft)
  removeAliases(draft)
  walk(root, (node) => {
    if (node.type === 'Identifier' || memberName(node) !== undefined) markRest(draft, node)
    markType(draft, node)
    if (node.type === 'StringLiteral' && /^EV[23]_RES_/.test(node.value)) mark(draft, node, reasons.errorCode)
  })
  rewriteImports(draft)
  const marked = writeMarks(draft)
  const edits = draft.edits.list()
  return {
    edits,
    text: applyEdits(file.text, edits),
    rewritten: sorted([...draft.rewritten].map(lineOf)),
    marked: sorted(marked),
    unknown: sorted(unknownLines(draft)).filter((line) => !marked.includes(line)),
  }
}

const sorted = (lines: readonly number[]): number[] => [...new Set(lines)].sort((one, other) => one - other)

function rewriteNode(draft: Draft, node: Node): void {
  if (isCall(node)) {
    rewriteChainCall(draft, node)
    rewriteMethodCall(draft, node)
    rewriteHelperCall(draft, node)
    markCallOfClass(draft, node)
  } else if (node.type === 'NewExpression') {
    rewriteNodeV3Client(draft, node)
    rewritePluginClient(draft, node)
  } else if (memberName(node) !== undefined) {
    rewriteConstant(draft, node)
    rewriteClass(draft, node)
  } else if (isIdentifier(node) && draft.file.syntax.bindings.has(node)) rewriteConstant(draft, node)
}

/** Marks the call of a class, which an early version was: `wxp(axios, options)`. */
function markCallOfClass(draft: Draft, call: CallExpression): void {
  if (!/^(?:class|module)$/.test(meaningOf(draft, call.callee)?.is ?? '')) return
  mark(draft, call, reasons.calledClass)
}

/** `wechat.Wechatpay` of a package that is imported as a whole. */
function rewriteClass(draft: Draft, node: Node): void {
  if (meaningOf(draft, node)?.is !== 'class' || !('object' in node)) return
  const site = siteOf(draft, node)
  const parent = draft.file.syntax.parents.get(node)
  // `require('…').Wechatpay` in a declaration is rewritten with it.
  if (!site || parent?.type === 'VariableDeclarator') return
  if (!draft.file.syntax.bindings.has(plain(node.object as Node))) return
  const local = need(draft, node, MAIN, 'Wechatpay')
  markGone(draft, node)
  replaceNode(draft, node, local)
}

/** Marks what is left of helpers and what reaches below the client. */
function markRest(draft: Draft, node: Node): void {
  const meaning = meaningOf(draft, node)
  const parent = draft.file.syntax.parents.get(node)
  if (meaning?.is === 'helper' && isReferenceOrMember(draft, node)) markHelper(draft, node)
  if (meaning?.is === 'axios' && /^client\.v[23]\.defaults$/.test(meaning.name)) {
    mark(draft, node, reasons.transforms)
  }
  if (parent?.type.startsWith('Class') && 'superClass' in parent && parent.superClass === node && meaning) {
    mark(draft, node, reasons.extendedClient)
  }
}

/** Marks a type by which a program describes a client of an old package itself. */
function markType(draft: Draft, node: Node): void {
  const isCast =
    node.type === 'TSAsExpression' &&
    node.typeAnnotation.type === 'TSTypeLiteral' &&
    /^(?:client|path)$/.test(meaningOf(draft, node.expression)?.is ?? '')
  if (isCast && rewriteCast(draft, node)) return
  const isMember = /^TS(?:Method|Property)Signature$/.test(node.type) && isOnlyOfNodeV3(keyOf(node) ?? '')
  const isOfNode = isMember && /wechatpay-node-v3/.test(draft.file.text)
  if (!isCast && !(isOfNode && !draft.edits.isReplaced(rangeOf(node)[0]))) return
  mark(draft, node, reasons.describedType)
}

/** Rewrites `client as { v3: … }`: the chain of wechatpay-fluent has types. */
function rewriteCast(draft: Draft, node: TSAsExpression): boolean {
  if (meaningOf(draft, node.expression)?.is !== 'client') return false
  replaceNode(draft, node.typeAnnotation, classNameOf(draft, node))
  return true
}

/** Whether a node is an expression, and no name that is declared or imported. */
function isReferenceOrMember(draft: Draft, node: Node): boolean {
  if (memberName(node) !== undefined) return true
  const binding = draft.file.syntax.bindings.get(node)
  return binding?.references.includes(node) ?? false
}

/**
 * The lines of what is not understood: calls that only the old packages have, of an object that is not known because it
 * comes from a file that was not given; calls of a client that neither package has; and names of the old packages that
 * load nothing, as in a list of packages or in a mock.
 */
function unknownLines(draft: Draft): number[] {
  const lines: number[] = []
  const isOld = NAMES_PEER.test(draft.file.text)
  const { root, parents } = draft.file.syntax
  walk(root, (node) => {
    if (node.type === 'StringLiteral' && peerOf(node.value) && !loads(parents.get(node)))
      lines.push(lineOf(node))
    if (!isCall(node) || draft.rewritten.has(node)) return
    const name = memberName(node.callee) ?? ''
    const meaning = meaningOf(draft, node.callee)
    const isOther = meaning?.is === 'path' && !hasValues(meaning.parts) && !isByName(draft, node.callee)
    const isUnclear = meaning?.is === 'method' && meaning.isByName && isOfNodeV3(name)
    const isOnlyOld = !meaning && (isOldCall(node, isOld) || isOnlyOfNodeV3(name))
    if (isOther || isUnclear || isOnlyOld) lines.push(lineOf(node))
  })
  return lines
}

/** Whether a name of a package stands where it is imported, which is rewritten or marked elsewhere. */
const loads = (parent: Node | undefined): boolean =>
  parent !== undefined &&
  (requiredBy(parent) !== undefined || /^(?:Import|Export|TSExternalModule)/.test(parent.type))
