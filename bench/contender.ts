/** One contender in a process of its own: `contender.ts NAME`, then a {@link Merchant} and rounds by message. */
import { randomUUID } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { importBody, type Merchant } from './merchant.js'

/** Imports one member card and gives the code of the answer, once that is verified. */
export type Call = (number: string) => Promise<string | undefined>

/** What one round came to. */
export interface Round {
  readonly calls: number
  readonly seconds: number
  /** Seconds of CPU, all threads. */
  readonly cpu: number
  /** 99th percentile of the delay of the event loop, in milliseconds. */
  readonly delay: number
}

export interface RoundOrder {
  readonly seconds: number
  readonly inFlight: number
}

const contenders = {
  fluent: async () => (await import('./contender-fluent.js')).createFluent,
  axios: async () => (await import('./contender-axios.js')).createHandWrittenAxios,
  plugin: async () => (await import('./contender-plugin.js')).createPlugin,
  undici: async () => (await import('./contender-undici.js')).createHandWrittenUndici,
  'undici-in-place': async () => (await import('./contender-undici.js')).createUndiciInPlace,
  instance: async () => (await import('./contender-fluent.js')).createFluentInstance,
} satisfies Record<string, () => Promise<(merchant: Merchant) => Call>>

export type ContenderName = keyof typeof contenders

let made = 0
const run = randomUUID()
const { code: expected } = importBody('')

async function keepCalling(call: Call, until: number): Promise<void> {
  while (performance.now() < until) {
    const code = await call(`${run}-${made++}`)
    if (code !== expected) throw new Error(`The answer has code ${code}, expected ${expected}`)
  }
}

async function carryOut(call: Call, { seconds, inFlight }: RoundOrder): Promise<Round> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const before = { calls: made, cpu: process.cpuUsage(), time: performance.now() }
  const until = before.time + seconds * 1000
  await Promise.all(Array.from({ length: inFlight }, () => keepCalling(call, until)))
  delay.disable()
  const { user, system } = process.cpuUsage(before.cpu)
  return {
    calls: made - before.calls,
    seconds: (performance.now() - before.time) / 1000,
    cpu: (user + system) / 1e6,
    delay: delay.percentile(99) / 1e6,
  }
}

/** The message alone: an axios error prints pages, credentials included. */
function fail(error: unknown): void {
  process.stderr.write(`${process.argv[2]}: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

const create = await contenders[process.argv[2] as ContenderName]()
process.once('message', (merchant: Merchant) => {
  const call = create(merchant)
  process.on('message', (order: RoundOrder) => {
    carryOut(call, order).then((round) => process.send?.(round), fail)
  })
  process.send?.('ready')
})
// Ends at once: idle connections would keep the process alive.
process.once('disconnect', () => process.exit())
