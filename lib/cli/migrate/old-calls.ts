import type { CallExpression } from '@babel/types'
import { isDocumentedPrefix, lookup } from '../../catalog/lookup.js'
import { normalizeSegment } from '../../chain/names.js'
import type { Verb } from '../../index.js'
import { NAMES_PEER, type Peer, type SourceFile } from './modules.js'
import { isOnlyOfNodeV3 } from './node-v3-methods.js'
import { innerOf, isCall, keyOf, memberName, type Node, objectOf, plain, walk } from './syntax.js'

/** The package whose client an expression is by what is called of it: endpoints as the API documents them, or names of methods. */
export function peerOfUse(
  node: Node,
  { syntax, text }: SourceFile,
  isOwn: (method: string) => boolean,
): Peer | undefined {
  // What is written for wechatpay-fluent has the same chains.
  if (/wechatpay-fluent/.test(text) && !NAMES_PEER.test(text)) return undefined
  if (!/^(?:Identifier|(?:Optional)?MemberExpression|(?:Optional)?CallExpression)$/.test(node.type))
    return undefined
  const names: (string | undefined)[] = []
  let at = node
  for (;;) {
    const parent = syntax.parents.get(at)
    if (parent && innerOf(parent) === at) at = parent
    else if (parent && objectOf(parent) === at) {
      names.push(memberName(parent))
      at = parent
    } else if (isCall(parent) && parent.callee === at) {
      const isOther = names.length === 1 && isOwn(names[0] ?? '')
      return isOther ? undefined : peerOfCall(names, parent.arguments)
    } else return isOfApi(names) ? 'wechatpay-axios-plugin' : undefined
  }
}

function peerOfCall(names: readonly (string | undefined)[], args: readonly Node[]): Peer | undefined {
  const [first] = names
  // `refunds` and the like may be methods of anything.
  if (names.length === 1 && first?.includes('_') && isOnlyOfNodeV3(first)) return 'wechatpay-node-v3'
  return isOfApi(names) && !isNewRequest(args[0]) ? 'wechatpay-axios-plugin' : undefined
}

/** Whether a call reads as one of a chain that still has its old arguments: `ctx.pay.v3.pay.transactions.native.post(order)`. */
export function isOldCall({ callee, arguments: args }: CallExpression, isOld: boolean): boolean {
  const names = chainNames(callee)
  return names.length > 0 && (isOld || (args.length > 0 && peerOfCall(names, args) !== undefined))
}

/**
 * Whether a file has a call with arguments that wechatpay-fluent has not: two of them, `params`, or a body that is the
 * first of them. Only a name leads to one that is loaded in a file that was not given.
 */
export function hasOldArguments({ syntax }: SourceFile): boolean {
  let isOld = false
  walk(syntax.root, (node) => {
    if (isOld || !isCall(node) || !isOldCall(node, false)) return
    const [first, second] = node.arguments
    const names = first?.type === 'ObjectExpression' ? first.properties.map((one) => keyOf(one)) : []
    const isBody = /^p/.test(memberName(node.callee) ?? '') && names.includes('mchid')
    isOld = second !== undefined || names.includes('params') || isBody
  })
  return isOld
}

/** The names of a chain from `v3` or `v2` to its verb; none where it is no such chain. */
function chainNames(callee: Node): (string | undefined)[] {
  const names: (string | undefined)[] = []
  let at: Node | undefined = plain(callee)
  while (at && !/^v[23]$/.test(names[0] ?? '')) {
    const object = objectOf(at)
    if (object) names.unshift(memberName(at))
    at = object && plain(object)
  }
  const isChain = /^v[23]$/.test(names[0] ?? '') && names.length > 2 && VERB.test(names.at(-1) ?? '')
  return isChain ? names : []
}

/** Whether names are those of a documented path, as far as they are known. */
function isOfApi(names: readonly (string | undefined)[]): boolean {
  const [root] = names
  if (root === undefined || !/^[vV][23]$/.test(root)) return false
  const unknown = names.indexOf(undefined)
  const known = (unknown < 0 ? names : names.slice(0, unknown)) as string[]
  const path = known.map((name) => normalizeSegment(name, new Set()))
  const isCalled = VERB.test(path.at(-1) ?? '')
  const place = isCalled ? path.slice(0, -1).join('/') : path.join('/')
  if (known.length < 3) return false
  return (isCalled && lookup(place, path.at(-1) as Verb) !== undefined) || isDocumentedPrefix(place)
}

const VERB = /^(?:get|post|put|patch|delete)$/

/** Whether a request is written for wechatpay-fluent. */
const isNewRequest = (request: Node | undefined): boolean =>
  request?.type === 'ObjectExpression' && request.properties.some((one) => NEW_KEYS.has(keyOf(one) ?? ''))

const NEW_KEYS: ReadonlySet<string> = new Set(['json', 'xml', 'query', 'multipart', 'headers'])
