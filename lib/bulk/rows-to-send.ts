import type { Failed, Outcome, PlannedRow, Row } from './engine.js'
import type { Job } from './job.js'
import { ROW_STATE } from './journal/format.js'
import type { Journal } from './journal/journal.js'
import type { BulkOptions } from './options.js'
import { derivedNumber, isProblem, planRow, type RowProblem } from './plan-row.js'
import type { RowCounts } from './progress.js'
import type { Table } from './table.js'

/** A run whose journal is open. */
export interface JobRun {
  readonly options: BulkOptions
  readonly table: Table
  readonly job: Job
  readonly journal: Journal
  readonly counts: RowCounts
}

/** Yields the rows that have no outcome from an earlier run, each with its request. */
export async function* rowsToSend(run: JobRun, signal: AbortSignal): AsyncGenerator<PlannedRow> {
  const { options, job, table, journal, counts } = run
  for await (const row of table.rows()) {
    if (signal.aborted) return
    const state = journal.stateOf(row.number)
    const isAcknowledged = state === ROW_STATE.acknowledged
    const isFinal =
      isAcknowledged ||
      (state === ROW_STATE.failed && !options.retryFailed) ||
      (state === ROW_STATE.unknown && !job.repeatable)
    if (isFinal) {
      counts.skipped++
      if (!isAcknowledged) counts.failedBefore++
      continue
    }
    const planned = planRow(job, row)
    if (isProblem(planned)) recordOutcome(run, row, invalidRow(planned))
    else if (state === ROW_STATE.inFlight && !job.repeatable) recordOutcome(run, planned, OUTCOME_UNKNOWN)
    else {
      if (state === ROW_STATE.inFlight || state === ROW_STATE.unknown) counts.resent++
      yield planned
    }
  }
}

/** The next rows: fewer than asked for at the end, or when the job is stopped. */
export async function takeRows(
  source: AsyncIterator<PlannedRow>,
  size: number,
  signal: AbortSignal,
): Promise<PlannedRow[]> {
  const batch: PlannedRow[] = []
  while (batch.length < size && !signal.aborted) {
    const { value, done } = await source.next()
    if (done) break
    batch.push(value)
  }
  return batch
}

function invalidRow({ field, message }: RowProblem): Failed {
  return { ok: false, code: 'ROW_INVALID', field, message: `${field} ${message}; the row was not sent` }
}

/** The outcome of a row that an earlier run may have sent, where the API would not recognise a repeated request. */
const OUTCOME_UNKNOWN: Failed = {
  ok: false,
  code: 'FATE_UNKNOWN',
  message: 'the run ended while this row was under way; find out whether it was done before sending it again',
  open: true,
}

/** Records the outcome of a row in the journal, and counts it. */
export function recordOutcome(
  { options, job, journal, counts }: JobRun,
  row: Row | PlannedRow,
  outcome: Outcome,
): void {
  const result = options.output === undefined ? undefined : resultLine(row.number, outcome)
  if (outcome.ok) {
    journal.acknowledge(row.number, result)
    counts.acknowledged++
    return
  }
  const { code, message, field, requestId, open = false } = outcome
  const number = 'request' in row ? derivedNumber(job, row) : undefined
  const columns = number ? { ...row.columns, [number[0]]: number[1] } : row.columns
  journal.fail(row.number, { code, message, field, requestId, columns }, open, result)
  counts.failed++
  counts.failures[code] = (counts.failures[code] ?? 0) + 1
}

function resultLine(row: number, outcome: Outcome): string {
  if (outcome.ok) return `${JSON.stringify({ row, ...outcome })}\n`
  const { throttled: _, open: __, ...shown } = outcome
  return `${JSON.stringify({ row, ...shown })}\n`
}
