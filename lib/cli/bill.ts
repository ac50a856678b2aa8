import { Argument, type Command, Option } from 'commander'
import type { Wechatpay } from '../index.js'
import { withClient } from './client.js'
import { addClientOptions, type ClientFlags } from './config.js'
import { UsageError } from './input.js'
import { words } from './language.js'
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

const EXAMPLES = `
  wechatpay-fluent bill trade --date 2024-01-01 --out bill.csv
  wechatpay-fluent bill fundflow --date 2024-01-01 --account OPERATION --format json | jq .
  wechatpay-fluent bill v2.trade --date 2024-01-01 --appid wx…`

const HELP = words(
  `
Examples:${EXAMPLES}

A bill is streamed: a large one takes no more memory than a small one. As CSV it comes whole and checked against
its digest, or not at all. Rows as JSON come while it arrives: after an exit code other than 0 they are not to be
kept. The summary follows on standard error.`,
  `
示例：${EXAMPLES}

账单以流的方式下载，再大也不多占内存。CSV 要么完整并已核对摘要，要么没有。JSON 边下载边输出：退出码不是 0 时，
已输出的行不可使用。汇总输出到标准错误。`,
)

export function defineCommand(command: Command): Command {
  command
    .description(
      words(
        'Download a bill: decrypted, unzipped, checked against its digest.',
        '下载账单：解密、解压，并核对摘要。',
      ),
    )
    .addArgument(new Argument('<kind>').choices(Object.keys(BILL_KINDS)))
    .requiredOption(
      '--date <day>',
      words('such as 2024-01-01, Beijing time', '日期（北京时间），如 2024-01-01'),
    )
    .option(
      '--type <type>',
      words(
        'of a trade bill: ALL, SUCCESS, REFUND or RECHARGE_REFUND',
        '交易账单的类型：ALL、SUCCESS、REFUND 或 RECHARGE_REFUND',
      ),
    )
    .option(
      '--account <type>',
      words('of a fund flow bill: BASIC, OPERATION or FEES', '资金账单的账户：BASIC、OPERATION 或 FEES'),
    )
    .option(
      '--sub-mchid <id>',
      words('the merchant, for bills that a partner asks for', '服务商申请账单时的子商户号'),
    )
    .option('--appid <id>', words('for the bills of APIv2', '用于 APIv2 的账单'))
    .option(
      '--out <file>',
      words('where to write it; - is standard output', '写到哪个文件；- 为标准输出'),
      '-',
    )
    .addOption(
      new Option(
        '--format <format>',
        words('csv as it comes, or one JSON object a row', 'csv 为原样，json 为每行一个 JSON 对象'),
      )
        .choices(['csv', 'json'])
        .default('csv'),
    )
    .option('--json', words('the same as --format json', '同 --format json'))
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
  if (stray) {
    const flag = stray === 'subMchid' ? 'sub-mchid' : stray
    throw new UsageError(words(`a ${kind} bill takes no --${flag}`, `${kind} 账单没有 --${flag} 选项`))
  }
  return {
    bill_date: flags.date,
    tar_type: 'GZIP',
    ...Object.fromEntries(given.map((flag) => [names[flag], flags[flag]])),
  }
}
