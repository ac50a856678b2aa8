import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { VERSION } from '../../version.js'
import type { ProtocolResponse } from '../protocols/protocol.js'

/** The headers of every response. https://pay.weixin.qq.com/doc/brand/4015407525 */
const AS_IN_PRODUCTION = {
  'Cache-Control': 'no-cache, must-revalidate',
  'X-Content-Type-Options': 'nosniff',
  'Content-Language': 'zh-CN',
}

/** A response as it went over the wire. */
export interface SentResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number>>
  /** Empty for a download that is made while it is sent. */
  readonly body: Buffer
}

/** How a response is sent. */
export interface ResponseOptions {
  readonly requestId: string
  /** The time of signatures, in milliseconds: clients find by `Date` that their own clock is wrong. */
  readonly time: number
  /** Headers on top of those of the response. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Whether the connection is cut in the middle of the body. */
  readonly isTorn?: boolean
}

/** Sends a response; resolves to what was sent, or `undefined` when the client has gone away. */
export async function sendResponse(
  outgoing: ServerResponse,
  { status, headers: own, body: content }: ProtocolResponse,
  { requestId, time, headers: more, isTorn = false }: ResponseOptions,
): Promise<SentResponse | undefined> {
  const stream = Buffer.isBuffer(content) ? undefined : content
  const body = Buffer.isBuffer(content) ? content : Buffer.alloc(0)
  // A status without a body may not even declare its length.
  const hasLength = status !== 204 && status !== 304 && !stream
  const isRedirect = status >= 300 && status < 400
  const headers = {
    Server: 'wechatpay-fluent emulator',
    'X-Wechatpay-Emulator': `wechatpay-fluent/${VERSION}`,
    'Request-ID': requestId,
    ...AS_IN_PRODUCTION,
    Date: new Date(time).toUTCString(),
    ...(hasLength && { 'Content-Length': body.length }),
    ...own,
    ...(isRedirect && { Location: '/redirected' }),
    ...more,
  }
  if (outgoing.destroyed) return undefined
  outgoing.writeHead(status, headers)
  if (isTorn) await sendHalf(outgoing, content)
  else if (stream) await pipeline(stream, outgoing)
  else outgoing.end(body)
  return { status, headers, body }
}

/** Cuts the connection in the middle of a body; of a stream, after its first chunk. */
async function sendHalf(outgoing: ServerResponse, body: Buffer | Readable): Promise<void> {
  // Headers leave with the first byte of the body; an empty body has no half, only headers.
  outgoing.flushHeaders()
  if (Buffer.isBuffer(body)) outgoing.write(body.subarray(0, body.length >> 1))
  else {
    for await (const chunk of body) {
      outgoing.write(chunk)
      break
    }
  }
  setImmediate(() => outgoing.socket?.destroySoon())
}
