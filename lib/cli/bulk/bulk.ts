import { type Command, Option } from 'commander'
import type { BulkOptions } from '../../bulk/index.js'
import type { Verb } from '../../index.js'
import { addClientOptions } from '../config.js'
import { readEndpoint, toVerb } from '../endpoint.js'
import { splitPair, toNumber, UsageError } from '../input.js'
import { words } from '../language.js'
import { type BulkFlags, runJob } from './run-job.js'
import { addQueueOptions, bulkWorkerCommand } from './worker.js'

const EXAMPLES = `
  wechatpay-fluent bulk member-cards --card-id pbLat… --input members.csv --validate
  wechatpay-fluent bulk post v3/transfer/batches --input rows.xlsx \\
    --map json.appid=App --set json.batch_name=May`

const HELP = words(
  `
Examples:${EXAMPLES}

A column that is called like a field, such as openid or amount.total, needs no --map. A row without the number that
makes its request unique (out_request_no, out_trade_no …) gets one that is the same in every run.

What was done is written to the journal. After Ctrl-C, a crash or a loss of power, the same command goes on where it
stopped: acknowledged rows are not sent again, and those under way are sent with the number they had.
Exit codes: 0 all rows acknowledged; 1 rows failed, or were wrong and none was sent; 2 wrong usage; 130 interrupted.`,
  `
示例：${EXAMPLES}

列名与字段相同（如 openid、amount.total）的不需要 --map。缺少唯一单号（out_request_no、out_trade_no 等）的行会得到
一个每次运行都相同的单号。

已完成的写入日志（journal）。按下 Ctrl-C、崩溃或断电之后，重新执行同一条命令即可续跑：已确认的行不再发送，在途的
行以原单号重发。
退出码：0 全部行已确认；1 有行失败，或有行有误而一行也没有发送；2 用法有误；130 被中断。`,
)

/** `wechatpay-fluent bulk`: one call for each row of a table. */
export function defineCommand(command: Command): Command {
  command
    .description(
      words(
        'Make one call for each row of a table, and go on after an interruption',
        '表格每行调用一次接口，中断之后可以续跑',
      ),
    )
    .argument('<method>', words('POST, GET …', '请求方法：POST、GET 等'), toVerb)
    .argument(
      '<path>',
      words(
        'as in the documentation: v3/pay/transactions/native',
        '接口文档中的路径：v3/pay/transactions/native',
      ),
    )
    .addHelpText('after', HELP)
  addJobOptions(command)
    .option(
      '--map <field=column...>',
      words('the column that fills a field: json.openid=OpenID', '填入字段的列：json.openid=OpenID'),
    )
    .option(
      '--set <field=value...>',
      words('the same value for all rows: card_id=pbLat…', '所有行相同的值：card_id=pbLat…'),
    )
    .action(async (method: Verb, path: string, flags: BulkFlags) => {
      const { path: template, verb, values } = readEndpoint(path, method, true)
      const { map, set } = fieldsOf(flags)
      await runJob(flags, { method: verb, path: template, set: { ...values, ...set }, ...(map && { map }) })
    })
  memberCardsCommand(command.command('member-cards'))
  bulkWorkerCommand(command.command('worker'))
  return command
}

function memberCardsCommand(command: Command): void {
  command
    .description(
      words(
        'Import the members of a card: columns openid, code and out_request_no, or 卡号 and the like',
        '导入会员卡的会员：列为 openid、code、out_request_no，或“卡号”之类',
      ),
    )
    .requiredOption('--card-id <id>', words('the card', '会员卡'))
    .option(
      '--map <field=column...>',
      words('where the columns are called otherwise: json.code=No', '列名不同时的对应关系：json.code=No'),
    )
  addJobOptions(command).action(async (_: BulkFlags, self: Command) => {
    // Commander gives flags that `bulk` has too to `bulk`, wherever they stand.
    const { cardId, ...flags } = self.optsWithGlobals<BulkFlags & { readonly cardId: string }>()
    const { memberCardJob } = await import('../../bulk/index.js')
    const { map } = fieldsOf(flags)
    await runJob(flags, { ...memberCardJob({ cardId }), ...(map && { map }) })
  })
}

function addJobOptions(command: Command): Command {
  command
    .option(
      '--input <file>',
      words(
        'rows: .csv, .jsonl or .xlsx (takes the package hucre); - is standard input',
        '各行数据：.csv、.jsonl 或 .xlsx（需安装 hucre）；- 为标准输入',
      ),
    )
    .addOption(
      new Option('--format <format>', words('what the input is', '输入的格式')).choices([
        'csv',
        'jsonl',
        'xlsx',
      ]),
    )
    .option(
      '--validate',
      words(
        'check all rows against the documentation before the first is sent',
        '发送之前先按接口文档检查所有行',
      ),
    )
    .option(
      '--dry-run',
      words(
        'show what fills which field, the first request and what is wrong; send nothing',
        '显示列与字段的对应、第一个请求和有误之处，不发送',
      ),
    )
    .option(
      '--concurrency <number>',
      words('calls under way at once (default: 16)', '同时进行的调用数（默认：16）'),
      toNumber,
    )
    .option(
      '--rate <number>',
      words('calls a second at most; slower when the API asks for it', '每秒最多调用次数；接口要求时会更慢'),
      toNumber,
    )
    .option(
      '--retry <times>',
      words('repeats of a failed call, as the client makes them', '调用失败后的重试次数'),
      toNumber,
    )
    .option('--no-retry', words('never repeat a call', '不重试'))
    .option('--retry-failed', words('send rows again that an earlier run was refused', '重发此前被拒绝的行'))
  addFileOptions(command)
  command.addOption(
    new Option(
      '--engine <engine>',
      words(
        'bullmq: share the rows with workers by Redis (default: this process)',
        'bullmq：通过 Redis 由多个 worker 分担（默认：本进程）',
      ),
    ).choices(['local', 'bullmq']),
  )
  addQueueOptions(command)
  return addClientOptions(command)
}

/** Adds the flags that say where outcomes are written. */
function addFileOptions(command: Command): void {
  command
    .option(
      '--journal <file>',
      words('what was done (default: <input>.journal)', '记录进度的日志（默认：<input>.journal）'),
    )
    .option(
      '--failed <file>',
      words(
        'rows that failed, to be put right and run again (default: <input>.failed.csv)',
        '失败的行，改好后可再运行（默认：<input>.failed.csv）',
      ),
    )
    .option('--output <file>', words('the answer to each row, as JSON lines', '每行的应答，JSON Lines 格式'))
    .option('--json', words('the summary as JSON on standard output', '在标准输出以 JSON 打印汇总'))
}

function fieldsOf({ map, set }: BulkFlags): Pick<BulkOptions, 'map' | 'set'> {
  return {
    ...(map && { map: readFields(map, '--map', 'column') }),
    ...(set && { set: readFields(set, '--set', 'value') }),
  }
}

function readFields(texts: readonly string[], flag: string, what: string): Record<string, string> {
  const entries = texts.map((text) => {
    const pair = splitPair(text)
    if (pair) return pair
    throw new UsageError(
      words(`${flag} ${text}: must be field=${what}`, `${flag} ${text}：应写成 field=${what}`),
    )
  })
  const names = entries.map(([name]) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new UsageError(words(`${flag} ${twice} is given twice`, `${flag} ${twice} 给出了两次`))
  return Object.fromEntries(entries)
}
