import type { Failed, PlannedRow } from './engine.js'
import type { Table } from './input.js'
import type { Job } from './job.js'
import type { Journal } from './journal.js'
import type { BulkOptions } from './options.js'
import { isProblem, planRow, type RowProblem } from './plan-row.js'
import type { Tally } from './progress.js'
import { BEGUN, DONE, FAILED, OPEN } from './row-states.js'
import type { Settle } from './settle.js'

interface Parts {
  readonly job: Job
  readonly table: Table
  readonly journal: Journal
  readonly tally: Tally
  readonly finish: Settle
  readonly signal: AbortSignal
  readonly options: Pick<BulkOptions, 'retryFailed'>
}

/** The rows that no earlier run has settled, with the requests made of them. */
export async function* rowsToSend(parts: Parts): AsyncGenerator<PlannedRow> {
  const { job, table, journal, tally, finish, signal, options } = parts
  for await (const row of table.rows()) {
    if (signal.aborted) return
    const state = journal.states.get(row.number)
    const unknown = state === BEGUN || state === OPEN
    if (state === DONE || (state === FAILED && !options.retryFailed) || (state === OPEN && !job.repeatable)) {
      tally.skipped++
      if (state !== DONE) tally.failedBefore++
      continue
    }
    const planned = planRow(job, row)
    if (isProblem(planned)) finish(row, invalid(planned))
    else if (state === BEGUN && !job.repeatable) finish(planned, UNKNOWN)
    else {
      if (unknown) tally.resent++
      yield planned
    }
  }
}

function invalid({ field, message }: RowProblem): Failed {
  return { ok: false, code: 'ROW_INVALID', field, message: `${field} ${message}; the row was not sent` }
}

/** The endpoint knows no repeat from a second request. */
const UNKNOWN: Failed = {
  ok: false,
  code: 'FATE_UNKNOWN',
  message: 'the run ended while this row was under way; find out whether it was done before sending it again',
  open: true,
}
