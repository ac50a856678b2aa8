import type { IncomingMessage, ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import { renderSVG } from 'uqr'
import { denialOf, isToken, TOKEN_COOKIE } from '../control/api/access.js'
import { respondToControl } from '../control/api/control-api.js'
import { type ControlParts, merchantOptions } from '../control/api/operation.js'
import { summaryOf } from '../control/api/request-summary.js'
import type { Recorder } from '../control/recorder.js'
import { asset, PAGE_HEADERS, type PageContent, PREFIX, send } from './serve.js'

/** The time between signs of life on the stream of events, in milliseconds: a silent one is taken for dead. */
const HEARTBEAT = 15_000
/** The bytes that may wait for a page. One that reads no more, such as a sleeping tab, misses calls beyond that. */
const MAX_UNREAD = 4 * 1024 * 1024

const notFound: PageContent = { status: 404, json: { message: 'there is no such page' } }

/** The parts of an emulator that the page needs. */
export interface PageParts extends ControlParts {
  readonly recorder: Recorder
}

/** Responds to a request for the page or the control API. */
export type PageHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Serves the page, its files, and the control API that it asks. */
export function createPage(parts: PageParts, closed: AbortSignal): PageHandler {
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

  async function contentOf(
    request: IncomingMessage,
    name: string,
    query: URLSearchParams,
  ): Promise<PageContent> {
    if (name === 'qr' && request.method === 'GET') {
      return qrCode(query.get('text') ?? '')
    }
    const file = request.method === 'GET' ? ((await asset(name)) ?? pemFile(name, query, parts)) : undefined
    return file ?? (await respondToControl(request, name, query, parts)) ?? notFound
  }

  return async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const given = pathname === '/' ? searchParams.get('token') : null
    if (given !== null && isToken(given, parts.token)) return keepToken(request, response, given)
    const denial = denialOf(request, parts)
    if (denial) {
      send(response, { status: denial.status, json: { message: denial.message } })
      return
    }
    const name = pathname === '/' ? 'index.html' : pathname.slice(PREFIX.length)
    if (name === 'stream') stream(response)
    else send(response, await contentOf(request, name, searchParams))
  }
}

/** A key or certificate of a merchant's configuration, by the name of its file. */
function pemFile(name: string, query: URLSearchParams, parts: PageParts): PageContent | undefined {
  if (!name.endsWith('.pem')) return undefined
  try {
    const { privateKey, certs, ca, merchant } = merchantOptions(query.get('mchid') ?? undefined, parts)
    const files = new Map<string, string | undefined>([
      ['apiclient_key.pem', privateKey],
      ['apiclient_cert.pem', merchant?.cert],
      ['ca.pem', ca],
      ...Object.entries(certs).map(([id, pem]) => [`${id}.pem`, pem] as const),
    ])
    const text = files.get(name)
    return text === undefined ? undefined : { text, type: 'application/x-pem-file' }
  } catch (error) {
    return { status: 400, json: { message: error instanceof Error ? error.message : String(error) } }
  }
}

/** A QR code takes no more than some 3,000 bytes. */
function qrCode(text: string): PageContent {
  try {
    return { text: renderSVG(text, { border: 2 }), type: 'image/svg+xml' }
  } catch {
    return { status: 400, json: { message: `a QR code cannot hold ${text.length} characters` } }
  }
}

/** Has a browser keep the token of its first request, which also gets it out of the address bar. */
function keepToken({ socket }: IncomingMessage, response: ServerResponse, token: string): void {
  const secure = socket instanceof TLSSocket ? '; Secure' : ''
  response.writeHead(303, {
    ...PAGE_HEADERS,
    Location: '/',
    'Set-Cookie': `${TOKEN_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax${secure}`,
  })
  response.end()
}
