import type { Receive } from './receive.js'
import { alreadyParsed, BodyError, cutOff, tooLarge, tooSlow } from './request.js'

/** A route handler in the terms of `fetch`: resolves to the response to a notification, and never rejects. */
export type FetchReceiver = (request: Request) => Promise<Response>

export function createFetchReceiver(receive: Receive): FetchReceiver {
  return async (request) => {
    const { pathname, search } = new URL(request.url)
    const response = await receive({
      method: request.method,
      url: pathname + search,
      headers: request.headers,
      read: (limit, signal) => readBody(request, limit, signal),
    })
    if (!response) return new Response(null, { status: 400 })
    const { status, headers, body } = response
    return new Response(body, { status, headers })
  }
}

async function readBody(request: Request, limit: number, signal: AbortSignal): Promise<Buffer> {
  if (request.bodyUsed) throw alreadyParsed(['Next and Hono'])
  if (Number(request.headers.get('content-length')) > limit) throw tooLarge(limit)
  if (!request.body) return Buffer.alloc(0)
  const reader = (request.body as ReadableStream<Uint8Array>).getReader()
  const cancel = (): void => void reader.cancel(tooSlow()).catch(() => undefined)
  signal.addEventListener('abort', cancel)
  try {
    const bytes = await readAll(reader, limit)
    // A stream that was cancelled ends like one that is whole.
    if (signal.aborted) throw tooSlow()
    return bytes
  } catch (error) {
    throw error instanceof BodyError ? error : cutOff()
  } finally {
    signal.removeEventListener('abort', cancel)
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
