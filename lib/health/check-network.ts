import { CONNECTION_OPTIONS } from '../check-options.js'
import type { WechatpayOptions } from '../option-types.js'
import { DEFAULT_ORIGIN } from '../protocols/url.js'
import type { TlsOptions } from '../transport/create-transport.js'
import {
  type AttemptTimer,
  type ConnectionOptions,
  type Transport,
  TransportError,
  UNTRUSTED,
} from '../transport/transport.js'
import { VERSION } from '../version.js'
import { bad, type Fact, good, isBad, unknown } from './finding.js'

/** The hosts of the second access point, which is optional. */
const SECOND: readonly string[] = ['https://api2.mch.weixin.qq.com', 'https://api2.wechatpay.cn']
/** The seconds that a clock may be wrong before signatures are refused. */
const CLOCK_WINDOW = 300
/** Milliseconds. */
const TIMEOUT = 10_000

export type CreateTransport = (connection: ConnectionOptions, tls: TlsOptions) => Transport

/** Whether a host answers, and the time that it says it is. */
interface Reached {
  readonly fact: Fact
  readonly date?: string
}

export interface CheckedNetwork {
  readonly facts: readonly Fact[]
  readonly isReached: boolean
}

/**
 * Checks by requests that are not signed whether the API can be reached, as the client would, and compares the clock.
 *
 * @param isNeeded whether the client calls anything at all
 */
export async function checkNetwork(
  options: WechatpayOptions,
  isNeeded: boolean,
  signal: AbortSignal | undefined,
  createTransport: CreateTransport,
): Promise<CheckedNetwork> {
  const { baseURL = DEFAULT_ORIGIN, failover, ca, insecureHosts } = options
  const given = CONNECTION_OPTIONS.map((name) => [name, options[name]])
  const connection: ConnectionOptions = Object.fromEntries(given.filter(([, value]) => value !== undefined))
  const tls = { ca, insecureHosts: insecureHosts ?? [], clientCertificate: undefined }
  const transport = createTransport(connection, tls)
  const others = failover ?? (options.baseURL === undefined && isNeeded ? SECOND : [])
  try {
    const hosts = [baseURL, ...others].map((url) => reach(url, transport, signal))
    const [main, ...rest] = (await Promise.all(hosts)) as [Reached, ...Reached[]]
    const isReached = !isBad(main.fact)
    // Where the network is at fault, no host can be reached.
    const second = rest.map(({ fact }) => (failover && isReached ? fact : optional(fact)))
    const facts = [isNeeded ? main.fact : optional(main.fact), ...second]
    return { isReached, facts: isReached ? [...facts, checkClock(main.date)] : facts }
  } finally {
    transport.close()
  }
}

async function reach(url: string, transport: Transport, signal: AbortSignal | undefined): Promise<Reached> {
  const { host, hostname, port, protocol } = new URL(url)
  const limit = AbortSignal.timeout(TIMEOUT)
  const started = performance.now()
  try {
    const headers = { Accept: '*/*', 'User-Agent': `wechatpay-fluent/${VERSION}` }
    const request = { method: 'GET', url, headers, body: undefined }
    const ends = signal ? AbortSignal.any([signal, limit]) : limit
    const options = { timer: NO_TIMER, signal: ends, streams: false, certificate: false }
    const { status, headers: answered } = await transport.sendByNode(request, options)
    if (status === 407) return { fact: bad('network', 'PROXY_FAILED', { host, reason: 'HTTP 407' }) }
    const ms = Math.round(performance.now() - started)
    return { fact: good('network', 'HOST_REACHED', { host, ms }), date: answered.date as string }
  } catch (error) {
    const reason = limit.aborted ? `no answer within ${TIMEOUT} ms` : (error as Error).message
    const own = { hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)) }
    return { fact: bad('network', causeOf(error, own), { host, reason }) }
  }
}

/** The signal has the time limit. */
const NO_TIMER: AttemptTimer = { limit: 0, isOver: false, onOver: undefined, toSignal: (signal) => signal }

type Cause = 'PROXY_FAILED' | 'TLS_UNTRUSTED' | 'HOST_UNKNOWN' | 'HOST_UNREACHABLE'

/** Why a host cannot be reached. A connection that failed to another one was that to a proxy. */
function causeOf(error: unknown, own: { readonly hostname: string; readonly port: number }): Cause {
  const { code = '', cause } = error as NodeJS.ErrnoException
  const { hostname = own.hostname, port = own.port } = Object(cause) as Partial<typeof own>
  const isProxy = error instanceof TransportError && error.reason === 'proxy'
  if (isProxy || hostname !== own.hostname || port !== own.port) return 'PROXY_FAILED'
  if (UNTRUSTED.test(code)) return 'TLS_UNTRUSTED'
  return /^(?:ENOTFOUND|EAI_)/.test(code) ? 'HOST_UNKNOWN' : 'HOST_UNREACHABLE'
}

const optional = (fact: Fact): Fact =>
  isBad(fact) ? unknown(fact.check, 'HOST_OPTIONAL', fact.values) : fact

function checkClock(date: string | undefined): Fact {
  const skew = Math.round((Date.now() - Date.parse(date ?? '')) / 1000)
  if (Number.isNaN(skew)) return unknown('clock', 'CLOCK_UNTOLD')
  const seconds = Math.abs(skew)
  if (seconds <= CLOCK_WINDOW) return good('clock', 'CLOCK_RIGHT', { seconds })
  return bad('clock', skew > 0 ? 'CLOCK_AHEAD' : 'CLOCK_BEHIND', { seconds })
}
