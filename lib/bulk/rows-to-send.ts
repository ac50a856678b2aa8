import type { Failed, Outcome, PlannedRow, Row } from './engine.js'
import type { Job } from './job.js'
import { ROW_STATE } from './journal/format.js'
import type { Journal } from './journal/journal.js'
import { derivedNumber, isProblem, planRow, type RowProblem } from './plan-row.js'
import type { RowCounts } from './progress.js'
import type { Table } from './tables/open-table.js'

/** Records the outcome of a row in the journal, and counts it. */
export type RecordOutcome = (row: Row | PlannedRow, outcome: Outcome) => void

interface RowSource {
  readonly job: Job
  readonly table: Table
  readonly journal: Journal
  readonly counts: RowCounts
  readonly recordOutcome: RecordOutcome
  readonly signal: AbortSignal
  readonly retryFailed: boolean | undefined
}

/** Yields the rows that have no outcome from an earlier run, each with its request. */
export async function* rowsToSend(source: RowSource): AsyncGenerator<PlannedRow> {
  const { job, table, journal, counts, recordOutcome, signal, retryFailed } = source
  for await (const row of table.rows()) {
    if (signal.aborted) return
    const state = journal.stateOf(row.number)
    const isAcknowledged = state === ROW_STATE.acknowledged
    const isFinal =
      isAcknowledged ||
      (state === ROW_STATE.failed && !retryFailed) ||
      (state === ROW_STATE.unknown && !job.repeatable)
    if (isFinal) {
      counts.skipped++
      if (!isAcknowledged) counts.failedBefore++
      continue
    }
    const planned = planRow(job, row)
    if (isProblem(planned)) recordOutcome(row, invalidRow(planned))
    else if (state === ROW_STATE.inFlight && !job.repeatable) recordOutcome(planned, OUTCOME_UNKNOWN)
    else {
      if (state === ROW_STATE.inFlight || state === ROW_STATE.unknown) counts.resent++
      yield planned
    }
  }
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

/** @param withResults whether each outcome is also a line of the file of results */
export function createOutcomeRecorder(
  job: Job,
  journal: Journal,
  counts: RowCounts,
  withResults: boolean,
): RecordOutcome {
  return (row, outcome) => {
    const result = withResults ? resultLine(row.number, outcome) : undefined
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
}

function resultLine(row: number, outcome: Outcome): string {
  if (outcome.ok) return `${JSON.stringify({ row, ...outcome })}\n`
  const { throttled: _, open: __, ...shown } = outcome
  return `${JSON.stringify({ row, ...shown })}\n`
}
