import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { StateStore } from '../../state/store.js'
import { isLocalName } from '../receivers.js'

/** The cookie by which a browser on another machine keeps the token. */
export const TOKEN_COOKIE = 'wxpay_emulator_token'

/** A refusal of somebody who may not see or control the emulator. */
export interface Denial {
  readonly status: 401 | 403
  readonly message: string
}

/** The facts that decide who is let in. */
export interface AccessOptions {
  readonly token: string
  /** The host that the emulator was told to listen on. */
  readonly host: string
}

/** The token that was given; else the one that is stored, or a new one. It is never made from a seed: others know that. */
export function readToken(given: string | undefined, store: StateStore): string {
  if (given !== undefined) {
    if (/^[\x21-\x7e]{8,}$/.test(given) && !/[;,"\\]/.test(given)) return given
    throw new TypeError('control.token must be 8 visible ASCII characters or more, without ; , " and \\')
  }
  const stored = store.collection<string>('control')
  const token = stored.get('token') ?? randomBytes(24).toString('base64url')
  if (!stored.has('token')) stored.set('token', token)
  return token
}

/** Whether a text is the token, in a time that tells nothing of it. */
export function isToken(text: string, token: string): boolean {
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(text), digest(token))
}

/**
 * The reason why a request may not see or control the emulator; `undefined` when it may. Its token lets it in, or else
 * the address of its socket, if that is this machine and no page of another site is behind it. What the request says of
 * itself, such as its `Host`, can only keep it out.
 */
export function denialOf(request: IncomingMessage, { token, host }: AccessOptions): Denial | undefined {
  const { headers } = request
  const bearer = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return isToken(bearer, token) ? undefined : unauthorized('the token is wrong')
  const cookie = cookieOf(headers)
  const hasCookie = cookie !== undefined && isToken(cookie, token)
  if (!hasCookie && !isLoopbackAddress(request.socket.remoteAddress)) {
    return unauthorized('from another machine it takes the token: Authorization: Bearer …')
  }
  const proxy = hasCookie ? undefined : proxyHeaderOf(headers)
  if (proxy !== undefined) {
    return unauthorized(`it came through a proxy (${proxy}), so it takes the token: Authorization: Bearer …`)
  }
  if (!hasCookie && !isLocalHost(headers.host, host)) {
    return forbidden(`without the token it is for this machine alone, not for ${headers.host ?? 'no Host'}`)
  }
  return foreignPage(request)
}

const unauthorized = (message: string): Denial => ({ status: 401, message })
const forbidden = (message: string): Denial => ({ status: 403, message })

function isLoopbackAddress(address = ''): boolean {
  const plain = address.replace(/^::ffff:/i, '')
  return plain === '::1' || /^127(\.\d{1,3}){3}$/.test(plain)
}

/** The headers that reverse proxies and tunnels add: standard ones, and those of nginx, Cloudflare, Akamai and others. */
const PROXY_HEADERS =
  /^(forwarded|via|x-(forwarded|original)(-.+)?|x-real-ip|((x-(cluster-)?|true-|fastly-|fly-)client|cf-connecting)-ip)$/

/** The header by which a proxy tells that the request is somebody else's. */
function proxyHeaderOf(headers: IncomingHttpHeaders): string | undefined {
  return Object.keys(headers).find((name) => PROXY_HEADERS.test(name))
}

/** Whether a `Host` names this machine: somebody's DNS may lead a name of theirs here. */
function isLocalHost(given = '', host: string): boolean {
  const name = given.replace(/:\d+$/, '')
  return isLocalName(name) || name === host || name === `[${host}]`
}

/** The refusal of a page of another site, which a browser on this machine may have open. */
function foreignPage({ headers, method }: IncomingMessage): Denial | undefined {
  const { origin, host } = headers
  const site = headers['sec-fetch-site'] ?? 'same-origin'
  const isOwnOrigin = origin === undefined || /^https?:\/\/(.*)$/.exec(origin)?.[1] === host
  if (!isOwnOrigin || (site !== 'same-origin' && site !== 'none')) {
    return forbidden('pages of other sites may not see or control it')
  }
  if (method === 'GET' || headers['x-emulator-page'] === '1') return undefined
  return forbidden(
    'a change takes the token (Authorization: Bearer …), or the header X-Emulator-Page: 1 from this machine',
  )
}

function cookieOf({ cookie = '' }: IncomingHttpHeaders): string | undefined {
  const pair = cookie.split(/;\s*/).find((one) => one.startsWith(`${TOKEN_COOKIE}=`))
  return pair?.slice(TOKEN_COOKIE.length + 1)
}
