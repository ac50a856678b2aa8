import type { IncomingMessage, ServerResponse } from 'node:http'
import { RequestError } from '../errors.js'
import { type BodyProblem, cutOff, type Incoming, tooLarge, tooSlow } from './incoming.js'
import { alreadyParsed, bytesOf, type Framework, isRaw } from './raw-body.js'
import type { Reply } from './reply.js'

/** Node's request, or a framework's that is one (Express, Nest) or has it as `raw` (Fastify). */
export type NodeRequest = IncomingMessage | { readonly raw: IncomingMessage; readonly body?: unknown }

/** Node's response, or Fastify's reply. */
export type NodeResponse = ServerResponse | { readonly raw: ServerResponse; readonly hijack: () => unknown }

/** Receives a notification and answers it. Resolves once that is done. */
export type NodeReceiver = (request: NodeRequest, response: NodeResponse) => Promise<void>

/** As many bytes of a refused body are taken in before the connection is cut. */
const DRAINED = 8 * 1024 * 1024

/** Where frameworks leave what they read. */
interface Traces {
  readonly rawBody?: unknown
  readonly body?: unknown
  readonly originalUrl?: string
  /** Express. */
  readonly app?: unknown
}

export function createNodeReceiver(
  receive: (incoming: Incoming) => Promise<Reply | undefined>,
): NodeReceiver {
  return async (given, answer) => {
    const request = 'raw' in given ? given.raw : given
    const response = 'raw' in answer ? answer.raw : answer
    if (!request || !response || typeof response.end !== 'function') {
      throw new RequestError('The receiver takes the request and response of node:http: (req, res)')
    }
    // Fastify leaves the answer to us.
    if ('hijack' in answer) answer.hijack()
    const traces: Traces = { ...framesOf(request), ...framesOf(given) }
    const reply = await receive({
      method: request.method,
      url: traces.originalUrl ?? request.url ?? '/',
      headers: request.headers,
      read: (limit, signal) => readBody(request, traces, { limit, signal, framework: frameworkOf(given) }),
    })
    if (reply) send(response, reply)
    else response.destroy()
    drain(request)
  }
}

function framesOf(holder: object): Traces {
  const { rawBody, body, originalUrl } = holder as Traces
  return {
    ...(rawBody !== undefined && { rawBody }),
    ...(body !== undefined && { body }),
    ...(originalUrl !== undefined && { originalUrl }),
  }
}

/** Whose advice fits, where that can be told. */
function frameworkOf(request: NodeRequest): readonly Framework[] | undefined {
  if ('raw' in request) return ['Fastify']
  return typeof (request as Traces).app === 'function' ? ['Express', 'Nest'] : undefined
}

interface Reading {
  readonly limit: number
  readonly signal: AbortSignal
  readonly framework: readonly Framework[] | undefined
}

async function readBody(request: IncomingMessage, traces: Traces, reading: Reading): Promise<Buffer> {
  const kept = [traces.rawBody, traces.body].find(isRaw)
  if (kept === undefined) {
    if (request.readableDidRead || request.readableEnded) throw alreadyParsed(reading.framework)
    return readStream(request, reading)
  }
  const bytes = bytesOf(kept)
  if (bytes.length > reading.limit) throw tooLarge(reading.limit)
  return bytes
}

function readStream(request: IncomingMessage, { limit, signal }: Reading): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const finish = (problem?: BodyProblem): void => {
      request.off('data', take).off('end', end).off('error', lose).off('close', lose)
      // Whatever the socket still has to say, somebody must listen.
      request.on('error', () => undefined)
      signal.removeEventListener('abort', late)
      if (problem) reject(problem)
      else resolve(Buffer.concat(chunks))
    }
    const take = (chunk: Buffer): void => {
      size += chunk.length
      if (size > limit) finish(tooLarge(limit))
      else chunks.push(chunk)
    }
    const end = (): void => finish()
    const lose = (): void => finish(cutOff())
    const late = (): void => finish(tooSlow())
    if (Number(request.headers['content-length']) > limit) return reject(tooLarge(limit))
    if (request.destroyed) return reject(cutOff())
    request.on('data', take).on('end', end).on('error', lose).on('close', lose)
    signal.addEventListener('abort', late)
  })
}

/** Takes in what was not read, so that the sender gets to read the answer; but not for ever. */
function drain(request: IncomingMessage): void {
  if (request.readableEnded || request.destroyed) return
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > DRAINED) request.destroy()
  })
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  // The sender may be gone by now.
  response.on('error', () => undefined)
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}
