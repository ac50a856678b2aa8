import { afterAll, beforeAll, beforeEach } from 'vitest'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../../lib/emulator/index.js'
import { type Answer, call } from '../client.js'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** An emulator with a clock of its own, and a client by hand that lives by the same clock. */
export interface ClockedRig {
  readonly emulator: Emulator
  readonly now: () => number
  readonly advance: (milliseconds: number) => void
  readonly call: (method: string, path: string, json?: object) => Promise<Answer>
  /** A number that was not used before. */
  readonly next: () => string
}

export function startClockedRig(options: EmulatorOptions = {}): ClockedRig {
  const start = Date.parse('2024-03-01T10:00:00+08:00')
  let time = start
  let numbers = 0
  let emulator: Emulator
  const now = (): number => time
  beforeAll(async () => {
    emulator = await createEmulator({ ...options, clock: now })
  })
  beforeEach(() => {
    time = start
  })
  afterAll(() => emulator.close())
  return {
    get emulator() {
      return emulator
    },
    now,
    advance(milliseconds) {
      time += milliseconds
    },
    call: (method, path, json) =>
      call(emulator, method, path, json, { timestamp: Math.floor(time / 1_000), nonce: `N${numbers++}` }),
    next: () => `CLOCKED${++numbers}`,
  }
}
