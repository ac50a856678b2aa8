import { setMaxListeners } from 'node:events'
import { rmSync } from 'node:fs'
import { ownValuesOf } from '../identity.js'
import { RequestError } from '../index.js'
import { bullmqEngine } from './bullmq/engine.js'
import { queueName } from './bullmq/queue.js'
import { checkRows } from './check-rows.js'
import type { Engine } from './engine.js'
import { assertComplete, defineJob, fingerprintOf, type Job } from './job.js'
import { type FailedRows, writeFailedRows } from './journal/failed-rows.js'
import type { JournalHeader } from './journal/format.js'
import { openJournal } from './journal/journal.js'
import { localEngine } from './local-engine.js'
import { accountOf, assertOptions, type BulkFiles, type BulkOptions, filesOf, settingsOf } from './options.js'
import { createPace } from './pace.js'
import { RowCounts } from './progress.js'
import { type JobRun, recordOutcome, rowsToSend } from './rows-to-send.js'
import { createSend, watchRetries } from './send-row.js'
import { openTable, type Table } from './table.js'
import { assertNumberMeant } from './unused-columns.js'

/** The result of a run. */
export interface BulkSummary {
  /** Rows that the API acknowledged in this run. */
  readonly acknowledged: number
  /** Rows that have failed, in this run or an earlier one. */
  readonly failed: number
  /** The failed rows by the API's code, or the client's. */
  readonly failures: Readonly<Record<string, number>>
  /** Rows that have an outcome from an earlier run. */
  readonly skipped: number
  /** Rows sent again with the same number, because an earlier run ended while they were in flight. */
  readonly resent: number
  /** Whether the run was stopped before its end; another run continues from there. */
  readonly stopped: boolean
  /** Milliseconds. */
  readonly elapsed: number
  /** Rows a second. */
  readonly rate: number
  readonly journal: string
  /** The file of the rows that failed; `undefined` when none did. */
  readonly failedFile: string | undefined
  readonly output: string | undefined
}

const PROGRESS_INTERVAL = 250

/**
 * Makes one call for each row of a table, and records the outcomes. When it is stopped, by whatever means, another run
 * continues where it was: acknowledged rows are not sent again, and rows that were in flight are sent with the number
 * they had.
 *
 * @throws {RequestError} before anything is sent, when the job makes no sense, is in use, or its journal is of another.
 * @throws {InvalidRowsError} before anything is sent, when `validate` finds rows that are wrong.
 */
export async function runBulk(options: BulkOptions): Promise<BulkSummary> {
  assertOptions(options)
  const settings = settingsOf(options)
  const table = await openTable(options.input, options.format, process.stdin)
  const counts = new RowCounts(table.estimate)
  const report = (): void => options.onProgress?.(counts.toProgress())
  const timer = setInterval(report, PROGRESS_INTERVAL)
  try {
    const account = accountOf(options.client)
    const { path, map = {}, aliases = {}, set = {}, retry } = options
    const { job, document } = await defineJob({
      ...{ method: settings.verb, path, map, aliases, set, headings: table.headings, retry },
      ...{ account, own: ownValuesOf(options.client), input: table.digest },
    })
    // Where each row names its own columns, only its rows tell what is missing.
    if (table.headings) {
      assertComplete(job, document)
      assertNumberMeant(job, table.headings)
    }
    await checkRows(job, document, table, counts, options)
    const engine = chooseEngine(options, account, settings.rate)
    const files = filesOf(options, table)
    const failure = new AbortController()
    const header = journalHeader(job, table, options.output)
    const journal = await openJournal(files.journal, header, (error) => failure.abort(error))
    const run: JobRun = { options, table, job, journal, counts }
    await send(run, engine, settings, failure.signal).finally(() => journal.close())
    report()
    const stopped = options.signal?.aborted === true
    const failed = await collectFailedRows(run, files, stopped)
    return summarize(run, files, failed, stopped)
  } finally {
    clearInterval(timer)
    await table.close()
  }
}

function chooseEngine(
  { client, engine = 'local', redis, queue }: BulkOptions,
  account: string,
  rate: number,
): Engine {
  if (typeof engine === 'object') return engine
  if (engine === 'local') return localEngine
  if (redis === undefined) {
    throw new RequestError("engine 'bullmq' needs redis, such as redis://localhost:6379")
  }
  return bullmqEngine(client, redis, queueName(account, queue), rate)
}

function journalHeader(job: Job, table: Table, results: string | undefined): JournalHeader {
  return {
    ...{ format: 'wechatpay-fluent bulk', version: 1, account: job.account, input: table.digest },
    endpoint: `${job.verb.toUpperCase()} ${job.path}`,
    columns: fingerprintOf([job.mappings]),
    constants: fingerprintOf([job.constants, ...(job.own ? [job.own] : [])]),
    ...(results !== undefined && { results }),
  }
}

/** Sends the rows that have no outcome yet; ends early when the caller stops it, or the journal cannot be written. */
async function send(
  run: JobRun,
  engine: Engine,
  { rate, concurrency }: ReturnType<typeof settingsOf>,
  journalFailure: AbortSignal,
): Promise<void> {
  const { options, job, journal } = run
  const signal = AbortSignal.any([journalFailure, ...(options.signal ? [options.signal] : [])])
  // Every row that waits for its turn listens.
  setMaxListeners(0, signal)
  const pace = createPace(rate, signal)
  const unwatch = watchRetries(job, pace)
  try {
    await engine.run({
      ...{ job, pace, concurrency, signal },
      rows: rowsToSend(run, signal),
      send: createSend(options.client, job),
      begin: (rows) => journal.begin(rows.map(({ number }) => number)),
      release: (rows) => journal.release(rows.map(({ number }) => number)),
      finish: (row, outcome) => recordOutcome(run, row, outcome),
    })
  } finally {
    unwatch()
  }
  journalFailure.throwIfAborted()
}

/** Writes the file of failed rows, and removes that of an earlier run once no row is failed any more. */
async function collectFailedRows(
  { counts, journal }: JobRun,
  files: BulkFiles,
  stopped: boolean,
): Promise<FailedRows> {
  // Rows that failed in an earlier run may stand beyond the row at which this run was stopped.
  const mayHaveFailed = counts.failed + counts.failedBefore > 0 || (stopped && journal.isContinued)
  // A file without anything new is left alone, because somebody may be correcting the rows in it.
  const hasNewOutcomes = counts.failed + counts.acknowledged > 0
  const failed = mayHaveFailed
    ? await writeFailedRows(files.journal, files.failed, hasNewOutcomes)
    : { rows: 0, codes: {} }
  if (failed.rows === 0 && journal.isContinued) rmSync(files.failed, { force: true })
  return failed
}

function summarize(
  { options, counts }: JobRun,
  files: BulkFiles,
  { rows: failed, codes: failures }: FailedRows,
  stopped: boolean,
): BulkSummary {
  const { elapsed } = counts.toProgress()
  const { acknowledged, skipped, resent } = counts
  return {
    ...{ acknowledged, failed, failures, skipped, resent, stopped, elapsed },
    output: options.output,
    rate: elapsed > 0 ? ((acknowledged + counts.failed) * 1_000) / elapsed : 0,
    journal: files.journal,
    failedFile: failed > 0 ? files.failed : undefined,
  }
}
