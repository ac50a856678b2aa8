/** How far a job has got. */
export interface BulkProgress {
  /** `checking`: all rows are read, and validated if asked for, before the first is sent. */
  readonly phase: 'checking' | 'sending'
  /** Rows that have an outcome, those of earlier runs included. */
  readonly done: number
  /** All rows of the input; `undefined` when their number is not known yet. */
  readonly total: number | undefined
  /** Rows that the API acknowledged in this run. */
  readonly acknowledged: number
  /** Rows that failed in this run, by code. */
  readonly failures: Readonly<Record<string, number>>
  /** Rows that have an outcome from an earlier run. */
  readonly skipped: number
  /** Rows a second, over the last five seconds. */
  readonly rate: number
  /** Milliseconds since the run began. */
  readonly elapsed: number
}

const WINDOW = 5_000

export class RowCounts {
  phase: BulkProgress['phase'] = 'checking'
  total: number | undefined
  checked = 0
  acknowledged = 0
  skipped = 0
  /** Rows that were skipped because they had failed in an earlier run. */
  failedBefore = 0
  /** Rows sent again, because an earlier run got no outcome for them. */
  resent = 0
  failed = 0
  readonly failures: Record<string, number> = {}
  readonly #started = performance.now()
  #samples: { time: number; count: number }[] = []

  constructor(total: number | undefined) {
    this.total = total
  }

  toProgress(): BulkProgress {
    const { phase, acknowledged, failed, skipped, failures, checked } = this
    const time = performance.now()
    const count = phase === 'checking' ? checked : acknowledged + failed
    this.#samples = [...this.#samples.filter((sample) => time - sample.time < WINDOW), { time, count }]
    const [first = { time, count }] = this.#samples
    const span = time - first.time
    const rate = span > 0 ? ((count - first.count) * 1_000) / span : 0
    const done = phase === 'checking' ? checked : count + skipped
    const total = this.total === undefined ? undefined : Math.max(this.total, done)
    const elapsed = time - this.#started
    return { phase, done, total, acknowledged, failures: { ...failures }, skipped, rate, elapsed }
  }
}
