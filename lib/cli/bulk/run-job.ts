import type { BulkOptions, BulkSummary, InputFormat } from '../../bulk/index.js'
import { withClient } from '../client.js'
import type { ClientFlags } from '../config.js'
import { UsageError } from '../input.js'
import { LANGUAGE, words } from '../language.js'
import { EXIT, errorHead, note, print, printJson, showLine } from '../output.js'
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
          note(
            words(
              'Rows go to the queue: wechatpay-fluent bulk worker sends them, here or elsewhere.',
              '各行进入队列：由 wechatpay-fluent bulk worker 发送，在本机或其他主机上运行。',
            ),
          )
        }
        const onProgress = createProgress(process.stderr)
        return runBulk({ ...options, client, signal, onProgress }).finally(() => showLine(''))
      },
      STOPPING,
    )
    if (flags.json) printJson(summary)
    for (const line of await describe(summary)) note(line)
    if (summary.stopped) process.exitCode = EXIT.interrupted
    else if (summary.failed > 0) process.exitCode = EXIT.refused
  } catch (error) {
    if ((error as Error).name === 'AbortError') process.exitCode = EXIT.interrupted
    else if (!(error instanceof InvalidRowsError)) throw error
    else {
      for (const { row, field, message } of error.problems)
        note(words(`row ${row}: ${field} ${message}`, `第 ${row} 行：${field} ${message}`))
      const { total, message } = error
      note(errorHead() + words(message, `${total} 行有误，一行也没有发送`))
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
  const [wrong, missing] = [plan.problems.length, Object.keys(plan.missing)]
  const list = missing.join(', ')
  if (missing.length > 0) {
    throw new Error(
      words(`no column gives ${list}; nothing was sent`, `没有列填入 ${list}；没有发送任何内容`),
    )
  }
  const [meant] = Object.entries(plan.derived).filter(([, column]) => column !== null)
  if (meant) {
    const [field, column] = meant
    throw new Error(
      words(
        `is the column '${column}' meant for ${field}? Map it by --map, or else give it another name; nothing was sent`,
        `“${column}”列是否为 ${field}？请用 --map 指定，否则请换一个列名；没有发送任何内容`,
      ),
    )
  }
  if (wrong > 0) {
    const { rows } = plan
    throw new Error(
      words(
        `${wrong} of ${rows} rows are wrong; nothing was sent`,
        `${rows} 行中有 ${wrong} 行有误；没有发送任何内容`,
      ),
    )
  }
  note(words('Nothing was sent.', '没有发送任何内容。'))
}

/** @throws {UsageError} without `--input`, and without the address of Redis where the engine needs it. */
function jobOptions(flags: BulkFlags): Omit<BulkOptions, 'client' | 'path'> {
  const { input, format, engine, journal, failed, output, concurrency, rate, validate, retryFailed } = flags
  if (input === undefined) {
    throw new UsageError(
      words(
        '--input names the file with the rows; - is standard input',
        '请用 --input 给出各行数据的文件；- 为标准输入',
      ),
    )
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

async function describe(summary: BulkSummary): Promise<string[]> {
  const { acknowledged, failed, failures, skipped, resent, stopped, failedFile, output, journal } = summary
  const [seconds, rate] = [(summary.elapsed / 1_000).toFixed(1), summary.rate.toFixed(0)]
  return [
    words(
      `${acknowledged} acknowledged, ${failed} failed, ${skipped} done by earlier runs`,
      `${acknowledged} 行已确认，${failed} 行失败，${skipped} 行此前已有结果`,
    ),
    ...(await describeCodes(failures)),
    ...(resent > 0
      ? [
          words(
            `${resent} that an earlier run had left open were taken up again, with the same number`,
            `${resent} 行上次运行时结果未定，已以原单号重发`,
          ),
        ]
      : []),
    words(`${seconds} s, ${rate} rows a second`, `用时 ${seconds} 秒，每秒 ${rate} 行`),
    ...(failedFile
      ? [
          words(
            `Failed rows: ${failedFile} (put them right, and run that file)`,
            `失败的行：${failedFile}（改好后运行该文件）`,
          ),
        ]
      : []),
    ...(output ? [words(`Answers: ${output}`, `应答：${output}`)] : []),
    ...(stopped
      ? [
          words(
            `Stopped. The same command goes on from here; the journal is ${journal}`,
            `已停止。重新执行同一条命令即可续跑；日志（journal）为 ${journal}`,
          ),
        ]
      : []),
  ]
}

/** A line for each code of failed rows, the most frequent first; in Chinese with what the code means. */
async function describeCodes(failures: BulkSummary['failures']): Promise<string[]> {
  const codes = Object.entries(failures).sort(([, a], [, b]) => b - a)
  const explanations = LANGUAGE === 'zh' ? (await import('../chinese-errors.js')).EXPLANATIONS : {}
  return codes.flatMap(([code, count]) => {
    const explanation = explanations[code]
    return [`  ${code}: ${count}`, ...(explanation ? [`    ${explanation}`] : [])]
  })
}
