import type { CallExpression } from '@babel/types'
import type { Verb } from '../../index.js'
import { words } from '../language.js'
import { type Draft, forget, mark, markGone, meaningOf, rangeOf, replaceNode, textOf } from './draft.js'
import type { Part } from './meaning.js'
import { has, literalOf, type Member, removeMembers } from './objects.js'
import { chainOf, type Target, targetOf } from './path.js'
import { writeRequest } from './request.js'
import { rewriteSensitive } from './sensitive-fields.js'
import { keyOf, memberName, type Node, plain } from './syntax.js'
import { isForm, uploadOf } from './uploads.js'

/** Rewrites a call of a chain of wechatpay-axios-plugin, which keeps its names. */
export function rewriteChainCall(draft: Draft, call: CallExpression): void {
  const callee = meaningOf(draft, call.callee)
  if (callee?.is !== 'verb' && callee?.is !== 'path') return
  const name = callee.is === 'verb' ? callee.verb : 'post'
  const verb = name.replace('Async', '') as Verb
  const target = targetOf(callee.parts, verb)
  if (!/^v[23](?:\/|$)/.test(target.path)) {
    // A property of the client that is no path is none of our business; a path in a variable is.
    if (callee.parts.some((part) => typeof part !== 'string')) markUnknownPath(draft, call)
    return
  }
  draft.rewritten.add(call)
  if (call.arguments.some((one) => one.type === 'SpreadElement')) {
    mark(
      draft,
      call,
      words(
        'write the arguments as one request object: { json | xml, query, headers, … }',
        '请把参数写成一个请求对象：{ json | xml, query, headers, … }',
      ),
    )
    return
  }
  rewritePath(draft, call, callee.parts, target, callee.is === 'verb')
  // The answer is typed by its path.
  const types = call.typeParameters ?? call.typeArguments
  if (types) draft.edits.replace(...rangeOf(types), '')
  const takesBody = verb !== 'get' && verb !== 'delete'
  const [first, second] = call.arguments
  const body = takesBody ? first : undefined
  const config = takesBody ? second : first
  const filled = target.filled.map(([field, value]) => {
    const text = textOf(draft, value)
    return text === field ? field : `${field}: ${text}`
  })
  const upload = body && uploadOf(draft, body, target)
  if (body && !upload && (target.traits?.upload || isForm(draft, body))) {
    mark(
      draft,
      call,
      words(
        'an upload is { multipart: { file } }, a Buffer, File, stream or file:// URL; its meta is made by the client',
        '上传写作 { multipart: { file } }，可传 Buffer、File、流或 file:// 地址；meta 由客户端生成',
      ),
    )
    return
  }
  if (body && !upload) trimXml(draft, body, target)
  const encrypts = !target.isV2 && rewriteSensitive(draft, body, target)
  writeRequest(draft, {
    call,
    target,
    bodyKey: target.isV2 ? 'xml' : 'json',
    body: upload ? undefined : body,
    config,
    extra: upload ? [...filled, upload] : filled,
    encrypts,
    isUpload: upload !== undefined,
  })
}

function markUnknownPath(draft: Draft, call: CallExpression): void {
  mark(
    draft,
    call,
    words(
      'the path is known when the program runs: write { json: … } for v3 and { xml: … } for v2, and query in place of params',
      '路径在运行时才知道：v3 请写 { json: … }，v2 请写 { xml: … }，并以 query 代替 params',
    ),
  )
}

/** `nonce_str` of an APIv2 body is made by the client; its types do not list it. */
function trimXml(draft: Draft, body: Node, { isV2 }: Target): void {
  const object = isV2 ? literalOf(draft, body) : undefined
  if (!object || !has(object, 'nonce_str')) return
  const removed = object.properties.filter(
    (one): one is Member =>
      one.type === 'ObjectProperty' && keyOf(one) === 'nonce_str' && isNonce(draft, one.value),
  )
  for (const one of removed) {
    markGone(draft, one)
    const { value } = one as { value?: Node }
    const call = value && plain(value)
    if (call?.type === 'CallExpression') forget(draft, [call.callee])
  }
  removeMembers(draft, object, new Set(removed))
}

function isNonce(draft: Draft, value: Node): boolean {
  const call = plain(value)
  if (call.type !== 'CallExpression') return false
  const callee = meaningOf(draft, call.callee)
  return callee?.is === 'helper' && callee.name === 'Formatter.nonce'
}

/** What an expression in brackets or in a text of the path becomes: a placeholder, or a path given to `chain()`. */
function rewritePath(
  draft: Draft,
  call: CallExpression,
  parts: readonly Part[],
  target: Target,
  hasVerb: boolean,
): void {
  if (parts.every((part) => typeof part === 'string')) return
  const node = hasVerb && 'object' in call.callee ? (call.callee.object as Node) : call.callee
  const root = rootOf(draft, node)
  if (target.isOpen) {
    // The types know no path that is put together when the program runs; `chain()` takes any.
    if (isOneChain(draft, node, root)) return
    const text = parts
      .map((part) => (typeof part === 'string' ? part : `\${${textOf(draft, part)}}`))
      .join('')
    replaceNode(draft, node, `${textOf(draft, root)}.chain(\`${text}\`)`)
    return
  }
  const start = meaningOf(draft, root)
  const above = start?.is === 'path' ? start.parts.join('').length + 1 : 0
  draft.edits.replace(rangeOf(root)[1], rangeOf(node)[1], chainOf(target.path.slice(above)))
}

/** The client that a chain starts from, or the variable that holds a node of it. */
function rootOf(draft: Draft, node: Node): Node {
  let root = plain(node)
  for (;;) {
    const next = root.type === 'CallExpression' ? root.callee : root
    const object =
      memberName(next) !== undefined || 'property' in next ? (next as { object?: Node }).object : undefined
    if (!object || meaningOf(draft, object)?.is === undefined) return root
    if (meaningOf(draft, root)?.is === 'client') return root
    root = plain(object)
  }
}

function isOneChain(draft: Draft, node: Node, root: Node): boolean {
  return (
    node.type === 'CallExpression' &&
    meaningOf(draft, root)?.is === 'client' &&
    rootOf(draft, node.callee) === root
  )
}
