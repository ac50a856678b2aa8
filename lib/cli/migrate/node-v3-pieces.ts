import type { CallExpression } from '@babel/types'
import { CRYPTO, type Draft, isTypeScript, mark, need, pairs, rangeOf, textOf } from './draft.js'
import type { ClientValues } from './node-v3-client.js'
import { literalOf } from './objects.js'
import * as reasons from './reasons.js'
import { explainResult } from './results.js'
import { baseOf, type Node, plain } from './syntax.js'

/** A call of a method of wechatpay-node-v3, with what is known of its client. */
export interface MethodCall {
  readonly call: CallExpression
  readonly name: string
  /** The client that the method belongs to, as text. */
  readonly client: string
  readonly args: readonly string[]
  readonly values: ClientValues
}

/** The methods that are pieces of the protocol. */
export const PIECES: Readonly<Record<string, (draft: Draft, written: MethodCall) => string | undefined>> = {
  decipher_gcm(draft, { call, args, values }) {
    const [ciphertext, data, nonce, given = values.key] = args
    // The key was no required argument, and an option before.
    const isMaybe = /^process\.env\.\w+$/.test(given ?? '') && isTypeScript(draft)
    const key = isMaybe ? `${given}!` : given
    if (nonce === undefined || key === undefined || args.length > 4) return undefined
    const local = need(draft, call.callee, CRYPTO, 'decryptAesGcm')
    const clear = `${local}(${ciphertext}, ${key}, ${nonce}, ${data})`
    const origin = originOf(draft, call.arguments[0] as Node)
    // The method gave the text where it was no JSON.
    if (/certificate/i.test(origin)) return clear
    if (!/resource/i.test(origin)) mark(draft, call, reasons.jsonOrText)
    const text = `JSON.parse(${clear})`
    const [type] = (call.typeParameters ?? call.typeArguments)?.params ?? []
    return type ? `(${text} as ${textOf(draft, type)})` : text
  },
  getSignature(draft, { call, args, values }) {
    const [method, nonce, timestamp, url, body = "''"] = args
    if (values.privateKey === undefined || url === undefined || args.length > 5) return undefined
    const [, , , , bodyNode] = call.arguments
    const isText = !bodyNode || /^(?:StringLiteral|TemplateLiteral)$/.test(plain(bodyNode).type)
    if (!isText && !literalOf(draft, bodyNode)) return undefined
    const sent = isText ? body : `JSON.stringify(${body})`
    const sign = need(draft, call.callee, CRYPTO, 'sign')
    const message = need(draft, call.callee, CRYPTO, 'canonicalRequest')
    const parts = pairs({ method, url, timestamp, nonce, body: sent })
    return `${sign}(${message}({ ${parts.join(', ')} }), ${values.privateKey})`
  },
  getAuthorization(draft, { call, args, values }) {
    const [nonce, timestamp, signature] = args
    const { mchid, serial } = values
    if (args.length !== 3 || mchid === undefined || serial === undefined) return undefined
    const parts = pairs({ mchid, serial, nonce, timestamp, signature })
    return `${need(draft, call.callee, CRYPTO, 'authorization')}({ ${parts.join(', ')} })`
  },
  sha256WithRsa: signWithKey,
  sign: signWithKey,
  privateDecrypt: (_, { client, args }) => (args.length === 1 ? `${client}.decrypt(${args[0]})` : undefined),
  publicEncrypt: (draft, { call, args }) =>
    args.length === 2 ? `${need(draft, call.callee, CRYPTO, 'encryptOaep')}(${args.join(', ')})` : undefined,
  getSN(draft, { call, args, values }) {
    const file = args[0] ?? values.certificate
    if (file === undefined) return undefined
    return `new ${need(draft, call.callee, 'node:crypto', 'X509Certificate')}(${file}).serialNumber`
  },
  downloadBill: (_, { client, args }) =>
    args.length === 1 ? `${client}.download(${args[0]}, { responseType: 'arraybuffer' })` : undefined,
  upload_images(draft, { call, client, args }) {
    const [bytes, name] = args
    if (name === undefined) return undefined
    explainResult(draft, call)
    return `${client}.v3.merchant.media.upload.post({ multipart: { file: new File([${bytes}], ${name}) } })`
  },
}

/** What a program writes about where a value comes from: the value, and the declaration of the name it starts with. */
function originOf({ file: { syntax, text } }: Draft, node: Node): string {
  const declaration = syntax.bindings.get(baseOf(node))?.declaration
  return [node, ...(declaration ? [declaration] : [])].map((one) => text.slice(...rangeOf(one))).join(' ')
}

function signWithKey(draft: Draft, { call, args, values }: MethodCall): string | undefined {
  if (args.length !== 1 || values.privateKey === undefined) return undefined
  return `${need(draft, call.callee, CRYPTO, 'sign')}(${args[0]}, ${values.privateKey})`
}
