import { type ClientRequest, Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { SecureContext } from 'node:tls'
import type { AxiosProxyConfig } from 'axios'
import { ConfigError } from '../errors.js'
import { type Connections, createConnections } from './wire/connections.js'

/** The connections of one client. They stay in closures: a printed agent shows the headers in flight. */
export interface Agents {
  readonly http: unknown
  readonly https: unknown
  /** Shows the merchant's client certificate; `undefined` where there is none to show. */
  readonly merchant: unknown
  /** May hold a password. */
  readonly proxy: AxiosProxyConfig | false | undefined
  /**
   * The leaner connections beside an agent of ours; `undefined` for an agent that the user brought.
   *
   * @internal The declarations of users would load those of undici.
   */
  readonly connectionsOf: (agent: unknown) => Connections | undefined
  readonly isClosed: () => boolean
  readonly destroy: () => void
}

/** PEM of authorities. */
export type TrustedAuthorities = string | Buffer | readonly (string | Buffer)[]

/** More than this to one host queue for a free connection, first come first served. */
export const MAX_SOCKETS = 128

/** As axios sets it on every socket; another value would cost two system calls a request. */
const KEEP_ALIVE_PROBE = 60_000

const KEEP_ALIVE = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_PROBE, maxSockets: MAX_SOCKETS } as const

/**
 * Keep-alive agents, or those that the user brought.
 *
 * @throws {ConfigError} for an agent that does not verify the server's certificate.
 */
export function createAgents(given: {
  httpAgent?: unknown
  httpsAgent?: unknown
  ca?: TrustedAuthorities | undefined
  clientCertificate?: SecureContext | undefined
  proxy?: AxiosProxyConfig | false | undefined
}): Agents {
  assertVerifying(given.httpsAgent)
  let closed = false
  const http = new HttpAgent(KEEP_ALIVE)
  // Said outright, because NODE_TLS_REJECT_UNAUTHORIZED=0 would else switch verification off.
  const strict = { ...KEEP_ALIVE, rejectUnauthorized: true }
  const ca = given.ca === undefined ? {} : { ca: given.ca as string | Buffer | (string | Buffer)[] }
  const https = new HttpsAgent({ ...strict, ...ca })
  const { clientCertificate } = given
  const secureContext = clientCertificate && { secureContext: clientCertificate }
  const merchant = secureContext && new HttpsAgent({ ...strict, ...secureContext })
  const plain = createConnections({ maxSockets: MAX_SOCKETS, ...ca })
  const certified = secureContext && createConnections({ maxSockets: MAX_SOCKETS, ...secureContext })
  const connections = new Map<unknown, Connections | undefined>([
    [http, plain],
    [https, plain],
    [merchant, certified],
  ])
  return {
    http: given.httpAgent ?? http,
    https: given.httpsAgent ?? https,
    // An agent of the user's may show a certificate of its own.
    merchant: merchant ?? given.httpsAgent,
    proxy: given.proxy,
    connectionsOf: (agent) => connections.get(agent),
    isClosed: () => closed,
    destroy: () => {
      closed = true
      for (const agent of [http, https, merchant]) if (agent) destroyAgent(agent)
      plain.destroy()
      certified?.destroy()
    },
  }
}

/** With what still queues: Node's own `destroy` gives each of them a connection of its own. */
function destroyAgent(agent: HttpAgent): void {
  const queued = Object.values(agent.requests as Record<string, ClientRequest[] | undefined>).flat()
  agent.destroy()
  for (const request of queued) request?.destroy(new Error('the client was closed'))
}

function assertVerifying(agent: unknown): void {
  const options = (agent as { options?: { rejectUnauthorized?: boolean } } | undefined)?.options
  if (!options || options.rejectUnauthorized === true) return
  const switchedOff = process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0'
  if (options.rejectUnauthorized === undefined && !switchedOff) return
  throw new ConfigError(
    'httpsAgent does not verify certificates (rejectUnauthorized, or NODE_TLS_REJECT_UNAUTHORIZED=0), which lets anyone answer for WeChat Pay; give `ca` the authorities to trust instead',
  )
}
