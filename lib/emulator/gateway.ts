import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Reply, signedHeaders } from './answer.js'
import { type Verdict, verifyRequest } from './authorization.js'
import { parseJson, readBody } from './body.js'
import type { Context } from './context.js'
import { type Fault, type Faults, scriptedRefusal } from './faults.js'
import type { PlatformKey } from './identity.js'
import { boundaryOf, type Part, parseMultipart } from './multipart.js'
import { type Recorder, recordableBody, recordableHeaders, recordableQuery } from './recorder.js'
import { parameterError, Refusal } from './refusal.js'
import { type Match, notFound, type Router } from './router.js'
import { sendHalf } from './send-half.js'
import { signError } from './sign-error.js'
import { targetOf } from './target.js'
import type { V2Exchange, V2Request } from './v2.js'
import { type SchemaSource, validateRequest } from './validate.js'

const CLOCK_ERROR_SECONDS = 600

/** The pieces a gateway is put together from. */
export interface GatewayParts {
  readonly context: Context
  readonly router: Router
  readonly schemas: SchemaSource
  readonly faults: Faults
  readonly recorder: Recorder
  /** Aborted when the emulator closes. */
  readonly closed: AbortSignal
}

interface Received {
  readonly request: IncomingMessage
  readonly method: string
  readonly path: string
  readonly search: string
  /** The part of the body that is signed: all of it, or an upload's `meta`. */
  readonly signed: Buffer
  readonly parts: readonly Part[]
  readonly verdict: Verdict
}

const bytesOf = (body: unknown): Buffer => (Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)))

/** The whole catalogue is loaded with the first request that needs it. */
async function findDocumented(method: string, path: string, context: Context): Promise<Match | undefined> {
  const { documentedEndpoint } = await import('./documented.js')
  return documentedEndpoint(method, path, context)
}

/** All but v3 may be v2, whose paths have no version in them. */
const IS_V3 = /^\/(v3|hk|global)\//

/** The request listener of the emulated gateway: read, verify, record, carry out, sign, answer. */
export function createGateway(
  gateway: GatewayParts,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { context, router, schemas, faults, recorder, closed } = gateway
  const { identity, nonces, ids } = context

  /** The key pair a client asks for in `Wechatpay-Serial`, or else the current certificate. */
  async function signerFor(serial: string): Promise<PlatformKey> {
    if (serial.startsWith('PUB_KEY_ID_')) return identity.publicKey
    const listed = identity.listed().length > 0 ? identity.listed() : await identity.certificates()
    return listed.find(({ id }) => id === serial) ?? listed.at(-1) ?? identity.publicKey
  }

  async function carryOut(received: Received): Promise<Reply> {
    const { request, method, path, search, parts } = received
    const serial = String(request.headers['wechatpay-serial'] ?? '')
    if (serial.startsWith('PUB_KEY_ID_') && serial !== identity.publicKey.id) {
      throw parameterError(
        '/Wechatpay-Serial',
        `微信支付公钥ID错误，应为${identity.publicKey.id}`,
        serial,
        'header',
      )
    }
    const match = router.find(method, path) ?? (await findDocumented(method, path, context))
    if (!match) throw notFound(method, path)
    const { template, params, handler } = match
    const query = new URLSearchParams(search)
    const json = parseJson(received.signed)
    for (const schema of await schemas(method, template)) await validateRequest(schema, json, query)
    return handler({ method, template, params, query, headers: request.headers, json, parts })
  }

  async function decide(received: Received, url: string, scripted: Refusal | undefined): Promise<Reply> {
    try {
      if (!received.verdict.verified) throw signError(received.method, url, received.verdict)
      if (scripted) throw scripted
      return await carryOut(received)
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, body: error.body }
      const issue = error instanceof Error ? error.message : String(error)
      return { status: 500, body: { code: 'SYSTEM_ERROR', message: '系统错误', detail: { issue } } }
    }
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    reply: Reply,
    fault?: Fault,
  ): Promise<void> {
    const bodiless =
      reply.body === undefined || reply.status === 204 || (reply.status >= 300 && reply.status < 400)
    const stream = reply.body instanceof Readable ? reply.body : undefined
    let body = bodiless || stream ? Buffer.alloc(0) : bytesOf(reply.body)
    const headers: Record<string, string | number> = {
      Server: 'wechatpay-fluent emulator',
      'Request-ID': ids.hex(32),
    }
    if (!bodiless) headers['Content-Type'] = reply.contentType ?? 'application/json; charset=utf-8'
    if (fault !== 'unsigned' && !reply.unsigned) {
      const signed = reply.signedText === undefined ? body : Buffer.from(reply.signedText)
      const skew = fault === 'stale' ? -CLOCK_ERROR_SECONDS : fault === 'skew' ? CLOCK_ERROR_SECONDS : 0
      const timestamp = Math.floor(context.now() / 1000) + skew
      const signer = await signerFor(String(request.headers['wechatpay-serial'] ?? ''))
      const foreign = fault === 'forged-signature' || fault === 'unknown-serial'
      const key = foreign ? await identity.forger() : signer.key
      const id = fault === 'unknown-serial' ? `5${ids.hex(39)}` : signer.id
      Object.assign(headers, await signedHeaders({ id, key, timestamp, nonce: nonces.text(32) }, signed))
    }
    if (fault === 'tampered') body = body.length ? Buffer.concat([body, Buffer.from(' ')]) : Buffer.from(' ')
    // A status without a body may not even declare its length.
    if (reply.status !== 204 && reply.status !== 304 && !stream) headers['Content-Length'] = body.length
    Object.assign(headers, reply.headers)
    if (response.destroyed) return
    response.writeHead(reply.status, headers)
    if (fault === 'torn') await sendHalf(response, stream ?? body)
    else if (stream) await pipeline(stream, response)
    else response.end(body)
  }

  /** Loaded with the first request that may be v2. */
  async function exchange(received: V2Request): Promise<V2Exchange | undefined> {
    if (IS_V3.test(received.path)) return undefined
    const { exchangeV2 } = await import('./v2.js')
    return exchangeV2(received, context)
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = (request.method ?? '').toUpperCase()
    const { url, path, search } = targetOf(request.url ?? '/')
    const body = await readBody(request)
    if (!body) {
      const tooLarge = new Refusal(413, 'INVALID_REQUEST', '请求体过大')
      await answer(request, response, { status: 413, body: tooLarge.body, headers: { Connection: 'close' } })
      return
    }
    const time = context.now()
    const boundary = boundaryOf(request.headers['content-type'])
    const parts = boundary === undefined ? [] : parseMultipart(body, boundary)
    const v2 = await exchange({ request, method, path, search, body, parts })
    const signed =
      boundary === undefined ? body : (parts.find(({ name }) => name === 'meta')?.body ?? Buffer.alloc(0))
    const { authorization } = request.headers
    const merchant = { ...identity.merchant, key: identity.merchantKey, now: Math.floor(time / 1000) }
    const verdict = verifyRequest({ authorization, method, url, body: signed }, merchant)
    recorder.record({
      method,
      path,
      query: recordableQuery(search),
      url,
      headers: recordableHeaders(request.headers),
      body: recordableBody(body),
      verified: verdict.verified,
      ...(!verdict.verified && { problem: verdict.problem }),
      message: recordableBody(verdict.message),
      ...(v2 && { verified: v2.verified, problem: v2.problem, message: v2.message }),
      time,
    })
    const script = (v2 && faults.take(method, v2.template)) ?? faults.take(method, path)
    const fault = script?.fault
    if (fault === 'drop') {
      request.socket.destroy()
      return
    }
    if (typeof fault === 'object') await sleep(fault.delay, undefined, { signal: closed })
    const received = { request, method, path, search, signed, parts, verdict }
    const reply = v2 ? await v2.reply(script) : await decide(received, url, script && scriptedRefusal(script))
    const redirect: Record<string, string> =
      reply.status >= 300 && reply.status < 400 ? { Location: '/redirected' } : {}
    const headers = { ...reply.headers, ...redirect, ...script?.headers }
    await answer(request, response, { ...reply, headers }, v2 && fault === 'tampered' ? undefined : fault)
  }

  return (request, response) => {
    serve(request, response).catch(() => {
      // The client went away or the emulator is closing: there is nobody left to answer.
      request.socket.destroy()
    })
  }
}
