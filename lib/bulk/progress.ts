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

/** The counts of a run. */
export interface RowCounts {
  phase: BulkProgress['phase']
  total: number | undefined
  checked: number
  acknowledged: number
  skipped: number
  /** The skipped rows that had failed. */
  failedBefore: number
  /** Rows sent again, because an earlier run got no outcome for them. */
  resent: number
  failed: number
  readonly failures: Record<string, number>
  toProgress(): BulkProgress
}

const WINDOW = 5_000

export function createRowCounts(total: number | undefined): RowCounts {
  const started = performance.now()
  let samples: { time: number; count: number }[] = []
  const counts: RowCounts = {
    phase: 'checking',
    total,
    checked: 0,
    acknowledged: 0,
    skipped: 0,
    failedBefore: 0,
    resent: 0,
    failed: 0,
    failures: {},
    toProgress() {
      const { phase, acknowledged, failed, skipped, failures, checked } = counts
      const time = performance.now()
      const count = phase === 'checking' ? checked : acknowledged + failed
      samples = [...samples.filter((sample) => time - sample.time < WINDOW), { time, count }]
      const [first = { time: started, count: 0 }] = samples
      const span = time - first.time
      const rate = span > 0 ? ((count - first.count) * 1_000) / span : 0
      const done = phase === 'checking' ? checked : count + skipped
      const known = counts.total === undefined ? undefined : Math.max(counts.total, done)
      return {
        ...{ phase, done, total: known, acknowledged, failures: { ...failures }, skipped, rate },
        elapsed: time - started,
      }
    },
  }
  return counts
}
