/** A change of the emulator's clock; what is left out stays as it is. */
export interface ClockChange {
  /** The time it shall be: milliseconds since 1970, or a time such as `2025-01-01T00:00:00+08:00`. */
  readonly to?: number | string
  /** The milliseconds that it moves on; back when negative. */
  readonly advance?: number
  /** `true` stops it, `false` lets it run again from where it stands. */
  readonly stopped?: boolean
}

/** The clock of one emulator: that of its options, moved by tests. */
export interface Clock {
  /** Now, in milliseconds. */
  now(): number
  /** Returns the time that it is now. */
  change(change: ClockChange): number
  /** Goes back to the clock of the options. */
  reset(): void
}

/** @param base the clock of the options, in milliseconds */
export function createClock(base: () => number): Clock {
  let offset = 0
  let stoppedAt: number | undefined
  const now = (): number => stoppedAt ?? base() + offset
  return {
    now,
    change({ to, advance = 0, stopped = stoppedAt !== undefined }) {
      const time = (to === undefined ? now() : timeOf(to)) + advance
      if (!Number.isFinite(time)) throw new TypeError('clock(): advance must be a number of milliseconds')
      stoppedAt = stopped ? time : undefined
      offset = time - base()
      return time
    },
    reset() {
      offset = 0
      stoppedAt = undefined
    },
  }
}

function timeOf(to: number | string): number {
  const time = typeof to === 'number' ? to : Date.parse(to)
  if (Number.isFinite(time)) return time
  throw new TypeError(`clock(): ${to} is no time; write it like 2025-01-01T00:00:00+08:00`)
}
