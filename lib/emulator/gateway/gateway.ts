import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultScript, Faults } from '../control/faults.js'
import type { Limits } from '../control/limits.js'
import {
  bodyText,
  type RecordedRequest,
  type Recorder,
  recordableHeaders,
  recordableQuery,
} from '../control/recorder.js'
import type { Merchants } from '../merchants.js'
import type { Exchange, ReceivedRequest } from '../protocols/protocol.js'
import { protocolOf } from '../protocols/protocols.js'
import { Refusal } from '../routing/refusal.js'
import { readRequestLine, receiveRequest } from './receive-request.js'
import { sendResponse } from './send-response.js'

/** The pieces a gateway is put together from. */
export interface GatewayParts {
  readonly merchants: Merchants
  readonly faults: Faults
  readonly limits: Limits
  readonly recorder: Recorder
  /** Serves the emulator's own page; says whether the request was for it. */
  readonly page: (incoming: IncomingMessage, outgoing: ServerResponse) => boolean
  /** Now, in milliseconds. */
  readonly now: () => number
  /** The time of `Date`, in milliseconds. */
  readonly signingTime: () => number
  /** Makes the `Request-ID` of a response. */
  readonly requestId: () => string
  /** Aborted when the emulator closes. */
  readonly closed: AbortSignal
}

/** Handles a request of node:http. */
export type RequestListener = (incoming: IncomingMessage, outgoing: ServerResponse) => void

/** The request listener of the emulated gateway: receive, verify, record, respond. */
export function createGateway(parts: GatewayParts): RequestListener {
  return (incoming, outgoing) => {
    serve(incoming, outgoing, parts).catch((error: unknown) => {
      // The client went away or the emulator is closing: there is nobody left to respond to.
      if (parts.closed.aborted || outgoing.headersSent || incoming.socket.destroyed) incoming.socket.destroy()
      else respondFailed(outgoing, error)
    })
  }
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  parts: GatewayParts,
): Promise<void> {
  const { merchants, recorder, page, now, closed } = parts
  if (page(incoming, outgoing)) return
  const line = readRequestLine(incoming)
  const request = await receiveRequest(incoming, line, now)
  const { protocols } = await merchants.ofRequest(incoming, line.url, request?.body ?? Buffer.alloc(0))
  const protocol = await protocolOf(protocols, line.method, line.path)
  if (!request) {
    const response = await protocol.refuse(incoming, new Refusal(413, 'INVALID_REQUEST', '请求体过大'))
    const headers = { Connection: 'close' }
    await sendResponse(outgoing, response, {
      requestId: parts.requestId(),
      time: parts.signingTime(),
      headers,
    })
    return
  }
  const exchange = await protocol.receive(request)
  const recorded = record(request, exchange, recorder)
  const script = takeScript(request, exchange, parts)
  const fault = script?.fault
  if (fault === 'drop') {
    recorder.complete(recorded, {}, undefined)
    incoming.socket.destroy()
    return
  }
  if (typeof fault === 'object') await sleep(fault.delay, undefined, { signal: closed })
  const response = await exchange.respond(script)
  const about = { requestId: parts.requestId(), time: parts.signingTime() }
  const options = { ...about, headers: script?.headers, isTorn: fault === 'torn' }
  recorder.complete(recorded, response.findings ?? {}, await sendResponse(outgoing, response, options))
}

function record(
  { incoming, method, path, search, url, body, time }: ReceivedRequest,
  { verification, template }: Exchange,
  recorder: Recorder,
): RecordedRequest {
  return recorder.record({
    ...{ method, path, url, time },
    query: recordableQuery(search),
    headers: recordableHeaders(incoming.headers),
    body: bodyText(body),
    ...verification,
    ...(template !== undefined && { template }),
  })
}

/** The failure that is in force for a request: a limit it exceeds, or else a script. */
function takeScript(
  { method, path }: ReceivedRequest,
  { template }: Exchange,
  { limits, faults }: GatewayParts,
): FaultScript | undefined {
  const paths = template === undefined ? [path] : [path, template]
  return limits.take(method, paths) ?? faults.take(method, paths)
}

/** Responds with the emulator's own failure: a connection that is cut would look like a fault of the network. */
function respondFailed(outgoing: ServerResponse, error: unknown): void {
  const issue = error instanceof Error ? error.message : String(error)
  outgoing.writeHead(500, { 'Content-Type': 'application/json; charset=utf-8', Connection: 'close' })
  outgoing.end(JSON.stringify({ code: 'SYSTEM_ERROR', message: 'the emulator failed', detail: { issue } }))
}
