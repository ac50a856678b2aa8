import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { EndpointDocument } from '../catalog/document.js'
import { endpointDocument } from '../catalog/document.js'
import { lookup } from '../catalog/lookup.js'
import { matchRoutes } from '../catalog/match.js'
import type { Traits, Verb } from '../catalog/traits.js'
import type { Reply } from './answer.js'
import type { Context } from './context.js'
import type { Diagnosis } from './diagnose.js'
import type { Fault, FaultScript } from './faults.js'
import type { Part } from './multipart.js'
import { sampleOf } from './sample.js'
import { downloadOf } from './v2-download.js'
import { ORDER_HANDLERS } from './v2-orders.js'
import { BusinessFailure, ReturnFailure } from './v2-refusal.js'
import { v2SampleOf } from './v2-sample.js'
import { checkFields } from './v2-schemas.js'
import { canonicalMessage, isSignedWith, signFields, type V2Fields } from './v2-sign.js'
import { keyOf, SPECIAL_HANDLERS } from './v2-special.js'
import { buildMessage, parseMessage, type XmlRecord } from './xml.js'

/** A request of v2 as it arrived. */
export interface V2Request {
  readonly request: IncomingMessage
  readonly method: string
  readonly path: string
  readonly search: string
  readonly body: Buffer
  readonly parts: readonly Part[]
}

/** The endpoint of v2 that a request means, and what it says. */
export interface V2Exchange {
  readonly template: string
  readonly verified: boolean
  readonly problem?: string
  /** What was signed instead, as far as that can be found out. */
  readonly diagnosis?: Diagnosis | undefined
  /** What the signature should cover, its key hidden. */
  readonly message: string
  /** Carries the request out, or fails it as scripted. */
  reply(script: FaultScript | undefined): Promise<Reply>
}

interface Known extends V2Request {
  readonly template: string
  readonly traits: Traits
  readonly document: EndpointDocument
  readonly fields: V2Fields | undefined
  readonly key: string
  readonly problem: string | undefined
  readonly context: Context
}

/** Makes out a request of v2; `undefined` when its path is none of v2's. */
export async function exchangeV2(received: V2Request, context: Context): Promise<V2Exchange | undefined> {
  const verb = received.method.toLowerCase() as Verb
  const [match] = matchRoutes(verb, received.path.slice(1))
  if (!match?.template.startsWith('v2/')) return undefined
  const { template } = match
  const [traits, document] = [lookup(template, verb), await endpointDocument(template, verb)]
  if (!traits || !document) return undefined
  const fields = fieldsOf(received)
  const key = keyOf(template, context)
  const problem = signatureProblem(fields, key)
  const known = { ...received, template, traits, document, fields, key, problem, context }
  return {
    template,
    verified: problem === undefined,
    ...(problem !== undefined && { problem, diagnosis: await examine(fields, key, context) }),
    message: fields ? `${canonicalMessage(fields)}key=[hidden]` : '',
    reply: (script) => reply(known, script),
  }
}

/** Loaded with the first signature that does not fit. */
async function examine(
  fields: V2Fields | undefined,
  key: string,
  { identity }: Context,
): Promise<Diagnosis | undefined> {
  if (!fields) return undefined
  const { diagnoseV2 } = await import('./diagnose-v2.js')
  const { apiv3Key, secret } = identity.merchant
  return diagnoseV2(fields, key, { 'the APIv3 key': apiv3Key, 'the secret of production': secret })
}

function fieldsOf({ method, search, body, parts }: V2Request): V2Fields | undefined {
  if (method === 'GET') return Object.fromEntries(new URLSearchParams(search))
  if (parts.length === 0) return parseMessage(body)
  const texts = parts.filter(({ filename }) => filename === undefined)
  return Object.fromEntries(texts.map(({ name, body }) => [name, body.toString()]))
}

function signatureProblem(fields: V2Fields | undefined, key: string): string | undefined {
  if (!fields) return 'the body is no flat XML message'
  if (!fields.sign) return 'no sign'
  return isSignedWith(fields, key) ? undefined : 'sign not match'
}

async function reply(known: Known, script: FaultScript | undefined): Promise<Reply> {
  try {
    return await answer(known, script)
  } catch (error) {
    if (error instanceof BusinessFailure) {
      const failure = { result_code: 'FAIL', err_code: error.code, err_code_des: error.message }
      return signed(known, failure, script?.fault, script?.status)
    }
    const isExpected = error instanceof ReturnFailure
    const return_msg = isExpected ? error.message : '系统错误'
    return xml({ return_code: 'FAIL', return_msg }, isExpected ? script?.status : 500)
  }
}

async function answer(known: Known, script: FaultScript | undefined): Promise<Reply> {
  const { template, traits, document, fields, parts, problem, context } = known
  if (!fields) throw new ReturnFailure('XML格式错误')
  if (problem !== undefined) throw new ReturnFailure('签名错误')
  checkCertificate(known)
  scripted(script)
  await checkFields(template, fields, traits, document, context.identity.merchant.mchid)
  const { response } = document
  if (response.redirect)
    return { status: 200, body: Buffer.from('<!doctype html>\n'), contentType: 'text/html', unsigned: true }
  const file = response.binary ?? response.text
  if (file !== undefined) {
    const body = downloadOf(template, fields, context)
    return { status: 200, body, contentType: file || 'text/plain', unsigned: true }
  }
  const { ids, identity, now } = context
  const source = { ids, now: now(), merchantKey: identity.merchantKey }
  if (response.json)
    return { status: 200, body: sampleOf(response.json, '', { ...source, given: {} }), unsigned: true }
  const handler = ORDER_HANDLERS[template]
  if (handler) return signed(known, handler(fields, context), script?.fault)
  const special = await SPECIAL_HANDLERS[template]?.(fields, parts, context)
  return signed(known, { ...v2SampleOf(response.xml ?? 'object', fields, source), ...special }, script?.fault)
}

/** Whoever speaks TLS has to show the merchant's certificate where the endpoint asks for it. */
function checkCertificate({ request: { socket }, traits, context }: Known): void {
  if (!traits.certificate || !(socket instanceof TLSSocket)) return
  const { serialNumber } = socket.getPeerCertificate()
  if (socket.authorized && serialNumber === context.identity.merchant.serial) return
  throw new ReturnFailure('证书未传或者错误，请使用商户平台下载的证书')
}

/** A script with a status alone fails before anything is signed; with a code, the answer is a signed no. */
function scripted(script: FaultScript | undefined): void {
  if (!script || (script.status === undefined && script.code === undefined)) return
  const message = script.message ?? 'scripted by emulator.fail()'
  if (script.code === undefined || script.code === 'FAIL') throw new ReturnFailure(message)
  throw new BusinessFailure(script.code, message)
}

const xml = (fields: XmlRecord, status = 200): Reply => ({
  status,
  body: Buffer.from(buildMessage(fields)),
  contentType: 'text/xml; charset=utf-8',
  unsigned: true,
})

/** Which faults of v3 have a meaning here: nothing in an answer of v2 has a time or a serial number. */
async function signed(known: Known, fields: XmlRecord, fault?: Fault, status?: number): Promise<Reply> {
  const { traits, document, key, context } = known
  const given = known.fields ?? {}
  const merchant = traits.merchantId ?? 'mch_id'
  const envelope: Record<string, XmlRecord[string]> = {
    return_code: 'SUCCESS',
    return_msg: 'OK',
    ...(given.appid && { appid: given.appid }),
    ...(merchant && { [merchant]: context.identity.merchant.mchid }),
    result_code: 'SUCCESS',
    nonce_str: context.nonces.text(32),
    ...fields,
  }
  const isFlat = Object.values(envelope).every((value) => typeof value === 'string')
  if (traits.unsigned || fault === 'unsigned' || !isFlat || document.response.xml === undefined) {
    return xml(envelope, status)
  }
  const flat = envelope as Record<string, string>
  const signer = fault === 'forged-signature' || fault === 'unknown-serial' ? context.nonces.text(32) : key
  const sign = signFields(flat, given.sign_type ?? 'MD5', signer)
  if (fault === 'tampered') flat.nonce_str = context.nonces.text(32)
  return xml({ ...flat, sign }, status)
}
