import type { IncomingMessage } from 'node:http'
import type { ReceivedRequest } from '../protocols/protocol.js'
import { boundaryOf, parseMultipart } from './multipart.js'

/** The largest body that is read: the largest upload of the API is a 100 MB file. */
const BODY_LIMIT = 110 * 1024 * 1024

/** The method and the target of a request. */
export type RequestLine = Pick<ReceivedRequest, 'method' | 'url' | 'path' | 'search'>

/** Reads method, path and query of a request line, also of one in absolute form. */
export function readRequestLine({ method = '', url = '/' }: IncomingMessage): RequestLine {
  const target = url.startsWith('/') ? url : url.replace(/^[a-z]+:\/\/[^/?#]*/i, '') || '/'
  const mark = target.indexOf('?')
  const [path, search] = mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)]
  return { method: method.toUpperCase(), url: target, path, search }
}

/** Reads a whole request; `undefined` when its body is too large (the rest is not read). */
export async function receiveRequest(
  incoming: IncomingMessage,
  line: RequestLine,
  now: () => number,
): Promise<ReceivedRequest | undefined> {
  const body = await readBody(incoming)
  if (!body) return undefined
  const boundary = boundaryOf(incoming.headers['content-type'])
  const parts = boundary === undefined ? undefined : parseMultipart(body, boundary)
  return { incoming, ...line, body, parts, time: now() }
}

/** Reads a whole body; `undefined` when it is larger than 110 MB. */
export function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const declared = Number(incoming.headers['content-length'] ?? 0)
  if (declared > BODY_LIMIT) return Promise.resolve(undefined)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > BODY_LIMIT) {
        incoming.removeAllListeners('data')
        incoming.pause()
        chunks.length = 0
        resolve(undefined)
        return
      }
      chunks.push(chunk)
    })
    incoming.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size)))
    incoming.on('error', reject)
    incoming.on('close', () => {
      if (!incoming.complete) reject(new Error('the client went away'))
    })
  })
}
