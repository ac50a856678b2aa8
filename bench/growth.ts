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
/** As far the last milestone may be from the first. */
const TOLERANCE = 0.1

/** One client after a number of calls. */
interface Milestone {
  readonly calls: number
  /** Calls a second. */
  readonly rate: number
  /** Microseconds of CPU a call, and of nothing but a signature and a verification. */
  readonly cpu: number
  readonly rsa: number
  /** Megabytes. */
  readonly heap: number
}

/** 10,000, 100,000 … and where it ends. */
function milestonesUpTo(calls: number): number[] {
  const milestones = []
  for (let at = FIRST; at < calls; at *= 10) milestones.push(at)
  return [...milestones, Math.max(calls, FIRST + WINDOW)]
}

/** Makes calls until `calls` of them lie behind, and measures the last. */
async function reach(
  calls: number,
  made: number,
  run: (calls: number) => Promise<Growth>,
): Promise<Milestone> {
  const before = calls - WINDOW - made
  if (before > 0) await run(before)
  const slices: Growth[] = []
  for (let at = 0; at < SLICES; at++) slices.push(await run(WINDOW / SLICES))
  return {
    calls: calls - WINDOW / 2,
    rate: median(slices.map(({ answered, seconds }) => answered / seconds)),
    cpu: median(slices.map(({ answered, cpu }) => (cpu / answered) * 1e6)),
    rsa: median(slices.map(({ rsa }) => rsa * 1e6)),
    heap: Math.min(...slices.map(({ heap }) => heap)),
  }
}

/** Whether the millionth call costs what the ten-thousandth did, and what becomes of 10,000 at once. */
export async function measureGrowth({ calls, inFlight, burst }: GrowthOptions): Promise<Row[]> {
  const gateway = startChild(new URL('./gateway.ts', import.meta.url))
  const client = startChild(new URL('./growth-client.ts', import.meta.url), { flags: ['--expose-gc'] })
  const order = async (what: GrowthOrder): Promise<Growth> => {
    const growth = await ask<Growth>(client, { ...what })
    if (growth.problem !== undefined) console.log(`A call failed: ${growth.problem}`)
    return growth
  }
  try {
    const { merchant } = await lineOf<{ readonly merchant: Merchant }>(gateway)
    await ask(client, { ...merchant })
    await order({ calls: FIRST - WINDOW / 2, inFlight })
    let made = FIRST - WINDOW / 2
    const milestones: Milestone[] = []
    for (const at of milestonesUpTo(calls).map((milestone) => milestone + WINDOW / 2)) {
      milestones.push(await reach(at, made, (more) => order({ calls: more, inFlight })))
      made = at
    }
    const atOnce = await order({ calls: burst, inFlight: burst })
    return [...compare(milestones), ...describeBurst(atOnce, burst)]
  } finally {
    await Promise.all([client, gateway].map(stopChild))
  }
}

function compare(milestones: readonly Milestone[]): Row[] {
  const [first, last] = [milestones[0], milestones.at(-1)]
  if (!first || !last) return []
  const each = milestones.map(({ calls, rate, cpu, rsa, heap }) => ({
    what: `growth: about call ${figure(calls)}`,
    measured: `${figure(rate)} calls/s, ${figure(cpu)} µs CPU a call, RSA alone ${figure(rsa)} µs, heap ${figure(heap)} MB`,
  }))
  return [
    ...each,
    withinOne('growth: calls/s, last / first', last.rate / first.rate, TOLERANCE),
    withinOne('growth: CPU a call, last / first', last.cpu / first.cpu, TOLERANCE),
    withinOne(
      'growth: CPU a call beside RSA alone, last / first',
      last.cpu / last.rsa / (first.cpu / first.rsa),
      TOLERANCE,
    ),
    atMost('growth: heap, last / first', last.heap / first.heap, 1 + TOLERANCE, '×'),
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
