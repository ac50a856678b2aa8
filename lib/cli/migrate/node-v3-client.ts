import type { NewExpression } from '@babel/types'
import {
  type Draft,
  isInside,
  isTypeScript,
  lineEnd,
  mark,
  meaningOf,
  pair,
  pairs,
  rangeOf,
} from './draft.js'
import type { Meaning } from './meaning.js'
import { asObject, isOpen, literalOf } from './objects.js'
import * as reasons from './reasons.js'
import {
  isClass,
  isIdentifier,
  keyOf,
  memberName,
  type Node,
  objectOf,
  plain,
  propertyValue,
  upwards,
  walk,
} from './syntax.js'

/** What a client of wechatpay-node-v3 was made from, as text that may stand where it is asked for. */
export interface ClientValues {
  readonly appid?: string | undefined
  readonly mchid?: string | undefined
  readonly privateKey?: string | undefined
  /** The merchant certificate, which the package calls the public key. */
  readonly certificate?: string | undefined
  readonly serial?: string | undefined
  /** The APIv3 key. */
  readonly key?: string | undefined
  readonly platform?: { readonly id: string; readonly key: string } | undefined
  readonly userAgent?: string | undefined
}

/** Options of the package, and those that nothing is to be taken over of. */
const KNOWN =
  /^(?:appid|mchid|serial_no|publicKey|privateKey|key|authType|userAgent|wxPayPublicId|wxPayPublicKey)$/

/** The names of options that the package has not, which were passed over by it. */
function foreignOptions(draft: Draft, { arguments: args }: NewExpression): string[] {
  const literal = literalOf(draft, args[0])
  return (literal?.properties ?? []).flatMap((one) => {
    const name = keyOf(one)
    return name === undefined || KNOWN.test(name) ? [] : [name]
  })
}

type Read = (name: string) => string | undefined

/** The values that a client was made from, as far as they can be written at `place` as well. */
export function valuesOfClient(
  draft: Draft,
  { created }: Meaning & { is: 'method' },
  place: Node,
): ClientValues {
  if (created?.type !== 'NewExpression') return {}
  const read = readerOf(draft, created as NewExpression, place)
  const [id, key] = [read('wxPayPublicId'), read('wxPayPublicKey')]
  return {
    appid: read('appid'),
    mchid: read('mchid'),
    privateKey: read('privateKey'),
    certificate: read('publicKey'),
    serial: read('serial_no'),
    key: read('key'),
    userAgent: read('userAgent'),
    platform: id !== undefined && key !== undefined ? { id, key } : undefined,
  }
}

const POSITIONS = ['appid', 'mchid', 'publicKey', 'privateKey']

function readerOf(draft: Draft, created: NewExpression, place: Node): Read {
  const [first, ...more] = created.arguments
  const write = (node: Node | undefined): string | undefined =>
    node ? textAt(draft, node, place) : undefined
  if (more.length > 0) {
    const options = asObject(created.arguments[POSITIONS.length])
    return (name) => write(created.arguments[POSITIONS.indexOf(name)] ?? propertyValue(options, name))
  }
  const literal = literalOf(draft, first)
  if (literal && first && asObject(first) && !isOpen(literal))
    return (name) => write(propertyValue(literal, name))
  // `new WxPay(config)`: the names are read from the object, as far as they are known to be in it.
  const object = first && plain(first)
  const isName = object?.type === 'Identifier' || (object && memberName(object) !== undefined)
  const text = object && isName ? textAt(draft, object, place) : undefined
  if (text === undefined) return () => undefined
  const required = new Set(['appid', 'mchid', 'privateKey', 'publicKey'])
  return (name) => {
    const isThere =
      literal && !isOpen(literal) ? propertyValue(literal, name) !== undefined : required.has(name)
    return isThere ? `${text}.${name}` : undefined
  }
}

/** The text of an expression, where it means the same at `place`; anything else than a name or a text is not repeated. */
function textAt(draft: Draft, node: Node, place: Node): string | undefined {
  const { parents } = draft.file.syntax
  const isHere = place.type === 'NewExpression' && isInside(draft, node, place)
  const isOwn = parents.has(node)
  // The options of the client may be rewritten already.
  if (isHere) return draft.edits.textOf(...rangeOf(node))
  const text = isOwn ? draft.file.text.slice(...rangeOf(node)) : foreignText(node)
  if (text === undefined || !isSimple(plain(node))) return undefined
  if (isOwn && !isVisible(draft, node, place)) return undefined
  return isTypeScript(draft) && /^process\.env\.\w+$/.test(text) ? `${text}!` : text
}

/** Names, properties of names and texts: what may be written twice. */
function isSimple(node: Node): boolean {
  if (node.type === 'Identifier' || node.type === 'StringLiteral' || node.type === 'ThisExpression')
    return true
  const object = objectOf(node)
  return memberName(node) !== undefined && object !== undefined && isSimple(plain(object))
}

/** A value of another file: a text, or what the environment holds. */
function foreignText(node: Node): string | undefined {
  const inner = plain(node)
  if (inner.type === 'StringLiteral') return `'${inner.value}'`
  const env = objectOf(inner)
  const isEnv = env && memberName(env) === 'env' && isIdentifier(objectOf(env), 'process')
  return isEnv
    ? `process.env.${memberName(inner)}${node.type === 'TSNonNullExpression' ? '!' : ''}`
    : undefined
}

/** Whether all names of an expression mean the same at another place of the file. */
function isVisible({ file: { syntax } }: Draft, node: Node, place: Node): boolean {
  let visible = true
  walk(node, (inner) => {
    if (inner.type === 'ThisExpression')
      visible &&= classAround(syntax.parents, node) === classAround(syntax.parents, place)
    const binding = syntax.bindings.get(inner)
    if (!binding) return
    visible &&= upwards(place, syntax.parents).includes(binding.scope.node)
  })
  return visible
}

const classAround = (parents: ReadonlyMap<Node, Node>, node: Node): Node | undefined =>
  upwards(node, parents).find(isClass)

/** Rewrites `new WxPay(…)` of wechatpay-node-v3: the options have other names. */
export function rewriteNodeV3Client(draft: Draft, node: NewExpression): void {
  const meaning = meaningOf(draft, node)
  if (meaning?.is !== 'client' || meaning.peer !== 'wechatpay-node-v3') return
  const values = valuesOfClient(draft, { ...meaning, is: 'method', name: '' }, node)
  const [first] = node.arguments
  if (!first || values.mchid === undefined || values.privateKey === undefined) {
    mark(draft, node, reasons.optionNames)
    return
  }
  draft.rewritten.add(node)
  const { mchid, serial, privateKey, platform, key, certificate, userAgent, appid } = values
  const members = pairs({
    mchid,
    serial,
    privateKey,
    certs: platform && `{ [${platform.id}]: ${platform.key} }`,
    apiv3Key: key,
    merchant: serial === undefined && certificate ? `{ ${pair('cert', certificate)} }` : undefined,
    headers: userAgent && `{ 'User-Agent': ${userAgent} }`,
    defaults: appid && `{ ${pair('appid', appid)} }`,
  })
  const foreign = foreignOptions(draft, node)
  if (foreign.length > 0) mark(draft, node, reasons.foreignOptions(foreign.join(', ')))
  const last = node.arguments.at(-1) as Node
  const isAny = first.type === 'TSAsExpression' && first.typeAnnotation.type === 'TSAnyKeyword'
  const text = laidOut(draft, first, members) + (isAny ? ' as any' : '')
  draft.edits.replace(rangeOf(first)[0], rangeOf(last)[1], text)
  if (platform) return
  mark(draft, node, key === undefined ? reasons.needsCerts : reasons.certsOrDownload)
}

/** An object literal on as many lines as the one before. */
function laidOut(draft: Draft, node: Node, members: readonly string[]): string {
  const text = draft.file.text.slice(...rangeOf(node))
  const indent = /^\{[^\S\n]*\r?\n([^\S\n]*)/.exec(text)?.[1]
  if (indent === undefined) return `{ ${members.join(', ')} }`
  const end = lineEnd(draft)
  const close = /\n([^\S\n]*)\}$/.exec(text)?.[1] ?? ''
  return `{${end}${members.map((one) => `${indent}${one},${end}`).join('')}${close}}`
}
