import type { IncomingMessage } from 'node:http'
import { lookup } from '../../../catalog/lookup.js'
import type { Verb } from '../../../catalog/traits.js'
import type { Context } from '../../context.js'
import { parameterError } from '../../domain/refusal.js'
import type { Part } from '../../gateway/multipart.js'
import { parseJson } from '../../gateway/read-body.js'
import { type Client, platformKeysOf } from '../../identity/clients.js'
import { type Match, notFound, type Router } from '../../routing/router.js'
import { checkUpload } from './check-upload.js'
import { decryptRequest } from './decrypt-request.js'
import type { Reply } from './signature.js'
import { validateRequest } from './validate-request.js'

/** A verified request. */
export interface Verified {
  readonly request: IncomingMessage
  readonly method: string
  readonly path: string
  readonly search: string
  /** The part of the body that is signed: all of it, or an upload's `meta`. */
  readonly signed: Buffer
  readonly parts: readonly Part[]
  /** Whose signature it carries. */
  readonly caller: Client
}

/** What is learnt of a request while it is carried out, for whoever watches. */
export interface Findings {
  template?: string
  /** Encrypted fields in clear, by JSON pointer. */
  decrypted?: Readonly<Record<string, string>>
}

/** The whole catalogue is loaded with the first request that needs it. */
async function findDocumented(method: string, path: string, context: Context): Promise<Match | undefined> {
  const { documentedEndpoint } = await import('../../domain/documented.js')
  return documentedEndpoint(method, path, context)
}

/**
 * Checks a request as the platform does, and has its handler answer.
 *
 * @throws {Refusal} when the API says no.
 */
export async function carryOut(
  { request, method, path, search, signed, parts, caller }: Verified,
  { context, router }: { context: Context; router: Router },
  findings: Findings,
): Promise<Reply> {
  const serial = String(request.headers['wechatpay-serial'] ?? '')
  assertSerial(serial, caller)
  const match = router.find(method, path) ?? (await findDocumented(method, path, context))
  if (!match) throw notFound(method, path)
  const { template, params, handler } = match
  findings.template = template
  const query = new URLSearchParams(search)
  const json = parseJson(signed)
  await validateRequest(method, template, json, query)
  const traits = lookup(template, method.toLowerCase() as Verb) ?? {}
  if (traits.upload) checkUpload(traits.upload, json, parts)
  const keys = platformKeysOf(caller, context)
  const { plain, texts } = decryptRequest(traits.encrypts ?? [], { json, query, serial }, keys)
  if (Object.keys(texts).length > 0) findings.decrypted = texts
  return handler({ method, template, params, query, headers: request.headers, json, plain, parts })
}

/** A merchant may name one of its keys in `Wechatpay-Serial`; a brand must, and it has but one. */
function assertSerial(serial: string, { scheme, publicKey }: Client): void {
  const isChecked = scheme === 'brand' || serial.startsWith('PUB_KEY_ID_')
  if (!isChecked || serial === publicKey.id) return
  const issue = serial
    ? `微信支付公钥ID错误，应为${publicKey.id}`
    : `is required: 微信支付公钥ID ${publicKey.id}`
  throw parameterError('/Wechatpay-Serial', issue, serial, 'header')
}
