import type { IncomingMessage } from 'node:http'

/** Where all but the page itself is. */
export const PREFIX = '/_emulator/'

/** Whether a request is for the page rather than for the API: its own paths, and `/` in a browser. */
export function isForPage({ method, url = '/', headers }: IncomingMessage): boolean {
  if (url.startsWith(PREFIX)) return method === 'GET' || method === 'POST'
  return method === 'GET' && /^\/(\?|$)/.test(url) && headers.authorization === undefined
}
