import type { CallExpression } from '@babel/types'
import { words } from '../language.js'
import {
  CRYPTO,
  calledHelper,
  type Draft,
  helperName,
  mark,
  markGone,
  need,
  onlyValue,
  replaceNode,
  textOf,
} from './draft.js'
import * as reasons from './reasons.js'
import { baseOf, isIdentifier, type Node, objectOf, plain, textValue } from './syntax.js'

/** What a helper becomes; `undefined` where its arguments are not those that it is known with. */
type Rule = (draft: Draft, call: CallExpression, args: readonly string[]) => string | undefined

const NODE_CRYPTO = 'node:crypto'

/** A function with the same arguments in the same order; further ones are not known. */
const same =
  (name: string, most: number): Rule =>
  (draft, call, args) =>
    args.length > most ? undefined : `${need(draft, call.callee, CRYPTO, name)}(${args.join(', ')})`

/** A function that takes one object of what were arguments. */
const named =
  (name: string, names: readonly string[], rest = ''): Rule =>
  (draft, call, args) => {
    const given = names.map((key, index) => {
      const text = args[index] ?? (key === 'body' ? "''" : undefined)
      return text === key ? key : `${key}: ${text}`
    })
    if (args.length > names.length || given.some((text) => text.endsWith(': undefined'))) return undefined
    return `${need(draft, call.callee, CRYPTO, name)}({ ${given.join(', ')} })${rest}`
  }

/** AES-GCM, which took the nonce first and the text third before version 0.8 of the plugin. */
const gcm =
  (name: string): Rule =>
  (draft, call, args) => {
    const [nonce = '', key = '', text = '', ...data] = args
    if (NONCE.test(nonce)) {
      if (/(?:cipher|plain)\w*$/i.test(text) && !NONCE.test(text)) {
        return same(name, 4)(draft, call, [text, key, nonce, ...data])
      }
      mark(draft, call, reasons.textFirst(name))
    }
    return same(name, 4)(draft, call, args)
  }

const NONCE = /(?:nonce|iv)(?: as \w+)?$/i

const digest =
  (algorithm: string): Rule =>
  (draft, call, args) => {
    // With a key it is a signature of APIv2, which has functions of its own.
    if (args.length !== 1) return undefined
    return `${need(draft, call.callee, NODE_CRYPTO, 'createHash')}('${algorithm}').update(${args[0]}).digest('hex')`
  }

const loadKey: Rule = (draft, call, args) => {
  const [, type] = call.arguments
  const kind = type ? constantOf(draft, type) : 'private'
  if ((kind !== 'private' && kind !== 'public') || args.length === 0) return undefined
  const prefixed = textValue(call.arguments[0])?.match(/^(?:private|public)\.\w+:\/\/(.*)$/s)
  const name = kind === 'private' ? 'loadPrivateKey' : 'loadPublicKey'
  return `${need(draft, call.callee, CRYPTO, name)}(${prefixed ? `'${prefixed[1]}'` : args[0]})`
}

/** Constants, as text of a program. */
const CONSTANTS: Readonly<Record<string, string>> = {
  'Hash.ALGO_MD5': "'MD5'",
  'Hash.ALGO_HMAC_SHA256': "'HMAC-SHA256'",
  'Rsa.KEY_TYPE_PRIVATE': "'private'",
  'Rsa.KEY_TYPE_PUBLIC': "'public'",
}

/** The value of a constant of the old package, or of a text. */
const constantOf = (draft: Draft, node: Node | undefined): string | undefined =>
  CONSTANTS[(node && helperName(draft, node)) ?? '']?.slice(1, -1) ?? textValue(node)

const signParams: Rule = (draft, call, args) => {
  const [type] = call.arguments
  const isChoice = type && /^(?:Logical|Conditional)Expression$/.test(plain(type).type)
  const name = SIGNERS[constantOf(draft, type) ?? '']
  if (args.length !== 3) return undefined
  const [, params, key] = args
  const secret = keyText(draft, call.arguments[2] as Node, key as string)
  if (name) return `${need(draft, call.callee, CRYPTO, name)}(${params}, ${secret})`
  if (!type || !(isChoice || /^(?:Identifier|MemberExpression)$/.test(plain(type).type))) return undefined
  const md5 = need(draft, call.callee, CRYPTO, 'md5Sign')
  const hmac = need(draft, call.callee, CRYPTO, 'hmacSign')
  return `(${isChoice ? `(${args[0]})` : args[0]} === 'HMAC-SHA256' ? ${hmac} : ${md5})(${params}, ${secret})`
}

const SIGNERS: Readonly<Record<string, string>> = { MD5: 'md5Sign', 'HMAC-SHA256': 'hmacSign' }

/** The key of a signature as text: one that `Hash.keyObjectFrom` has made is a KeyObject. */
function keyText(draft: Draft, node: Node, text: string): string {
  const value = plain(onlyValue(draft, node) ?? node)
  return calledHelper(draft, value) === 'Hash.keyObjectFrom' ? `${text}.export().toString()` : text
}

const RULES: Readonly<Record<string, Rule>> = {
  'Rsa.from': loadKey,
  'Rsa.fromPkcs1': loadKey,
  'Rsa.fromPkcs8': same('loadPrivateKey', 1),
  'Rsa.fromSpki': same('loadPublicKey', 1),
  'Rsa.encrypt': same('encryptOaep', 2),
  'Rsa.decrypt': same('decryptOaep', 2),
  'Rsa.sign': same('sign', 2),
  'Rsa.verify': same('verify', 3),
  'Aes.AesGcm.encrypt': gcm('encryptAesGcm'),
  'Aes.AesGcm.decrypt': gcm('decryptAesGcm'),
  'Aes.AesEcb.encrypt': same('encryptAesEcb', 2),
  'Aes.AesEcb.decrypt': same('decryptAesEcb', 2),
  'Formatter.nonce': (draft, call, args) => {
    const size = Number(args[0] ?? '32')
    if (!Number.isInteger(size) || size > 32) return undefined
    const text = `${need(draft, call.callee, CRYPTO, 'nonce')}()`
    return size === 32 ? text : `${text}.slice(0, ${size})`
  },
  'Formatter.timestamp': () => 'Math.floor(Date.now() / 1000)',
  'Formatter.authorization': named('authorization', ['mchid', 'nonce', 'signature', 'timestamp', 'serial']),
  'Formatter.request': named('canonicalRequest', ['method', 'url', 'timestamp', 'nonce', 'body']),
  'Formatter.response': (draft, call, args) => {
    // The canonical message is a Buffer, which `verify` takes; elsewhere a text was expected.
    const parent = draft.file.syntax.parents.get(call)
    const rest = calledHelper(draft, parent) === 'Rsa.verify' ? '' : '.toString()'
    const rule = named('canonicalResponse', ['timestamp', 'nonce', 'body'], rest)
    return rule(draft, call, args)
  },
  'Formatter.joinedByLineFeed': (_, __, args) => `[${[...args, "''"].join(', ')}].join('\\n')`,
  'Formatter.ksort': (_, __, args) =>
    args.length === 1
      ? `Object.fromEntries(Object.entries(${args[0]}).sort(([one], [other]) => (one < other ? -1 : 1)))`
      : undefined,
  'Hash.md5': digest('md5'),
  'Hash.sha1': digest('sha1'),
  'Hash.sha256': digest('sha256'),
  'Hash.sign': signParams,
  'Hash.keyObjectFrom': (draft, call, args) =>
    args.length === 1
      ? `${need(draft, call.callee, NODE_CRYPTO, 'createSecretKey')}(Buffer.from(${args[0]}))`
      : undefined,
  'Transformer.toXml': same('encodeXml', 1),
  'Transformer.toObject': same('decodeXml', 1),
}

const SIGNED_TEXT = words(
  'md5Sign() and hmacSign() of wechatpay-fluent/crypto sort, join and sign the parameters in one step',
  'wechatpay-fluent/crypto 的 md5Sign() 与 hmacSign() 一步完成排序、拼接与签名',
)

/** Why a helper has no function that takes its place, and what does the same. */
const ADVICE: Readonly<Record<string, string>> = {
  'Hash.equals': words(
    'wxpay.notifications.parse() compares signatures; elsewhere use timingSafeEqual of node:crypto',
    'wxpay.notifications.parse() 会比对签名；其他地方请用 node:crypto 的 timingSafeEqual',
  ),
  'Formatter.castCsvBill': words(
    'wxpay.bills reads bills row by row; readBill() reads one that is there already',
    'wxpay.bills 逐行读取账单；已有的账单用 readBill() 读取',
  ),
  'Formatter.queryStringLike': SIGNED_TEXT,
  'Hash.hmac': SIGNED_TEXT,
}

/** Rewrites a call of a helper of wechatpay-axios-plugin. */
export function rewriteHelperCall(draft: Draft, call: CallExpression): void {
  const name = helperName(draft, call.callee)
  if (name === undefined || draft.rewritten.has(call)) return
  const args = call.arguments.map((one) => textOf(draft, one))
  const isSpread = call.arguments.some((one) => one.type === 'SpreadElement')
  const rule = isSpread && name !== 'Formatter.joinedByLineFeed' ? undefined : RULES[name]
  const text = rule?.(draft, call, args)
  if (text === undefined) return
  markGone(draft, call.callee, call)
  for (const one of call.arguments) if (helperName(draft, one)) markGone(draft, one)
  replaceNode(draft, call, text)
}

/** Puts constants of the old package into the program as they are. */
export function rewriteConstant(draft: Draft, node: Node): void {
  const text = CONSTANTS[helperName(draft, node) ?? '']
  const parent = draft.file.syntax.parents.get(node)
  if (text === undefined || !parent || isTarget(parent, node)) return
  markGone(draft, node)
  replaceNode(draft, node, text)
}

const isTarget = (parent: Node, node: Node): boolean =>
  (parent.type === 'AssignmentExpression' && parent.left === node) || parent.type === 'ImportSpecifier'

/** Marks what is left of the helpers. */
export function markHelper(draft: Draft, node: Node): void {
  const name = helperName(draft, node)
  if (name === undefined || draft.rewritten.has(node)) return
  const { parents, bindings } = draft.file.syntax
  const parent = parents.get(node)
  // The longest expression is marked: `Aes.AesCbc.encrypt`, and not `Aes`.
  const isInner = objectOf(parent) === node
  // Of a declaration, the uses of its names are marked.
  if (parent?.type === 'VariableDeclarator' && parent.init === node) return
  if (isInner || isGone(draft, node) || (isIdentifier(node) && !bindings.has(node))) return
  const isClass = Object.keys(RULES).some((one) => one.startsWith(`${name}.`))
  mark(draft, node, ADVICE[name] ?? (isClass ? reasons.passedHelpers(name) : reasons.noHelper(name)))
}

/** Whether the names of an expression were rewritten. */
const isGone = ({ gone }: Draft, node: Node): boolean =>
  gone.has(baseOf(node)) || ('property' in node && gone.has(node.property as Node))
