import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PageParts } from './api.js'
import type { PageHandler } from './page.js'
import { PREFIX } from './serve.js'

/** Serves the page, which is loaded with the first request for it; says whether a request was for it. */
export function createPageLoader(
  parts: PageParts,
  closed: AbortSignal,
): (incoming: IncomingMessage, outgoing: ServerResponse) => boolean {
  let page: Promise<PageHandler> | undefined
  return (incoming, outgoing) => {
    if (!isForPage(incoming)) return false
    page ??= import('./page.js').then(({ createPage }) => createPage(parts, closed))
    page
      .then((handle) => handle(incoming, outgoing))
      .catch((error: unknown) => {
        if (outgoing.headersSent) outgoing.destroy()
        else outgoing.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' }).end(String(error))
      })
    return true
  }
}

/** Whether a request is for the page rather than for the API: its own paths, and `/` in a browser. */
function isForPage({ method, url = '/', headers }: IncomingMessage): boolean {
  if (url.startsWith(PREFIX)) return method === 'GET' || method === 'POST'
  return method === 'GET' && /^\/(\?|$)/.test(url) && headers.authorization === undefined
}
