import { type ClientRequest, Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { SecureContext } from 'node:tls'
import type { AxiosProxyConfig, AxiosRequestConfig } from 'axios'
import { ConfigError } from '../errors.js'

/** Agents of Node for the requests of axios' own adapter. They stay in closures: a printed agent shows the headers in flight. */
export interface Agents {
  readonly http: unknown
  readonly https: unknown
  /** The agent that shows the merchant's client certificate; `undefined` where there is none to show. */
  readonly merchant: unknown
  /** The proxy may hold a password. */
  readonly proxy: AxiosProxyConfig | false | undefined
  readonly destroy: () => void
}

/** PEM of authorities. */
export type TrustedAuthorities = string | Buffer | readonly (string | Buffer)[]

/** The connections to one host; further requests queue for a free one, first come first served. */
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
  adapter?: AxiosRequestConfig['adapter']
  httpAgent?: unknown
  httpsAgent?: unknown
  ca: TrustedAuthorities | undefined
  clientCertificate: SecureContext | undefined
  proxy?: AxiosProxyConfig | false | undefined
}): Agents {
  assertVerifying(given.httpsAgent, given.adapter)
  const { ca, clientCertificate } = given
  const http = new HttpAgent(KEEP_ALIVE)
  // Explicit, because NODE_TLS_REJECT_UNAUTHORIZED=0 would otherwise switch verification off.
  const strict = { ...KEEP_ALIVE, rejectUnauthorized: true }
  const https = new HttpsAgent({ ...strict, ...(ca !== undefined && { ca: ca as string }) })
  const merchant = clientCertificate && new HttpsAgent({ ...strict, secureContext: clientCertificate })
  return {
    http: given.httpAgent ?? http,
    https: given.httpsAgent ?? https,
    // An agent of the user's may show a certificate of its own.
    merchant: merchant ?? given.httpsAgent,
    proxy: given.proxy,
    destroy: () => {
      for (const agent of [http, https, merchant]) if (agent) destroyAgent(agent)
    },
  }
}

/** Destroys what still queues, too: Node's own `destroy` gives each queued request a connection of its own. */
function destroyAgent(agent: HttpAgent): void {
  const queued = Object.values(agent.requests as Record<string, ClientRequest[] | undefined>).flat()
  agent.destroy()
  for (const request of queued) request?.destroy(new Error('the client was closed'))
}

function assertVerifying(agent: unknown, adapter: AxiosRequestConfig['adapter']): void {
  const switchedOff = process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0'
  const { options } = (agent ?? {}) as { options?: { rejectUnauthorized?: boolean } }
  const { rejectUnauthorized = !switchedOff } = options ?? {}
  if (options && !rejectUnauthorized) {
    throw new ConfigError(
      'httpsAgent does not verify certificates (rejectUnauthorized, or NODE_TLS_REJECT_UNAUTHORIZED=0), which lets anyone answer for WeChat Pay; give `ca` the authorities to trust instead',
    )
  }
  // What fetch connects by takes no options.
  if (switchedOff && [adapter].flat().includes('fetch')) {
    throw new ConfigError(
      "adapter: 'fetch' does not verify certificates while NODE_TLS_REJECT_UNAUTHORIZED is 0, which lets anyone answer for WeChat Pay; unset it, or leave the adapter out",
    )
  }
}
