import type { CallExpression } from '@babel/types'
import type { Verb } from '../../index.js'
import { castLoose, isByName, pathText, rewritePath, withoutFilled } from './chain-paths.js'
import {
  calledHelper,
  type Draft,
  forget,
  mark,
  markGone,
  meaningOf,
  objectText,
  pair,
  rangeOf,
  replaceNode,
  textOf,
} from './draft.js'
import { findHandlers } from './handlers.js'
import { hasValues, type Part, partsOf } from './meaning.js'
import { asObject, has, literalOf, type Member, removeMembers } from './objects.js'
import * as reasons from './reasons.js'
import { writeRequest } from './request.js'
import { rewriteSensitive } from './sensitive-fields.js'
import { isCall, keyOf, memberName, type Node, objectOf, plain, propertyValue, textValue } from './syntax.js'
import { chainOf, type Target, targetOf, withoutQuery } from './target.js'
import { isForm, uploadOf } from './uploads.js'

/** Rewrites a call of a chain of wechatpay-axios-plugin, which keeps its names. */
export function rewriteChainCall(draft: Draft, call: CallExpression): void {
  const callee = meaningOf(draft, call.callee)
  if (callee?.is === 'axios' && callee.name === 'client.request') rewriteRequestCall(draft, call)
  if (callee?.is !== 'verb' && callee?.is !== 'path') return
  const name = callee.is === 'verb' ? callee.verb : 'post'
  const verb = name.replace('Async', '') as Verb
  const config = call.arguments[verb === 'get' || verb === 'delete' ? 0 : 1]
  const parts = withoutEmptied(callee.parts, config)
  const node = pathNodeOf(call, callee.is === 'verb')
  const target = withoutFilled(draft, node, targetOf(parts, verb))
  if (!/^v[23](?:\/|$)/.test(target.path)) {
    // A property of the client that is no path is none of our business; a path in a variable is.
    if (!isByName(draft, call.callee) && hasValues(callee.parts)) {
      mark(draft, call, reasons.unknownPath)
    }
    return
  }
  if (isInMiddle(draft, call)) {
    mark(draft, call, reasons.callInMiddle)
    return
  }
  draft.rewritten.add(call)
  if (call.arguments.some((one) => one.type === 'SpreadElement')) {
    mark(draft, call, reasons.spreadArguments)
    return
  }
  castLoose(draft, call, node, target)
  if (parts !== callee.parts) replaceNode(draft, node, objectText(draft, objectOf(node) as Node))
  else rewritePath(draft, node, callee.parts, target)
  const body = config === call.arguments[0] ? undefined : call.arguments[0]
  rewriteArguments(draft, call, target, body, config)
}

/** The node of the chain that a call sends a request to. */
const pathNodeOf = ({ callee }: CallExpression, hasVerb: boolean): Node =>
  hasVerb && 'object' in callee ? (callee.object as Node) : callee

/** A path without the empty placeholder at its end, by which the plugin was made to write a slash there. */
function withoutEmptied(parts: readonly Part[], config: Node | undefined): readonly Part[] {
  const [last] = parts.slice(-1)
  const name = typeof last === 'string' ? /\{(\w+)\}$/.exec(last)?.[1] : undefined
  if (typeof last !== 'string' || name === undefined) return parts
  if (textValue(propertyValue(asObject(config), name)) !== '') return parts
  const before = last.replace(/\/?\{\w+\}$/, '')
  return before === '' ? parts.slice(0, -2) : [...parts.slice(0, -1), before]
}

/** Whether more of a chain follows a call: `outTradeNo(no).get()`. */
function isInMiddle({ file: { syntax } }: Draft, call: CallExpression): boolean {
  const parent = syntax.parents.get(call)
  const name = parent && objectOf(parent) === call ? memberName(parent) : undefined
  return name !== undefined && !/^(?:then|catch|finally)$/.test(name)
}

/** Rewrites `wxpay.client.request(url, method, data, config)`, which goes around the chain. */
function rewriteRequestCall(draft: Draft, call: CallExpression): void {
  const [url, method, body, config] = call.arguments
  const client = objectOf(objectOf(call.callee))
  const verb = VERBS.find((one) => one === textValue(method)?.toLowerCase())
  const written = url && withoutQuery(partsOf(url, false))
  const hasQuery = written !== undefined && Object.keys(written.query).length > 0
  const isClear = client && verb && written && !(hasQuery && config)
  if (!isClear || call.arguments.some((one) => one.type === 'SpreadElement')) {
    mark(draft, call, reasons.requestMethod)
    return
  }
  draft.rewritten.add(call)
  const target = targetOf(written.parts, verb)
  const chain = target.isOpen ? `.chain(${pathText(draft, written.parts)})` : chainOf(target.path)
  const query = Object.entries(written.query).map(([name, part]) =>
    pair(name, typeof part === 'string' ? `'${part}'` : textOf(draft, part)),
  )
  replaceNode(draft, call.callee, `${objectText(draft, client)}${chain}.${verb}`)
  rewriteArguments(draft, call, target, body, config, hasQuery ? [`query: { ${query.join(', ')} }`] : [])
}

const VERBS = ['get', 'post', 'put', 'patch', 'delete'] as const

/** Turns the body and the options of a call into one request, whose further properties are given as text. */
function rewriteArguments(
  draft: Draft,
  call: CallExpression,
  target: Target,
  body: Node | undefined,
  config: Node | undefined,
  more: readonly string[] = [],
): void {
  findHandlers(draft, call)
  // The answer is typed by its path.
  const types = call.typeParameters ?? call.typeArguments
  if (types) draft.edits.replace(...rangeOf(types), '')
  const filled = target.filled.map(([field, value]) => pair(field, textOf(draft, value)))
  const upload = body && uploadOf(draft, body, target)
  if (body && !upload && (target.traits?.upload || isForm(draft, body))) {
    mark(draft, call, reasons.upload)
    return
  }
  if (body && !upload) trimXml(draft, body, target)
  const encrypts = !target.isV2 && rewriteSensitive(draft, call, body, target)
  writeRequest(draft, {
    call,
    target,
    bodyKey: target.isV2 ? 'xml' : 'json',
    body: upload || isEmptied(draft, body, target) ? undefined : body,
    config,
    extra: [...filled, ...more, ...(upload ? [upload] : [])],
    encrypts,
    isUpload: upload !== undefined,
  })
}

/** Whether a body has nothing in it, where none is documented. */
function isEmptied({ withoutBody }: Draft, body: Node | undefined, { path, verb }: Target): boolean {
  return asObject(body)?.properties.length === 0 && withoutBody.has(`${verb} ${path}`)
}

/** `nonce_str` of an APIv2 body is made by the client; its types do not list it. */
function trimXml(draft: Draft, body: Node, { isV2 }: Target): void {
  const object = isV2 ? literalOf(draft, body) : undefined
  if (!object || !has(object, 'nonce_str')) return
  const removed = object.properties.filter(
    (one): one is Member =>
      one.type === 'ObjectProperty' &&
      keyOf(one) === 'nonce_str' &&
      calledHelper(draft, one.value) === 'Formatter.nonce',
  )
  for (const one of removed) {
    markGone(draft, one)
    const { value } = one as { value?: Node }
    const call = value && plain(value)
    if (isCall(call)) forget(draft, [call.callee])
  }
  removeMembers(draft, object, new Set(removed))
}
