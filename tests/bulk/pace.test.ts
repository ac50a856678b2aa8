import { expect, it } from 'vitest'
import { createPace } from '../../lib/bulk/pace.js'

/** A clock that advances only while a call sleeps. */
function startClock() {
  let time = 1_000
  return {
    now: () => time,
    sleep: async (delay: number) => {
      time += delay
    },
  }
}

async function callsIn(duration: number, pace: ReturnType<typeof createPace>, now: () => number) {
  const end = now() + duration
  let calls = 0
  while (now() < end) {
    await pace.turn()
    pace.passed()
    calls++
  }
  return calls
}

const { signal } = new AbortController()

it('lets no more through than its rate', async () => {
  const clock = startClock()
  const pace = createPace(40, signal, clock)
  expect(await callsIn(10_000, pace, clock.now)).toBeCloseTo(400, -1)
})

it('halves what it did when the API complains, and comes back in steps', async () => {
  const clock = startClock()
  const pace = createPace(100, signal, clock)
  await callsIn(5_000, pace, clock.now)
  pace.throttled()
  pace.throttled()
  const after = await callsIn(1_000, pace, clock.now)
  expect(after).toBeGreaterThan(45)
  expect(after).toBeLessThan(60)
  await callsIn(15_000, pace, clock.now)
  expect(await callsIn(1_000, pace, clock.now)).toBeCloseTo(100, -1)
})

it('sends nothing before the time that the API has named', async () => {
  const clock = startClock()
  const pace = createPace(Number.POSITIVE_INFINITY, signal, clock)
  await pace.turn()
  pace.throttled(7_000)
  const before = clock.now()
  await pace.turn()
  expect(clock.now() - before).toBeGreaterThanOrEqual(6_999)
})

it('lets everybody go when the job is stopped', async () => {
  const clock = startClock()
  const pace = createPace(1, AbortSignal.abort(), clock)
  const before = clock.now()
  for (let call = 0; call < 10; call++) await pace.turn()
  expect(clock.now()).toBe(before)
})
