import type { IncomingMessage, ServerResponse } from 'node:http'
import { RequestError } from '../errors.js'
import type { NotificationResponse } from './ack.js'
import type { Receive } from './receive.js'
import {
  alreadyParsed,
  type BodyError,
  bytesOf,
  cutOff,
  type Framework,
  isRaw,
  tooLarge,
  tooSlow,
} from './request.js'

/** Node's request, or a framework's that is one (Express, Nest) or has it as `raw` (Fastify). */
export type NodeRequest = IncomingMessage | { readonly raw: IncomingMessage; readonly body?: unknown }

/** Node's response, or Fastify's reply. */
export type NodeResponse = ServerResponse | { readonly raw: ServerResponse; readonly hijack: () => unknown }

/** A route that receives a notification and sends the response. Resolves once that is sent. */
export type NodeReceiver = (request: NodeRequest, response: NodeResponse) => Promise<void>

/** The number of bytes of a refused body that are read before the connection is closed. */
const DRAIN_LIMIT = 8 * 1024 * 1024

/** The properties in which frameworks put what they have read of a request. */
interface FrameworkProperties {
  readonly rawBody?: unknown
  readonly body?: unknown
  readonly originalUrl?: string
  /** The application, in Express. */
  readonly app?: unknown
}

export function createNodeReceiver(receive: Receive): NodeReceiver {
  return async (givenRequest, givenResponse) => {
    const request = 'raw' in givenRequest ? givenRequest.raw : givenRequest
    const response = 'raw' in givenResponse ? givenResponse.raw : givenResponse
    if (!request || !response || typeof response.end !== 'function') {
      throw new RequestError('The receiver takes the request and response of node:http: (req, res)')
    }
    // Fastify then does not send a response of its own.
    if ('hijack' in givenResponse) givenResponse.hijack()
    const properties = { ...propertiesOf(request), ...propertiesOf(givenRequest) }
    const frameworks = frameworksOf(givenRequest)
    const result = await receive({
      method: request.method,
      url: properties.originalUrl ?? request.url ?? '/',
      headers: request.headers,
      read: (limit, signal) => readBody(request, properties, { limit, signal, frameworks }),
    })
    if (result) send(response, result)
    else response.destroy()
    drain(request)
  }
}

function propertiesOf(request: object): FrameworkProperties {
  const { rawBody, body, originalUrl } = request as FrameworkProperties
  return {
    ...(rawBody !== undefined && { rawBody }),
    ...(body !== undefined && { body }),
    ...(originalUrl !== undefined && { originalUrl }),
  }
}

/** The frameworks that this request may come from, where that can be told. */
function frameworksOf(request: NodeRequest): readonly Framework[] | undefined {
  if ('raw' in request) return ['Fastify']
  return typeof (request as FrameworkProperties).app === 'function' ? ['Express', 'Nest'] : undefined
}

interface ReadOptions {
  readonly limit: number
  readonly signal: AbortSignal
  readonly frameworks: readonly Framework[] | undefined
}

async function readBody(
  request: IncomingMessage,
  { rawBody, body }: FrameworkProperties,
  options: ReadOptions,
): Promise<Buffer> {
  const raw = [rawBody, body].find(isRaw)
  if (raw === undefined) {
    if (request.readableDidRead || request.readableEnded) throw alreadyParsed(options.frameworks)
    return readStream(request, options)
  }
  const bytes = bytesOf(raw)
  if (bytes.length > options.limit) throw tooLarge(options.limit)
  return bytes
}

function readStream(request: IncomingMessage, { limit, signal }: ReadOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const finish = (error?: BodyError): void => {
      request.off('data', onData).off('end', onEnd).off('error', onClose).off('close', onClose)
      // An error event that nobody listens for would end the process.
      request.on('error', () => undefined)
      signal.removeEventListener('abort', onAbort)
      if (error) reject(error)
      else resolve(Buffer.concat(chunks))
    }
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size > limit) finish(tooLarge(limit))
      else chunks.push(chunk)
    }
    const onEnd = (): void => finish()
    const onClose = (): void => finish(cutOff())
    const onAbort = (): void => finish(tooSlow())
    if (Number(request.headers['content-length']) > limit) return reject(tooLarge(limit))
    if (request.destroyed) return reject(cutOff())
    request.on('data', onData).on('end', onEnd).on('error', onClose).on('close', onClose)
    signal.addEventListener('abort', onAbort)
  })
}

/** Reads the rest of a body, up to a limit: a sender that is still writing would not read the response. */
function drain(request: IncomingMessage): void {
  if (request.readableEnded || request.destroyed) return
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > DRAIN_LIMIT) request.destroy()
  })
}

function send(response: ServerResponse, { status, headers, body }: NotificationResponse): void {
  // The sender may have closed the connection; an error event that nobody listens for would end the process.
  response.on('error', () => undefined)
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}
