/** How far a job is. */
export interface BulkProgress {
  /** `checking`: all rows are looked at before the first is sent. */
  readonly phase: 'checking' | 'sending'
  /** Rows that are settled, those of earlier runs included. */
  readonly done: number
  /** Rows there are; `undefined` when nobody knows yet. */
  readonly total: number | undefined
  /** Rows this run got a good answer for. */
  readonly acknowledged: number
  /** Rows that failed in this run, by code. */
  readonly failures: Readonly<Record<string, number>>
  /** Rows that an earlier run has settled. */
  readonly skipped: number
  /** Rows a second, lately. */
  readonly rate: number
  /** Milliseconds since the run began. */
  readonly elapsed: number
}

/** Counts what happens to rows. */
export interface Tally {
  phase: BulkProgress['phase']
  total: number | undefined
  checked: number
  acknowledged: number
  skipped: number
  /** Of the skipped ones, those that had failed. */
  failedBefore: number
  /** Sent again, because nobody knew what had become of them. */
  resent: number
  failed: number
  readonly failures: Record<string, number>
  snapshot(): BulkProgress
}

const WINDOW = 5_000

export function createTally(total: number | undefined): Tally {
  const started = performance.now()
  let marks: { time: number; settled: number }[] = []
  const tally: Tally = {
    phase: 'sending',
    total,
    checked: 0,
    acknowledged: 0,
    skipped: 0,
    failedBefore: 0,
    resent: 0,
    failed: 0,
    failures: {},
    snapshot() {
      const { phase, acknowledged, failed, skipped, failures, checked } = tally
      const time = performance.now()
      const settled = phase === 'checking' ? checked : acknowledged + failed
      marks = [...marks.filter((mark) => time - mark.time < WINDOW), { time, settled }]
      const [first = { time: started, settled: 0 }] = marks
      const span = time - first.time
      const rate = span > 0 ? ((settled - first.settled) * 1_000) / span : 0
      const done = phase === 'checking' ? checked : settled + skipped
      const known = tally.total === undefined ? undefined : Math.max(tally.total, done)
      return {
        ...{ phase, done, total: known, acknowledged, failures: { ...failures }, skipped, rate },
        elapsed: time - started,
      }
    },
  }
  return tally
}
