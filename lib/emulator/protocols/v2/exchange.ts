import { isUtf8 } from 'node:buffer'
import { TLSSocket } from 'node:tls'
import type { Context } from '../../context.js'
import type { Fault, FaultScript } from '../../control/faults.js'
import type { Diagnosis } from '../../diagnosis/diagnosis.js'
import { sampleOf } from '../../domain/sample.js'
import { findDocumentedRoute } from '../../routing/documented-routes.js'
import { type EndpointFacts, endpointFacts } from '../../routing/endpoint-facts.js'
import { notFound } from '../../routing/router.js'
import type { Exchange, ProtocolResponse, ReceivedRequest } from '../protocol.js'
import { checkFields } from './check-fields.js'
import { checkParties } from './check-parties.js'
import { downloadOf } from './downloads.js'
import { subMerchantOf } from './order-notifications.js'
import { ORDER_HANDLERS } from './orders.js'
import { BusinessFailure, ReturnFailure } from './refusal.js'
import { v2SampleOf } from './sample.js'
import { canonicalMessage, isSignedWith, signFields, type V2Fields } from './sign.js'
import { keyOf, SPECIAL_HANDLERS } from './special-endpoints.js'
import { buildXml, parseMessage, type XmlRecord } from './xml.js'

/** A request of v2 that was read. */
interface V2Request extends ReceivedRequest {
  readonly template: string
  readonly facts: EndpointFacts
  /** The fields of the message; `undefined` where the body is none. */
  readonly fields: V2Fields | undefined
  /** The key that signs the request and its response. */
  readonly key: string
  readonly problem: string | undefined
  readonly context: Context
}

/** Reads a request of v2, and verifies its `sign`. */
export async function receiveV2(received: ReceivedRequest, context: Context): Promise<Exchange> {
  const { method, path } = received
  const route = await findDocumentedRoute(method, path)
  const facts = route && (await endpointFacts(method, route.target))
  if (!facts) throw notFound(method, path)
  const template = route.target
  const fields = fieldsOf(received)
  const key = keyOf(template, context)
  const problem = signatureProblem(fields, key, facts)
  const request = { ...received, template, facts, fields, key, problem, context }
  const diagnosis = problem === undefined ? undefined : await diagnose(request)
  return {
    template,
    verification: {
      verified: problem === undefined,
      ...(problem !== undefined && { problem }),
      ...(diagnosis && { diagnosis }),
      message: fields ? `${canonicalMessage(fields)}key=[hidden]` : '',
    },
    respond: (script) => respond(request, script),
  }
}

/** The diagnosis is loaded with the first signature that does not fit. */
async function diagnose({ fields, key, facts, context }: V2Request): Promise<Diagnosis | undefined> {
  if (!fields) return undefined
  const { diagnoseV2 } = await import('../../diagnosis/diagnose-v2.js')
  const { apiv3Key, secret } = context.identity.merchant
  const others = { 'the APIv3 key': apiv3Key, 'the secret of production': secret }
  return diagnoseV2(fields, key, others, facts.signType)
}

function fieldsOf({ method, search, body, parts }: ReceivedRequest): V2Fields | undefined {
  if (method === 'GET') return Object.fromEntries(new URLSearchParams(search))
  if (!parts?.length) return parseMessage(body)
  const texts = parts.filter(({ filename }) => filename === undefined)
  return Object.fromEntries(texts.map(({ name, body }) => [name, body.toString()]))
}

function signatureProblem(
  fields: V2Fields | undefined,
  key: string,
  { signType }: EndpointFacts,
): string | undefined {
  if (!fields) return 'the body is no flat XML message'
  if (!fields.sign) return 'no sign'
  // https://pay.weixin.qq.com/doc/v2/partner/4014116402
  if (signType === 'HMAC-SHA256' && fields.sign_type === 'MD5') return 'sign_type has to be HMAC-SHA256'
  return isSignedWith(fields, key, signType) ? undefined : 'sign not match'
}

async function respond(request: V2Request, script: FaultScript | undefined): Promise<ProtocolResponse> {
  try {
    return await responseTo(request, script)
  } catch (error) {
    if (error instanceof BusinessFailure) {
      const failure = { result_code: 'FAIL', err_code: error.code, err_code_des: error.message }
      return signed(request, failure, script?.fault, script?.status)
    }
    const isExpected = error instanceof ReturnFailure
    const return_msg = isExpected ? error.message : '系统错误'
    return xml({ return_code: 'FAIL', return_msg }, isExpected ? script?.status : 500)
  }
}

async function responseTo(request: V2Request, script: FaultScript | undefined): Promise<ProtocolResponse> {
  const { template, facts, fields, problem, context, method, parts, body } = request
  if (method !== 'GET' && !parts && !isUtf8(body))
    throw new BusinessFailure('NOT_UTF8', '请使用UTF-8编码格式')
  if (!fields) throw new ReturnFailure('XML格式错误')
  if (problem !== undefined) throw new ReturnFailure('签名错误')
  assertCertificate(request)
  throwScripted(script)
  await checkFields(template, fields, facts, context.identity.merchant.mchid)
  checkParties(template, fields, context.identity.facts)
  const { response } = facts.document
  if (response.redirect) return bytes(Buffer.from('<!doctype html>\n'), 'text/html')
  const file = response.binary ?? response.text
  if (file !== undefined) return bytes(downloadOf(template, fields, context), file || 'text/plain')
  if (response.json) {
    const sample = sampleOf(response.json, '', { ...sampleSource(context), given: {} })
    return bytes(Buffer.from(JSON.stringify(sample)), 'application/json; charset=utf-8')
  }
  return signed(request, await responseFields(request, fields), script?.fault)
}

/** The fields that an endpoint responds with, beyond those that every message has. */
async function responseFields(
  { template, facts, parts = [], context }: V2Request,
  fields: V2Fields,
): Promise<XmlRecord> {
  const handler = ORDER_HANDLERS[template]
  if (handler) {
    const { sub_mch_id: sub_mchid = '', sub_appid = '' } = fields
    return { ...subMerchantOf({ sub_mchid, sub_appid }), ...handler(fields, context) }
  }
  const special = await SPECIAL_HANDLERS[template]?.(fields, parts, context)
  const { xml: shape = 'object' } = facts.document.response
  return { ...v2SampleOf(shape, fields, sampleSource(context)), ...special }
}

const sampleSource = ({ ids, now, identity }: Context) => ({
  ids,
  now: now(),
  merchantKey: identity.merchantKey,
})

/** A client that speaks TLS has to show the merchant's certificate where the endpoint asks for it. */
function assertCertificate({ incoming: { socket }, facts, context }: V2Request): void {
  if (!facts.needsCertificate || !(socket instanceof TLSSocket)) return
  const { serialNumber } = socket.getPeerCertificate()
  if (socket.authorized && serialNumber === context.identity.merchant.serial) return
  throw new ReturnFailure('证书未传或者错误，请使用商户平台下载的证书')
}

/** A script with a status alone fails before anything is signed; with a code, the response is a signed failure. */
function throwScripted(script: FaultScript | undefined): void {
  if (!script || (script.status === undefined && script.code === undefined)) return
  const message = script.message ?? 'scripted by emulator.fail()'
  if (script.code === undefined || script.code === 'FAIL') throw new ReturnFailure(message)
  throw new BusinessFailure(script.code, message)
}

/** A response; a scripted redirect has no body. */
function bytes(body: Buffer, contentType: string, status = 200): ProtocolResponse {
  if (status === 204 || (status >= 300 && status < 400)) return { status, headers: {}, body: Buffer.alloc(0) }
  return { status, headers: { 'Content-Type': contentType }, body }
}

const xml = (fields: XmlRecord, status?: number): ProtocolResponse =>
  bytes(Buffer.from(buildXml(fields)), 'text/xml; charset=utf-8', status)

/** A signed response. Of the faults only some have a meaning here: no response of v2 has a time or a serial number. */
async function signed(
  request: V2Request,
  fields: XmlRecord,
  fault?: Fault,
  status?: number,
): Promise<ProtocolResponse> {
  const { facts, key, context } = request
  const given = request.fields ?? {}
  const { merchantField, isUnsigned, signType, document } = facts
  const message: Record<string, XmlRecord[string]> = {
    return_code: 'SUCCESS',
    return_msg: 'OK',
    ...(given.appid && { appid: given.appid }),
    ...(merchantField && { [merchantField]: context.identity.merchant.mchid }),
    result_code: 'SUCCESS',
    nonce_str: context.nonces.text(32),
    ...fields,
  }
  const isFlat = Object.values(message).every((value) => typeof value === 'string')
  if (isUnsigned || fault === 'unsigned' || !isFlat || document.response.xml === undefined) {
    return xml(message, status)
  }
  const flat = message as Record<string, string>
  const isForged = fault === 'forged-signature' || fault === 'unknown-serial'
  const signKey = isForged ? context.nonces.text(32) : key
  const sign = signFields(flat, given.sign_type ?? signType, signKey)
  if (fault === 'tampered') flat.nonce_str = context.nonces.text(32)
  return xml({ ...flat, sign }, status)
}
