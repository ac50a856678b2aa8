import type { CallExpression } from '@babel/types'
import { words } from '../language.js'
import { type Draft, lineEnd, mark, meaningOf, objectText, replaceNode, textOf } from './draft.js'
import { findHandlers } from './handlers.js'
import type { Meaning } from './meaning.js'
import { valuesOfClient } from './node-v3-client.js'
import { ADVICE, isOnlyOfNodeV3, METHODS, type Method } from './node-v3-methods.js'
import { type MethodCall, PIECES } from './node-v3-pieces.js'
import { asObject, has, isOpen, literalOf, type Member, removeMembers } from './objects.js'
import * as reasons from './reasons.js'
import { explainResult } from './results.js'
import { rewriteSensitive } from './sensitive-fields.js'
import { keyOf, memberName, type Node, objectOf, plain, propertyValue } from './syntax.js'
import { chainOf, targetOf } from './target.js'

/** Rewrites a call of a method of wechatpay-node-v3. */
export function rewriteMethodCall(draft: Draft, call: CallExpression): void {
  const callee = meaningOf(draft, call.callee)
  if (callee?.is !== 'method') return
  const object = objectOf(call.callee)
  if (!object) {
    markMethod(draft, call, callee.name)
    return
  }
  // `app.db.query(…)` is not known to be of the client only because another file keeps one under that name.
  if (callee.isByName && !isOnlyOfNodeV3(callee.name) && !isQuery(call)) return
  draft.rewritten.add(call)
  const client = objectText(draft, object)
  const args = call.arguments.map((one) => textOf(draft, one))
  const values = valuesOfClient(draft, callee as Meaning & { is: 'method' }, call)
  const written: MethodCall = { call, name: callee.name, client, args, values }
  const isSpread = call.arguments.some((one) => one.type === 'SpreadElement')
  const method = callee.name === 'query' ? queryMethod(call) : METHODS[callee.name]
  const isDone =
    !isSpread && (method ? rewriteEndpoint(draft, written, method) : rewritePiece(draft, written))
  if (!isDone) markMethod(draft, call, callee.name)
}

function markMethod(draft: Draft, call: CallExpression, name: string): void {
  draft.rewritten.delete(call)
  const advice =
    ADVICE[name] ??
    words(
      `wechatpay-fluent has nothing in the place of ${name}()`,
      `wechatpay-fluent 没有与 ${name}() 对应的方法`,
    )
  mark(draft, call, advice)
}

const isQuery = (call: CallExpression): boolean =>
  memberName(call.callee) === 'query' && queryMethod(call) !== undefined

/** `query` asks by the number that it is given. */
function queryMethod(call: CallExpression): Method | undefined {
  const params = asObject(call.arguments[0])
  if (!params || isOpen(params)) return undefined
  const name = ['transaction_id', 'out_trade_no'].find((one) => has(params, one))
  if (name === undefined) return undefined
  const place = name === 'transaction_id' ? 'id' : 'out-trade-no'
  return { verb: 'get', path: `v3/pay/transactions/${place}/{${name}}`, takes: 'values' }
}

/** Rewrites a method that is a piece of the protocol, and tells whether it could. */
function rewritePiece(draft: Draft, written: MethodCall): boolean {
  const text = PIECES[written.name]?.(draft, written)
  if (text !== undefined) replaceNode(draft, written.call, text)
  return text !== undefined
}

function rewriteEndpoint(draft: Draft, written: MethodCall, method: Method): boolean {
  const { call, client } = written
  const target = targetOf([method.path], method.verb)
  if (method.takes === 'json') rewriteSensitive(draft, call, call.arguments[0], target)
  const request = requestOf(draft, written, method)
  if (request === undefined) return false
  const sent = `${client}${chainOf(method.path)}.${method.verb}(${request})`
  replaceNode(draft, call, method.signs ? signedFor(draft, written, method, sent) : sent)
  explainResult(draft, call)
  findHandlers(draft, call)
  return true
}

function requestOf(draft: Draft, written: MethodCall, method: Method): string | undefined {
  const { call, args } = written
  const [first] = call.arguments
  if (method.arguments) return requestOfArguments(written, method)
  if (!first) return undefined
  if (method.takes === 'json') return `{ json: ${bodyOf(draft, written, method, first)} }`
  if (method.takes === 'query') return args[0] === 'query' ? '{ query }' : `{ query: ${args[0]} }`
  return requestOfValues(draft, method, first)
}

/** The body, with what the method filled in. The merchant's own id is filled in by the client of wechatpay-fluent, too. */
function bodyOf(draft: Draft, { values }: MethodCall, { fills }: Method, node: Node): string {
  const literal = literalOf(draft, node)
  const appid = fills && (!literal || !has(literal, fills)) ? values.appid : undefined
  const own = asObject(node)
  if (own) {
    const serial = own.properties.filter(
      (one): one is Member => 'key' in one && keyOf(one) === 'wx_serial_no',
    )
    removeMembers(draft, own, new Set(serial))
  }
  const text = textOf(draft, node)
  if (appid === undefined || fills === undefined) return text
  if (!own)
    return literal || draft.file.syntax.bindings.has(plain(node))
      ? `{ ${fills}: ${appid}, ...${text} }`
      : text
  const rest = text.slice(1)
  const isEmpty = own.properties.length === 0
  const indent = /^\s*\n(\s*)/.exec(rest)?.[1]
  const head = indent === undefined ? `{ ${fills}: ${appid}` : `{${lineEnd(draft)}${indent}${fills}: ${appid}`
  return isEmpty ? `${head} }` : `${head},${rest}`
}

function requestOfArguments(written: MethodCall, method: Method): string | undefined {
  const { args, values } = written
  const names = method.arguments ?? []
  if (args.length === 0 || args.length > names.length) return undefined
  const groups: Record<string, string[]> = { path: [], query: [], json: [] }
  for (const [index, text] of args.entries()) {
    const [group = '', name = ''] = (names[index] ?? '').split('.')
    groups[group]?.push(text === name ? name : `${name}: ${text}`)
  }
  // The API wants a body here, which is the merchant's own id alone.
  if (method.path.endsWith('{out_trade_no}/close'))
    groups.json?.push(...(values.mchid ? [`mchid: ${values.mchid}`] : []))
  if (method.fills && values.appid) groups.json?.unshift(`${method.fills}: ${values.appid}`)
  const isClose = method.verb === 'post'
  const members = [
    ...(groups.path ?? []),
    ...(groups.query?.length ? [`query: { ${groups.query.join(', ')} }`] : []),
    ...(groups.json?.length ? [`json: { ${groups.json.join(', ')} }`] : isClose ? ['json: {}'] : []),
  ]
  return `{ ${members.join(', ')} }`
}

/** An object of path values and query parameters: the former stay, the latter become `query`. */
function requestOfValues(draft: Draft, { path }: Method, node: Node): string | undefined {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string)
  const object = asObject(node)
  if (!object) {
    const text = textOf(draft, node)
    if (!/^[\w$.]+$/.test(text)) return undefined
    return `(({ ${names.join(', ')}, ...query }) => ({ ${names.join(', ')}, query }))(${text})`
  }
  if (isOpen(object) || !names.every((name) => has(object, name))) return undefined
  const other = ['transaction_id', 'out_trade_no']
  const own = object.properties.filter((one) => names.includes(keyOf(one) ?? ''))
  const rest = object.properties.filter(
    (one) =>
      !own.includes(one) && !(names.some((name) => other.includes(name)) && other.includes(keyOf(one) ?? '')),
  )
  const members = own.map((one) => textOf(draft, one))
  if (rest.length > 0) members.push(`query: { ${rest.map((one) => textOf(draft, one)).join(', ')} }`)
  return `{ ${members.join(', ')} }`
}

/** A payment whose answer becomes what the front end needs: the old method signed it at once. */
function signedFor(
  draft: Draft,
  written: MethodCall,
  { signs, fills = 'appid' }: Method,
  sent: string,
): string {
  const { call, client, values } = written
  const body = literalOf(draft, call.arguments[0])
  const given = body && propertyValue(body, fills)
  const isSimple = given && /^[\w$.'"[\]!]+$/.test(textOf(draft, given))
  const appid = isSimple ? textOf(draft, given) : given ? undefined : values.appid
  if (appid !== undefined && /^[\w$.#!]+$/.test(client)) {
    const parameters = `${client}.paySign.${signs}({ appId: ${appid}, prepayId: response.data.prepay_id })`
    return `${sent}.then((response) => ({ ...response, data: ${parameters} }))`
  }
  mark(draft, call, reasons.signForFrontEnd(String(signs)))
  return sent
}
