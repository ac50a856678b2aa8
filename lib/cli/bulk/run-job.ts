import type { BulkOptions, BulkSummary, InputFormat } from '../../bulk/index.js'
import { withClient } from '../client.js'
import type { ClientFlags } from '../config.js'
import { UsageError } from '../input.js'
import { EXIT, note, print, printJson, showLine, style } from '../output.js'
import { createProgress } from './progress.js'
import { type QueueFlags, queueOptions, STOPPING } from './worker.js'

/** The flags that are passed on to `runBulk` as they are. */
type JobFlags = Pick<
  BulkOptions,
  'journal' | 'failed' | 'output' | 'concurrency' | 'rate' | 'validate' | 'retry' | 'retryFailed'
>

export interface BulkFlags extends ClientFlags, QueueFlags, JobFlags {
  readonly input?: string
  readonly format?: InputFormat
  readonly map?: readonly string[]
  readonly set?: readonly string[]
  readonly engine?: 'local' | 'bullmq'
  readonly json?: boolean
  readonly dryRun?: boolean
}

/** The options of a job that its command sets. */
type EndpointOptions = Pick<BulkOptions, 'method' | 'path' | 'map' | 'set' | 'aliases'>

/** Runs a job, shows its progress and its result, and sets the exit code. */
export async function runJob(flags: BulkFlags, endpoint: EndpointOptions): Promise<void> {
  const { runBulk, InvalidRowsError } = await import('../../bulk/index.js')
  const options = { ...jobOptions(flags), ...endpoint }
  if (flags.dryRun) return showPlan(options, flags)
  try {
    const summary = await withClient(
      flags,
      ({ wxpay: client, signal }) => {
        if (flags.engine === 'bullmq') {
          note('Rows go to the queue: wxpay bulk worker sends them, here or elsewhere.')
        }
        const onProgress = createProgress(process.stderr)
        return runBulk({ ...options, client, signal, onProgress }).finally(() => showLine(''))
      },
      STOPPING,
    )
    if (flags.json) printJson(summary)
    for (const line of describe(summary)) note(line)
    if (summary.stopped) process.exitCode = EXIT.interrupted
    else if (summary.failed > 0) process.exitCode = EXIT.refused
  } catch (error) {
    if ((error as Error).name === 'AbortError') process.exitCode = EXIT.interrupted
    else if (!(error instanceof InvalidRowsError)) throw error
    else {
      for (const { row, field, message } of error.problems) note(`row ${row}: ${field} ${message}`)
      note(`${style('red', 'error:', process.stderr)} ${error.message}`)
      process.exitCode = EXIT.refused
    }
  }
}

/** Shows what a job would do. */
async function showPlan(options: Omit<BulkOptions, 'client'>, flags: BulkFlags): Promise<void> {
  const { describePlan, planJob } = await import('./dry-run.js')
  const plan = await planJob(options, flags)
  if (flags.json) printJson(plan)
  else print(describePlan(plan))
  if (plan.problems.length > 0)
    throw new Error(`${plan.problems.length} of ${plan.rows} rows are wrong; nothing was sent`)
  note('Nothing was sent.')
}

/** @throws {UsageError} without `--input`, and without the address of Redis where the engine needs it. */
function jobOptions(flags: BulkFlags): Omit<BulkOptions, 'client' | 'path'> {
  const { input, format, engine, journal, failed, output, concurrency, rate, validate, retryFailed } = flags
  if (input === undefined) {
    throw new UsageError('--input names the file with the rows; - is standard input')
  }
  const given = { format, journal, failed, output, concurrency, rate, validate, retryFailed }
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  return {
    input,
    ...Object.fromEntries(set),
    // Commander has `true` for an option that can be turned off; without the option the client's own rule applies.
    ...(flags.retry !== undefined && flags.retry !== true && { retry: flags.retry }),
    ...(engine === 'bullmq' && { engine, ...queueOptions(flags) }),
  }
}

function describe(summary: BulkSummary): string[] {
  const { acknowledged, failed, failures, skipped, resent, stopped, elapsed, rate } = summary
  const codes = Object.entries(failures).sort(([, a], [, b]) => b - a)
  return [
    `${acknowledged} acknowledged, ${failed} failed, ${skipped} settled by earlier runs`,
    ...codes.map(([code, count]) => `  ${code}: ${count}`),
    ...(resent > 0
      ? [`${resent} that an earlier run had left open were taken up again, with the same number`]
      : []),
    `${(elapsed / 1_000).toFixed(1)} s, ${rate.toFixed(0)} rows a second`,
    ...(summary.failedFile ? [`Failed rows: ${summary.failedFile} (put them right, and run that file)`] : []),
    ...(summary.output ? [`Answers: ${summary.output}`] : []),
    ...(stopped ? [`Stopped. The same command goes on from here; the journal is ${summary.journal}`] : []),
  ]
}
