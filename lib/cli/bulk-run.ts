import type { BulkOptions, BulkSummary, InputFormat } from '../bulk/index.js'
import { showProgress } from './bulk-progress.js'
import { type QueueFlags, queueOptions } from './bulk-queue.js'
import { accountOf, type ClientFlags, clientOptions } from './config.js'
import { EXIT } from './failure.js'
import { note, printJson, style } from './output.js'
import { UsageError } from './usage-error.js'

/** Flags that are handed on as they are. */
type JobFlags = Pick<
  BulkOptions,
  'journal' | 'failed' | 'output' | 'concurrency' | 'rate' | 'validate' | 'retry' | 'retryFailed'
>

/** The flags of every job. */
export interface BulkFlags extends ClientFlags, QueueFlags, JobFlags {
  readonly input?: string
  readonly format?: InputFormat
  readonly map?: readonly string[]
  readonly set?: readonly string[]
  readonly engine?: 'local' | 'bullmq'
  readonly json?: boolean
}

/** The part of a job that its command knows. */
type Endpoint = Pick<BulkOptions, 'method' | 'path' | 'map' | 'set' | 'aliases'>

/** Runs a job, shows how far it is, and leaves the exit code. */
export async function runJob(flags: BulkFlags, endpoint: Endpoint): Promise<void> {
  const [{ Wechatpay }, { runBulk, InvalidRowsError }] = await Promise.all([
    import('../index.js'),
    import('../bulk/index.js'),
  ])
  if (flags.input === undefined)
    throw new UsageError('--input names the file with the rows; - is standard input')
  const shared = flags.engine === 'bullmq' ? { engine: flags.engine, ...queueOptions(flags) } : {}
  const options = clientOptions(flags)
  const client = new Wechatpay(options)
  const interruption = interruptible()
  const progress = showProgress(process.stderr)
  if (flags.engine === 'bullmq')
    note('Rows go to the queue: wxpay bulk worker sends them, here or elsewhere.')
  try {
    const summary = await runBulk({
      ...optionsOf(flags, flags.input),
      ...endpoint,
      ...shared,
      client,
      account: accountOf(options),
      signal: interruption.signal,
      onProgress: progress.show,
    })
    progress.end()
    if (flags.json) printJson(summary)
    for (const line of describe(summary)) note(line)
    if (summary.stopped) process.exitCode = EXIT.interrupted
    else if (summary.failed > 0) process.exitCode = EXIT.refused
  } catch (error) {
    progress.end()
    if ((error as Error).name === 'AbortError') process.exitCode = EXIT.interrupted
    else if (!(error instanceof InvalidRowsError)) throw error
    else {
      for (const { row, field, message } of error.problems) note(`row ${row}: ${field} ${message}`)
      note(`${style('red', 'error:', process.stderr)} ${error.message}`)
      process.exitCode = EXIT.refused
    }
  } finally {
    interruption.end()
    client.close()
  }
}

function optionsOf(flags: BulkFlags, input: string): Omit<BulkOptions, 'client' | 'path'> {
  const { format, journal, failed, output, concurrency, rate, validate, retry, retryFailed } = flags
  const given = { format, journal, failed, output, concurrency, rate, validate, retryFailed }
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  // Commander has `true` for an option that can be turned off; here that is the client's own rule.
  return { input, ...Object.fromEntries(set), ...(retry !== undefined && retry !== true && { retry }) }
}

/** The first Ctrl-C lets rows under way come to their end; the second does not wait for them. */
export function interruptible(): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    controller.abort()
    note('\nStopping: rows under way are waited for. Ctrl-C again ends at once.')
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  const end = (): void => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
  return { signal: controller.signal, end }
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
