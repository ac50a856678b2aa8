import { Argument, type Command, Option } from 'commander'
import type { Wechatpay } from '../index.js'
import { withClient } from './client.js'
import { addClientOptions, type ClientFlags } from './config.js'
import { UsageError } from './input.js'
import { type AnyBill, writeCsv, writeRows } from './write-bill.js'

interface BillFlags extends ClientFlags {
  readonly date: string
  readonly type?: string
  readonly account?: string
  readonly subMchid?: string
  readonly appid?: string
  readonly out: string
  readonly format: 'csv' | 'json'
  readonly json?: boolean
}

/** The flags that only some kinds of bills take. */
const KIND_FLAGS = ['type', 'account', 'subMchid', 'appid'] as const
type KindFlag = (typeof KIND_FLAGS)[number]

/** The kinds of bills, and the parameter that each flag of a kind becomes. */
const BILL_KINDS: Readonly<Record<string, Readonly<Partial<Record<KindFlag, string>>>>> = {
  trade: { type: 'bill_type', subMchid: 'sub_mchid' },
  fundflow: { account: 'account_type' },
  subMerchantFundflow: { account: 'account_type', subMchid: 'sub_mchid' },
  ecommerceFundflow: { account: 'account_type' },
  profitSharing: { subMchid: 'sub_mchid' },
  'v2.trade': { appid: 'appid', type: 'bill_type', subMchid: 'sub_mch_id' },
  'v2.fundflow': { appid: 'appid', account: 'account_type' },
}

const HELP = `
Examples:
  wxpay bill trade --date 2024-01-01 --out bill.csv
  wxpay bill fundflow --date 2024-01-01 --account OPERATION --format json | jq .
  wxpay bill v2.trade --date 2024-01-01 --appid wx…

A bill is streamed: a large one takes no more memory than a small one. As CSV it comes whole and checked against
its digest, or not at all. Rows as JSON come while it arrives: after an exit code other than 0 they are not to be
kept. The summary follows on standard error.`

export function defineCommand(command: Command): Command {
  command
    .description('Download a bill: decrypted, unzipped, checked against its digest.')
    .addArgument(new Argument('<kind>').choices(Object.keys(BILL_KINDS)))
    .requiredOption('--date <day>', 'such as 2024-01-01, Beijing time')
    .option('--type <type>', 'of a trade bill: ALL, SUCCESS, REFUND or RECHARGE_REFUND')
    .option('--account <type>', 'of a fund flow bill: BASIC, OPERATION or FEES')
    .option('--sub-mchid <id>', 'the merchant, for bills that a partner asks for')
    .option('--appid <id>', 'for the bills of APIv2')
    .option('--out <file>', 'where to write it; - is standard output', '-')
    .addOption(
      new Option('--format <format>', 'csv as it comes, or one JSON object a row')
        .choices(['csv', 'json'])
        .default('csv'),
    )
    .option('--json', 'the same as --format json')
    .addHelpText('after', HELP)
  return addClientOptions(command).action(run)
}

async function run(kind: string, flags: BillFlags): Promise<void> {
  const request = billRequest(kind, flags)
  await withClient(flags, async ({ wxpay, signal }) => {
    const bill = await askFor(wxpay, kind)(request, { signal })
    if (flags.json || flags.format === 'json') await writeRows(bill, flags.out)
    else await writeCsv(bill, flags.out)
  })
}

type Ask = (request: object, options: { readonly signal: AbortSignal }) => Promise<AnyBill>

/** The method of a kind: `bills.trade`, `bills.v2.trade`. */
const askFor = (wxpay: Wechatpay, kind: string): Ask =>
  kind.split('.').reduce<unknown>((node, name) => (node as Record<string, unknown>)[name], wxpay.bills) as Ask

/**
 * The request of a bill, which is sent zipped.
 *
 * @throws {UsageError} for a flag that this kind does not take.
 */
function billRequest(kind: string, flags: BillFlags): Readonly<Record<string, string>> {
  const names = BILL_KINDS[kind] ?? {}
  const given = KIND_FLAGS.filter((flag) => flags[flag] !== undefined)
  const stray = given.find((flag) => names[flag] === undefined)
  if (stray) throw new UsageError(`a ${kind} bill takes no --${stray === 'subMchid' ? 'sub-mchid' : stray}`)
  return {
    bill_date: flags.date,
    tar_type: 'GZIP',
    ...Object.fromEntries(given.map((flag) => [names[flag], flags[flag]])),
  }
}
