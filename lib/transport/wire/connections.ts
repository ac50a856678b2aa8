import type { SecureContext } from 'node:tls'
import type { Agent, Dispatcher } from 'undici'

/** How connections are made. */
export interface ConnectionOptions {
  /** At once to one host; more requests queue, first come first served. */
  readonly maxSockets: number
  readonly ca?: string | Buffer | (string | Buffer)[]
  readonly secureContext?: SecureContext
}

/** Connections of undici's. */
export interface Connections {
  /** Loads it with the first request. */
  readonly wire: () => Promise<Wire>
  readonly destroy: () => void
}

/** What sends requests. */
export type Wire = Pick<Dispatcher, 'dispatch'>

/** Below what servers and load balancers grant, so that no request meets a connection that is just closed. */
const IDLE_TIMEOUT = 30_000

export function createConnections({ maxSockets, ...tls }: ConnectionOptions): Connections {
  let agent: Promise<Agent> | undefined
  async function load(): Promise<Agent> {
    // All of undici would take four times as long. The name stands here for bundlers to see; it has no types.
    // @ts-expect-error
    const { default: AgentClass }: { default: typeof Agent } = await import('undici/lib/dispatcher/agent.js')
    return new AgentClass({
      connections: maxSockets,
      // The attempt has a clock of its own, over all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE_TIMEOUT,
      // Said outright, because NODE_TLS_REJECT_UNAUTHORIZED=0 would else switch verification off.
      connect: { timeout: 0, rejectUnauthorized: true, ...tls },
    })
  }
  return {
    wire() {
      agent ??= load()
      return agent
    },
    destroy() {
      // Without a callback, what it interrupts would be a rejection that nobody handles.
      agent?.then((loaded) => loaded.destroy(null, () => undefined)).catch(() => undefined)
    },
  }
}
