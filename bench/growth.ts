import { ask, lineOf, startChild, stopChild } from './child.js'
import type { Growth, GrowthOrder } from './growth-client.js'
import type { Merchant } from './merchant.js'
import { atLeast, atMost, figure, type Row, withinOne } from './report.js'
import { median } from './statistics.js'

export interface GrowthOptions {
  /** How many calls one client makes in the end. */
  readonly calls: number
  readonly inFlight: number
  /** How many calls are begun at once afterwards. */
  readonly burst: number
}

/** Before this many calls nothing counts: an HTTP client takes some thousand to be compiled. */
const FIRST = 10_000
/** At each milestone so many calls are measured, in so many slices; the median is taken. */
const WINDOW = 10_000
const SLICES = 10
/** As far the client that has made all the calls may be from a new one. */
const TOLERANCE = 0.1

/** A client in a process of its own, asked for ever more calls. */
interface Client {
  readonly run: (order: GrowthOrder) => Promise<Growth>
  readonly stop: () => Promise<void>
}

async function startClient(merchant: Merchant): Promise<Client> {
  const child = startChild(new URL('./growth-client.ts', import.meta.url), { flags: ['--expose-gc'] })
  await ask(child, { ...merchant })
  return {
    run: async (order) => {
      const growth = await ask<Growth>(child, { ...order })
      if (growth.problem !== undefined) console.log(`A call failed: ${growth.problem}`)
      return growth
    },
    stop: () => stopChild(child),
  }
}

/** 10,000, 100,000 … and where it ends. */
function milestonesUpTo(calls: number): number[] {
  const milestones = []
  for (let at = FIRST; at < calls; at *= 10) milestones.push(at)
  return [...milestones, Math.max(calls, FIRST + WINDOW)]
}

/** The next window of each client, in turns, so that what slows down the machine slows down all of them. */
async function measureWindow(clients: readonly Client[], inFlight: number): Promise<Growth[][]> {
  const slices: Growth[][] = clients.map(() => [])
  for (let at = 0; at < SLICES; at++) {
    for (const [which, client] of clients.entries()) {
      slices[which]?.push(await client.run({ calls: WINDOW / SLICES, inFlight }))
    }
  }
  return slices
}

const rateOf = (slices: readonly Growth[]): number =>
  median(slices.map(({ answered, seconds }) => answered / seconds))
const cpuOf = (slices: readonly Growth[]): number =>
  median(slices.map(({ answered, cpu }) => (cpu / answered) * 1e6))
const heapOf = (slices: readonly Growth[]): number => Math.min(...slices.map(({ heap }) => heap))

/** Whether the millionth call costs what the ten-thousandth did, and what becomes of 10,000 at once. */
export async function measureGrowth({ calls, inFlight, burst }: GrowthOptions): Promise<Row[]> {
  const gateway = startChild(new URL('./gateway.ts', import.meta.url))
  const clients: Client[] = []
  const start = async (merchant: Merchant): Promise<Client> => {
    const client = await startClient(merchant)
    clients.push(client)
    return client
  }
  try {
    const { merchant } = await lineOf<{ readonly merchant: Merchant }>(gateway)
    const old = await start(merchant)
    const rows: Row[] = []
    let made = 0
    for (const milestone of milestonesUpTo(calls)) {
      await old.run({ calls: milestone - made, inFlight })
      const [slices = []] = await measureWindow([old], inFlight)
      made = milestone + WINDOW
      rows.push({ what: `growth: after ${figure(milestone)} calls`, measured: describe(slices) })
    }
    const fresh = await start(merchant)
    await fresh.run({ calls: FIRST, inFlight })
    const [ofOld = [], ofFresh = []] = await measureWindow([old, fresh], inFlight)
    const atOnce = await old.run({ calls: burst, inFlight: burst })
    return [...rows, ...compare(ofOld, ofFresh), ...describeBurst(atOnce, burst)]
  } finally {
    await Promise.all([...clients.map((client) => client.stop()), stopChild(gateway)])
  }
}

function describe(slices: readonly Growth[]): string {
  return `${figure(rateOf(slices))} calls/s, ${figure(cpuOf(slices))} µs CPU a call, heap ${figure(heapOf(slices))} MB`
}

function compare(old: readonly Growth[], fresh: readonly Growth[]): Row[] {
  const what = 'growth: the same client beside a new one'
  return [
    { what: 'growth: the same client in the minutes of a new one', measured: describe(old) },
    { what: 'growth: a new client', measured: describe(fresh) },
    withinOne(`${what}, calls/s`, rateOf(old) / rateOf(fresh), TOLERANCE),
    withinOne(`${what}, CPU a call`, cpuOf(old) / cpuOf(fresh), TOLERANCE),
    atMost(`${what}, heap`, heapOf(old) / heapOf(fresh), 1 + TOLERANCE, '×'),
  ]
}

function describeBurst({ answered, seconds, delay, overtaken }: Growth, burst: number): Row[] {
  return [
    atLeast(`${figure(burst)} at once: answered and verified`, answered, burst, 'calls'),
    {
      what: `${figure(burst)} at once`,
      measured: `${figure(seconds)} s, event loop held up ${figure(delay)} ms at most, a call overtaken by ${figure(overtaken)} at most`,
    },
  ]
}
