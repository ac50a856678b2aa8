import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PageHandler, PageParts } from './page.js'
import { PREFIX } from './serve.js'

/** Serves the page and the control API, loaded with the first request for them; says whether a request was for them. */
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

/** Whether a request is for the emulator rather than for WeChat Pay: its own paths, and `/` in a browser. */
function isForPage({ method, url = '/', headers }: IncomingMessage): boolean {
  if (url.startsWith(PREFIX)) return true
  return method === 'GET' && /^\/(\?|$)/.test(url) && headers.authorization === undefined
}
