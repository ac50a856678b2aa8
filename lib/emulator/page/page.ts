import type { IncomingMessage, ServerResponse } from 'node:http'
import { renderSVG } from 'uqr'
import { readBody } from '../gateway/receive-request.js'
import { createActions, createQueries, type PageParts, run } from './api.js'
import { asset, isOwn, PAGE_HEADERS, type PageContent, PREFIX, send } from './serve.js'
import { summaryOf } from './summary.js'

/** The time between signs of life on the stream of events, in milliseconds: a silent one is taken for dead. */
const HEARTBEAT = 15_000
/** The bytes that may wait for a page. One that reads no more, such as a sleeping tab, misses calls beyond that. */
const MAX_UNREAD = 4 * 1024 * 1024

const notFound: PageContent = { status: 404, json: { message: 'there is no such page' } }

/** Responds to a request for the page. */
export type PageHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Serves the page, its files and the data that it asks for. */
export function createPage(parts: PageParts, closed: AbortSignal): PageHandler {
  const queries = createQueries(parts)
  const actions = createActions(parts)

  function stream(response: ServerResponse): void {
    response.writeHead(200, { ...PAGE_HEADERS, 'Content-Type': 'text/event-stream' })
    const push = (data: object): void => {
      if (response.writableLength < MAX_UNREAD) response.write(`data: ${JSON.stringify(data)}\n\n`)
    }
    const stop = parts.recorder.watch((request) => push(summaryOf(request)))
    const heartbeat = setInterval(() => response.write(': \n\n'), HEARTBEAT).unref()
    response.write(': \n\n')
    const end = (): void => {
      stop()
      clearInterval(heartbeat)
      closed.removeEventListener('abort', end)
      response.end()
    }
    response.once('close', end)
    closed.addEventListener('abort', end, { once: true })
  }

  async function act(name: string, request: IncomingMessage): Promise<PageContent> {
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined
    if (!action) return notFound
    const body = await readBody(request)
    return run(() => action(JSON.parse(body?.toString() || '{}')))
  }

  return async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (!isOwn(request, parts.host)) {
      send(response, { status: 403, json: { message: 'the page is only for this machine' } })
      return
    }
    const name = pathname === '/' ? 'index.html' : pathname.slice(PREFIX.length)
    if (request.method === 'POST') return send(response, await act(name, request))
    if (name === 'stream') return stream(response)
    if (name === 'qr') {
      const text = renderSVG(searchParams.get('text') ?? '', { border: 2 })
      return send(response, { text, type: 'image/svg+xml' })
    }
    const query = Object.hasOwn(queries, name) ? queries[name] : undefined
    send(response, query ? await run(() => query(searchParams)) : ((await asset(name)) ?? notFound))
  }
}
