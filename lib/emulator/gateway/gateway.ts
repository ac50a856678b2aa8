import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.js'
import { type FaultScript, type Faults, scriptedRefusal } from '../control/faults.js'
import type { Limits } from '../control/limits.js'
import { type Recorder, recordableBody, recordableHeaders, recordableQuery } from '../control/recorder.js'
import type { Diagnosis } from '../diagnosis/diagnose-v3.js'
import { Refusal } from '../domain/refusal.js'
import { type Client, callerOf } from '../identity/clients.js'
import type { V2Exchange, V2Request } from '../protocols/v2/exchange.js'
import { type SignedRequest, type Verdict, verifyRequest } from '../protocols/v3/authorization.js'
import { carryOut, type Findings, type Verified } from '../protocols/v3/handle-request.js'
import { signError } from '../protocols/v3/sign-error.js'
import type { Reply } from '../protocols/v3/signature.js'
import { notFound, type Router } from '../routing/router.js'
import { boundaryOf, parseMultipart } from './multipart.js'
import { readBody } from './read-body.js'
import { respond, type Sent } from './send-response.js'
import { targetOf } from './target.js'

/** The pieces a gateway is put together from. */
export interface GatewayParts {
  readonly context: Context
  readonly router: Router
  readonly faults: Faults
  readonly limits: Limits
  readonly recorder: Recorder
  /** Serves the emulator's own page; says whether the request was for it. */
  readonly page: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Aborted when the emulator closes. */
  readonly closed: AbortSignal
}

/** All but v3 and a brand's may be v2, whose paths have no version in them. */
const IS_V3 = /^\/(v3|hk|global|brand)\//

/** Of v2 nobody signs by header: a path that is none of v2 is a typing error, and no matter of keys. */
function unverified(
  { method, path, search, request }: Verified,
  verdict: Parameters<typeof signError>[2],
): Refusal {
  const isNowhere = !IS_V3.test(path) && request.headers.authorization === undefined
  return isNowhere ? notFound(method, path) : signError(method, path + search, verdict)
}

/** The request listener of the emulated gateway: read, verify, record, carry out, sign, answer. */
export function createGateway(
  gateway: GatewayParts,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { context, faults, limits, recorder, page, closed } = gateway

  async function decide(
    received: Verified,
    verdict: Verdict & { readonly diagnosis?: Diagnosis | undefined },
    script: FaultScript | undefined,
    findings: Findings,
  ): Promise<Reply> {
    try {
      if (!verdict.verified) throw unverified(received, verdict)
      const scripted = script && scriptedRefusal(script)
      if (scripted) throw scripted
      return await carryOut(received, gateway, findings)
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, body: error.body }
      const issue = error instanceof Error ? error.message : String(error)
      return { status: 500, body: { code: 'SYSTEM_ERROR', message: '系统错误', detail: { issue } } }
    }
  }

  /** Loaded with the first request that may be v2. */
  async function exchange(received: V2Request): Promise<V2Exchange | undefined> {
    if (IS_V3.test(received.path)) return undefined
    const { exchangeV2 } = await import('../protocols/v2/exchange.js')
    return exchangeV2(received, context)
  }

  /** Loaded with the first signature that does not fit. */
  async function examine(
    signed: SignedRequest,
    request: IncomingMessage,
    whole: Buffer | undefined,
    caller: Client,
  ): Promise<Diagnosis | undefined> {
    const { diagnose } = await import('../diagnosis/diagnose-v3.js')
    return diagnose({ ...signed, host: request.headers.host ?? '', whole }, caller.key, caller.scheme)
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (page(request, response)) return
    const method = (request.method ?? '').toUpperCase()
    const { url, path, search } = targetOf(request.url ?? '/')
    const caller = callerOf(path, context)
    const body = await readBody(request)
    if (!body) {
      const tooLarge = new Refusal(413, 'INVALID_REQUEST', '请求体过大')
      const reply = { status: 413, body: tooLarge.body, headers: { Connection: 'close' } }
      await respond(request, response, reply, { context, caller })
      return
    }
    const time = context.now()
    const boundary = boundaryOf(request.headers['content-type'])
    const parts = boundary === undefined ? [] : parseMultipart(body, boundary)
    const v2 = await exchange({ request, method, path, search, body, parts })
    const signed =
      boundary === undefined ? body : (parts.find(({ name }) => name === 'meta')?.body ?? Buffer.alloc(0))
    const { authorization } = request.headers
    const toVerify = { authorization, method, url, body: signed }
    const verdict = verifyRequest(toVerify, caller, Math.floor(time / 1000))
    const upload = boundary === undefined ? undefined : body
    const unfit = v2 || verdict.verified ? undefined : await examine(toVerify, request, upload, caller)
    const diagnosis = v2 ? v2.diagnosis : unfit
    const recorded = recorder.record({
      method,
      path,
      query: recordableQuery(search),
      url,
      headers: recordableHeaders(request.headers),
      body: recordableBody(body),
      verified: verdict.verified,
      ...(!verdict.verified && { problem: verdict.problem }),
      ...(diagnosis && { diagnosis }),
      message: recordableBody(verdict.message),
      ...(v2 && { verified: v2.verified, problem: v2.problem, message: v2.message, template: v2.template }),
      time,
    })
    const paths = v2 ? [path, v2.template] : [path]
    const limited = limits.take(method, paths)
    // v2 says no with a 200.
    const script = (limited && v2 ? { ...limited, status: 200 } : limited) ?? faults.take(method, paths)
    const fault = script?.fault
    if (fault === 'drop') {
      recorder.complete(recorded, {}, undefined)
      request.socket.destroy()
      return
    }
    if (typeof fault === 'object') await sleep(fault.delay, undefined, { signal: closed })
    const findings: Findings = {}
    const received = { request, method, path, search, signed, parts, caller }
    const reply = v2
      ? await v2.reply(script)
      : await decide(received, { ...verdict, diagnosis }, script, findings)
    const redirect: Record<string, string> =
      reply.status >= 300 && reply.status < 400 ? { Location: '/redirected' } : {}
    const headers = { ...reply.headers, ...redirect, ...script?.headers }
    const broken = v2 && fault === 'tampered' ? undefined : fault
    const sent: Sent | undefined = await respond(
      request,
      response,
      { ...reply, headers },
      { context, caller, fault: broken },
    )
    recorder.complete(recorded, findings, sent)
  }

  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      // The client went away or the emulator is closing: there is nobody left to answer.
      if (closed.aborted || response.headersSent || request.socket.destroyed) request.socket.destroy()
      else respondFailed(response, error)
    })
  }
}

/** Says what went wrong in here: a connection that is cut would look like a fault of the network. */
function respondFailed(response: ServerResponse, error: unknown): void {
  const issue = error instanceof Error ? error.message : String(error)
  response.writeHead(500, { 'Content-Type': 'application/json; charset=utf-8', Connection: 'close' })
  response.end(JSON.stringify({ code: 'SYSTEM_ERROR', message: 'the emulator failed', detail: { issue } }))
}
