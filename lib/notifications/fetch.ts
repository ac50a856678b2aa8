import { BodyProblem, cutOff, type Incoming, tooLarge, tooSlow } from './incoming.js'
import { alreadyParsed } from './raw-body.js'
import type { Reply } from './reply.js'

/** Receives a notification and answers it, in the terms of `fetch`: a route handler. Never rejects. */
export type FetchReceiver = (request: Request) => Promise<Response>

export function createFetchReceiver(
  receive: (incoming: Incoming) => Promise<Reply | undefined>,
): FetchReceiver {
  return async (request) => {
    const { pathname, search } = new URL(request.url)
    const reply = await receive({
      method: request.method,
      url: pathname + search,
      headers: request.headers,
      read: (limit, signal) => readBody(request, limit, signal),
    })
    if (!reply) return new Response(null, { status: 400 })
    const { status, headers, body } = reply
    return new Response(body, { status, headers })
  }
}

async function readBody(request: Request, limit: number, signal: AbortSignal): Promise<Buffer> {
  if (request.bodyUsed) throw alreadyParsed(['Next and Hono'])
  if (Number(request.headers.get('content-length')) > limit) throw tooLarge(limit)
  if (!request.body) return Buffer.alloc(0)
  const reader = (request.body as ReadableStream<Uint8Array>).getReader()
  const late = (): void => void reader.cancel(tooSlow()).catch(() => undefined)
  signal.addEventListener('abort', late)
  try {
    const bytes = await readAll(reader, limit)
    // A cancelled stream ends as if it were whole.
    if (signal.aborted) throw tooSlow()
    return bytes
  } catch (error) {
    throw error instanceof BodyProblem ? error : cutOff()
  } finally {
    signal.removeEventListener('abort', late)
  }
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks)
    size += value.length
    if (size > limit) {
      await reader.cancel().catch(() => undefined)
      throw tooLarge(limit)
    }
    chunks.push(value)
  }
}
