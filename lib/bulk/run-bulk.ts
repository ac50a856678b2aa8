import { setMaxListeners } from 'node:events'
import { rmSync } from 'node:fs'
import { lookup } from '../catalog/lookup.js'
import { RequestError } from '../index.js'
import { accountOf } from './account.js'
import { createCheck } from './check-rows.js'
import { chooseEngine } from './choose-engine.js'
import { type DefinedJob, defineJob } from './define-job.js'
import { type FailedRows, writeFailedRows } from './failed-rows.js'
import { type BulkFiles, filesOf } from './files.js'
import { fingerprintOf } from './fingerprint.js'
import { InvalidRowsError } from './invalid-rows.js'
import { openJournal } from './journal.js'
import { type OpenTable, openTable } from './open-table.js'
import { type BulkOptions, settingsOf } from './options.js'
import { createPace } from './pace.js'
import { watchRetries } from './paced-send.js'
import { isProblem, planRow, type RowProblem } from './plan-row.js'
import { createTally, type Tally } from './progress.js'
import type { JournalHeader } from './read-journal.js'
import { rowsToSend } from './rows-to-send.js'
import { createSend } from './send-row.js'
import { createSettler } from './settle.js'

/** What a run has come to. */
export interface BulkSummary {
  /** Rows this run got a good answer for. */
  readonly acknowledged: number
  /** Rows that have failed, in this run or an earlier one. */
  readonly failed: number
  /** Of them, by the API's code, or the client's. */
  readonly failures: Readonly<Record<string, number>>
  /** Rows that an earlier run had settled. */
  readonly skipped: number
  /** Rows sent again with the same number, because an earlier run ended while they were under way. */
  readonly resent: number
  /** Whether it was stopped before its end; another run goes on from there. */
  readonly stopped: boolean
  /** Milliseconds. */
  readonly elapsed: number
  /** Answers a second. */
  readonly rate: number
  readonly journal: string
  /** The rows that failed; `undefined` when none did. */
  readonly failedFile: string | undefined
  readonly output: string | undefined
}

const NONE: FailedRows = { rows: 0, codes: {} }
const PROGRESS_EVERY = 250
/** As many are told of; thousands of them have one cause. */
const MAX_PROBLEMS = 100

/**
 * Makes one call for each row of a table, and writes down what became of it. When it is stopped, by whatever means,
 * running it again goes on where it was: what was acknowledged is not sent again, and what was under way is sent
 * with the number it had.
 *
 * @throws {RequestError} before anything is sent, when the job makes no sense, is in use, or its journal is of another.
 * @throws {InvalidRowsError} before anything is sent, when `validate` finds rows that are wrong.
 */
export async function runBulk(options: BulkOptions): Promise<BulkSummary> {
  const settings = settingsOf(options)
  const table = await openTable(options.input, options.format, process.stdin)
  try {
    const account = accountOf(options.client, options.account)
    const { path, map = {}, aliases = {}, set = {}, retry } = options
    const defined = await defineJob({
      ...{ method: settings.verb, path, map, aliases, set, headings: table.headings, retry },
      identity: [table.digest, account],
    })
    const tally = createTally(table.estimate)
    await checkAll(defined, table, tally, options)
    return await send(options, settings, defined, table, tally, account)
  } finally {
    await table.close()
  }
}

/**
 * Reads the whole table once before anything is sent. A line that cannot be read must not show when half of the rows are
 * paid: put right, the input would be another job, whose rows have other numbers.
 */
async function checkAll(
  { job, document }: DefinedJob,
  table: OpenTable,
  tally: Tally,
  { validate, onProgress, signal }: BulkOptions,
): Promise<void> {
  if (validate && !document) {
    throw new RequestError(`${job.path} is not documented: its rows cannot be validated`)
  }
  const check =
    validate && document ? await createCheck(job, document, lookup(job.path, job.verb) ?? {}) : undefined
  const problems: RowProblem[] = []
  let wrong = 0
  tally.phase = 'checking'
  const timer = setInterval(() => onProgress?.(tally.snapshot()), PROGRESS_EVERY)
  try {
    for await (const row of table.rows()) {
      if (signal?.aborted && !check) return
      signal?.throwIfAborted()
      tally.checked++
      if (!check) continue
      const planned = planRow(job, row)
      const problem = isProblem(planned) ? planned : await check(planned)
      if (problem && ++wrong <= MAX_PROBLEMS) problems.push(problem)
    }
  } finally {
    clearInterval(timer)
  }
  if (wrong > 0) throw new InvalidRowsError(problems, wrong, tally.checked)
  tally.phase = 'sending'
  tally.total = tally.checked
}

async function send(
  options: BulkOptions,
  { concurrency, rate }: ReturnType<typeof settingsOf>,
  { job }: DefinedJob,
  table: OpenTable,
  tally: Tally,
  account: string,
): Promise<BulkSummary> {
  const { client, signal, onProgress, output } = options
  const engine = chooseEngine(options, account, rate)
  const files = filesOf(options, table)
  const header: JournalHeader = {
    ...{ format: 'wechatpay-fluent bulk', version: 1, account, input: table.digest },
    endpoint: `${job.verb.toUpperCase()} ${job.path}`,
    columns: fingerprintOf([job.mappings]),
    constants: fingerprintOf([job.constants]),
    ...(output !== undefined && { results: output }),
  }
  const journal = await openJournal(files.journal, header)
  const stop = new AbortController()
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  // Every row that waits for its turn listens.
  setMaxListeners(0, stopped)
  let trouble: Error | undefined
  journal.onTrouble((error) => {
    trouble ??= error
    stop.abort()
  })
  const timer = setInterval(() => onProgress?.(tally.snapshot()), PROGRESS_EVERY)
  const pace = createPace(rate, stopped)
  const unwatch = watchRetries(job, pace)
  const finish = createSettler(job, journal, tally, output !== undefined)
  try {
    await engine.run({
      ...{ job, pace, concurrency, signal: stopped, finish },
      send: createSend(client, job),
      rows: rowsToSend({ job, table, journal, tally, finish, signal: stopped, options }),
      begin: (rows) => journal.begin(rows.map(({ number }) => number)),
      release: (rows) => journal.release(rows.map(({ number }) => number)),
    })
    if (trouble) throw trouble
  } finally {
    clearInterval(timer)
    unwatch()
    await journal.close()
  }
  onProgress?.(tally.snapshot())
  const isStopped = signal?.aborted === true
  // Rows that failed before may lie beyond the place where this run was stopped.
  const mayHaveFailed = tally.failed + tally.failedBefore > 0 || (isStopped && journal.resumed)
  // Somebody may be putting right what an earlier run wrote.
  const isNews = tally.failed + tally.acknowledged > 0
  const failed = mayHaveFailed ? await writeFailedRows(files.journal, files.failed, isNews) : NONE
  if (failed.rows === 0 && journal.resumed) rmSync(files.failed, { force: true })
  return summarize(tally, files, failed, isStopped, output)
}

function summarize(
  tally: Tally,
  files: BulkFiles,
  { rows: failed, codes }: FailedRows,
  stopped: boolean,
  output: string | undefined,
): BulkSummary {
  const { elapsed } = tally.snapshot()
  const { acknowledged, skipped, resent } = tally
  return {
    ...{ acknowledged, failed, failures: codes, skipped, resent, stopped, elapsed, output },
    rate: elapsed > 0 ? ((acknowledged + tally.failed) * 1_000) / elapsed : 0,
    journal: files.journal,
    failedFile: failed > 0 ? files.failed : undefined,
  }
}
