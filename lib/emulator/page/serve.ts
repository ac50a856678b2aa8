import type { ServerResponse } from 'node:http'

/** The beginning of the paths of the page's files, data and actions. */
export const PREFIX = '/_emulator/'

/** The content of a response: JSON, or text of a type. */
export interface PageContent {
  readonly status?: number
  readonly json?: unknown
  readonly text?: string
  readonly type?: string
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
}

/** The content security policy: the page may load what the emulator serves, and nothing else. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Wechatpay-Emulator': 'page',
}

/** A file of the page. Imported like other data, so that both builds can read the same module. */
export async function asset(name: string): Promise<PageContent | undefined> {
  const { assets } = await import('../../data/page.js')
  const text = Object.hasOwn(assets, name) ? assets[name] : undefined
  return text === undefined ? undefined : { text, type: TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain' }
}

export function send(outgoing: ServerResponse, { status = 200, json, text, type }: PageContent): void {
  const body = text ?? JSON.stringify(json ?? null)
  const kind = type ?? 'application/json; charset=utf-8'
  outgoing.writeHead(status, {
    ...PAGE_HEADERS,
    'Content-Type': kind,
    'Content-Length': Buffer.byteLength(body),
    ...(kind === 'application/x-pem-file' && { 'Content-Disposition': 'attachment' }),
  })
  outgoing.end(body)
}
