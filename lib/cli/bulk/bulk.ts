import { type Command, Option } from 'commander'
import type { BulkOptions } from '../../bulk/index.js'
import type { Verb } from '../../index.js'
import { addClientOptions } from '../config.js'
import { readEndpoint, toVerb } from '../endpoint.js'
import { splitPair, toNumber, UsageError } from '../input.js'
import { type BulkFlags, runJob } from './run-job.js'
import { addQueueOptions, bulkWorkerCommand } from './worker.js'

const HELP = `
Examples:
  wxpay bulk member-cards --card-id pbLat… --input members.csv --validate
  wxpay bulk post v3/transfer/batches --input rows.xlsx --map json.appid=App --set json.batch_name=May

A column that is called like a field, such as openid or amount.total, needs no --map. A row without the number that
makes its request unique (out_request_no, out_trade_no …) gets one that is the same in every run.

What was done is written to the journal. After Ctrl-C, a crash or a loss of power, the same command goes on where it
stopped: acknowledged rows are not sent again, and those under way are sent with the number they had.
Exit codes: 0 all rows acknowledged; 1 rows failed, or were wrong and none was sent; 2 wrong usage; 130 interrupted.`

/** `wxpay bulk`: one call for each row of a table. */
export function defineCommand(command: Command): Command {
  command
    .description('Make one call for each row of a table, and go on after an interruption')
    .argument('<method>', 'POST, GET …', toVerb)
    .argument('<path>', 'as in the documentation: v3/pay/transactions/native')
    .addHelpText('after', HELP)
  addJobOptions(command)
    .option('--map <field=column...>', 'the column that fills a field: json.openid=OpenID')
    .option('--set <field=value...>', 'the same value for all rows: card_id=pbLat…')
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
      'Import the members of a card: columns openid, code and out_request_no, or 卡号 and the like',
    )
    .requiredOption('--card-id <id>', 'the card')
    .option('--map <field=column...>', 'where the columns are called otherwise: json.code=No')
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
    .option('--input <file>', 'rows: .csv, .jsonl or .xlsx (takes the package hucre); - is standard input')
    .addOption(new Option('--format <format>', 'what the input is').choices(['csv', 'jsonl', 'xlsx']))
    .option('--validate', 'check all rows against the documentation before the first is sent')
    .option('--dry-run', 'show what fills which field, the first request and what is wrong; send nothing')
    .option('--concurrency <number>', 'calls under way at once (default: 16)', toNumber)
    .option('--rate <number>', 'calls a second at most; slower when the API asks for it', toNumber)
    .option('--retry <times>', 'repeats of a failed call, as the client makes them', toNumber)
    .option('--no-retry', 'never repeat a call')
    .option('--retry-failed', 'send rows again that an earlier run was refused')
    .option('--journal <file>', 'what was done (default: <input>.journal)')
    .option(
      '--failed <file>',
      'rows that failed, to be put right and run again (default: <input>.failed.csv)',
    )
    .option('--output <file>', 'the answer to each row, as JSON lines')
    .option('--json', 'the summary as JSON on standard output')
  command.addOption(
    new Option(
      '--engine <engine>',
      'bullmq: share the rows with workers by Redis (default: this process)',
    ).choices(['local', 'bullmq']),
  )
  addQueueOptions(command)
  return addClientOptions(command)
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
    throw new UsageError(`${flag} ${text}: must be field=${what}`)
  })
  const names = entries.map(([name]) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new UsageError(`${flag} ${twice} is given twice`)
  return Object.fromEntries(entries)
}
