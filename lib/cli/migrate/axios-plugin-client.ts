import type { NewExpression, ObjectExpression } from '@babel/types'
import { type Draft, mark, meaningOf, replaceNode } from './draft.js'
import { has, isNothing, isOpen, literalOf, type Member, removeMembers } from './objects.js'
import * as reasons from './reasons.js'
import { keyOf, type Node, plain, propertyValue, textValue } from './syntax.js'

/** Rewrites `new Wechatpay(…)` of wechatpay-axios-plugin, whose options keep their names. */
export function rewritePluginClient(draft: Draft, created: NewExpression): void {
  const meaning = meaningOf(draft, created)
  if (meaning?.is !== 'client' || meaning.peer !== 'wechatpay-axios-plugin') return
  draft.rewritten.add(created)
  const options = literalOf(draft, created.arguments[0])
  if (!options || draft.done.has(options)) return
  draft.done.add(options)
  for (const key of keysIn(options)) rewriteKey(draft, key)
  markUnknown(draft, created, options)
  const certs = propertyValue(options, 'certs')
  const isMissing = !certs && !isOpen(options) && !has(options, 'certs') && has(options, 'privateKey')
  if (isMissing || isStandIn(literalOf(draft, certs))) rewriteWithoutCerts(draft, created, options)
}

/** The values of the options that are keys. */
function keysIn(options: ObjectExpression): Node[] {
  const certs = propertyValue(options, 'certs')
  const members = certs?.type === 'ObjectExpression' ? certs.properties : []
  const values = members.flatMap((one) => (one.type === 'ObjectProperty' ? [one.value] : []))
  return [propertyValue(options, 'privateKey'), ...values].flatMap((one) => (one ? [one] : []))
}

/** Of `private.pkcs8://…` and the like, what follows: the format is recognised. */
function rewriteKey(draft: Draft, key: Node): void {
  const text = /^(?:private|public)\.\w+:\/\/(.*)$/s.exec(textValue(key) ?? '')?.[1]
  if (text !== undefined) replaceNode(draft, key, `'${text}'`)
}

/** Options that are of other packages, or are believed to be of this one. */
const FOREIGN =
  /^(?:app_?id|key|api_?key|(?:api_?)?v3_?key|apiv3_?\w*key|serial_?no|mch_?id|private_key|public_?key|cert|notify_?url|sub_?\w+)$/i
const OWN = /^(?:mchid|apiv3Key)$/

function markUnknown(draft: Draft, created: Node, options: ObjectExpression): void {
  const names = options.properties.flatMap((one) => keyOf(one) ?? [])
  const foreign = names.filter((name) => FOREIGN.test(name) && !OWN.test(name))
  if (foreign.length > 0) mark(draft, created, reasons.unknownOptions(foreign.join(', ')))
}

/** Certificates that are none: `{ any: undefined }`. */
function isStandIn(certs: ObjectExpression | undefined): boolean {
  if (!certs || isOpen(certs)) return false
  return certs.properties.every((one) => one.type === 'ObjectProperty' && isNothing(plain(one.value)))
}

/** A client without platform keys is one of APIv2 alone, if what else is of APIv3 stands in for something, too. */
function rewriteWithoutCerts(draft: Draft, created: Node, options: ObjectExpression): void {
  const key = textValue(propertyValue(options, 'privateKey'))
  const isOfV2 = has(options, 'secret') && key !== undefined && /^\w{1,20}$/.test(key)
  if (isOfV2) {
    const ofV3 = options.properties.filter((one) => /^(?:serial|privateKey|certs)$/.test(keyOf(one) ?? ''))
    removeMembers(draft, options, new Set<Member>(ofV3))
    return
  }
  mark(draft, created, reasons.needsCerts)
}
