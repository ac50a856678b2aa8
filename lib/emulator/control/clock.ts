/** A change of the emulator's clock; what is left out stays as it is. */
export interface ClockChange {
  /** The time it shall be: milliseconds since 1970, or a time such as `2025-01-01T00:00:00+08:00`. */
  readonly to?: number | string
  /** The milliseconds that it moves on; back when negative. */
  readonly advance?: number
  /** `true` stops it, `false` lets it run again from where it stands. */
  readonly stopped?: boolean
}

const END = Date.parse('9999-12-31T00:00:00Z')

/** The clock of one emulator: that of its options, moved by tests. */
export interface Clock {
  /** Now, in milliseconds. */
  now(): number
  /**
   * The time of signatures, in milliseconds. Tests do not move it: their clients' clocks do not move either, and would
   * neither be believed nor believe.
   */
  signingTime(): number
  /** Returns the time that it is now. What is due by then has been done. */
  change(change: ClockChange): number
  /** Does something after so many milliseconds, unless the process has ended by then. */
  later(milliseconds: number, work: () => void): void
  /** Goes back to the clock of the options, and forgets what was to be done later. */
  reset(): void
}

/** Something that is to be done at a time. */
interface Appointment {
  readonly due: number
  readonly work: () => void
  readonly timer: NodeJS.Timeout
}

/** The longest time that a timer of Node takes. */
const MAX_TIMEOUT = 2 ** 31 - 1

/** @param given a clock, in milliseconds, or how that of the machine is moved from the start */
export function createClock(given: (() => number) | ClockChange = {}): Clock {
  const [base, start] = typeof given === 'function' ? [given, {}] : [() => Date.now(), given]
  let offset = 0
  let stoppedAt: number | undefined
  const appointments = new Set<Appointment>()
  function keep(appointment: Appointment): void {
    clearTimeout(appointment.timer)
    if (appointments.delete(appointment)) appointment.work()
  }
  const now = (): number => stoppedAt ?? base() + offset
  function change({ to, advance = 0, stopped = stoppedAt !== undefined }: ClockChange): number {
    const time = (to === undefined ? now() : timeOf(to)) + advance
    if (!Number.isFinite(time)) throw new TypeError('clock(): advance must be a number of milliseconds')
    // The protocol writes a year in four digits.
    if (!(time >= 0 && time < END)) throw new TypeError('clock(): the time must be from 1970 to 9999')
    stoppedAt = stopped ? time : undefined
    offset = time - base()
    for (const one of appointments) if (one.due <= time) keep(one)
    return time
  }
  function reset(): void {
    offset = 0
    stoppedAt = undefined
    for (const { timer } of appointments) clearTimeout(timer)
    appointments.clear()
    change(start)
  }
  reset()
  return {
    now,
    signingTime: base,
    change,
    later(milliseconds, work) {
      // A timer may be a moment early by the clock.
      const timer = setTimeout(() => keep(appointment), Math.min(milliseconds + 10, MAX_TIMEOUT)).unref()
      const appointment: Appointment = { due: now() + milliseconds, work, timer }
      appointments.add(appointment)
    },
    reset,
  }
}

function timeOf(to: number | string): number {
  const time = typeof to === 'number' ? to : Date.parse(to)
  if (Number.isFinite(time)) return time
  throw new TypeError(`clock(): ${to} is no time; write it like 2025-01-01T00:00:00+08:00`)
}
