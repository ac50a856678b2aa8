import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Command, Option } from 'commander'
import type { Wechatpay } from '../index.js'
import { showGrowth } from './bill-progress.js'
import { withClient } from './client.js'
import { addClientOptions, type ClientFlags } from './config.js'
import { note, printJson } from './output.js'

const KINDS = ['trade', 'fundflow', 'subMerchantFundflow', 'ecommerceFundflow', 'profitSharing'] as const

interface BillFlags extends ClientFlags {
  readonly date: string
  readonly type?: string
  readonly account?: string
  readonly subMchid?: string
  readonly out: string
  readonly format: 'csv' | 'json'
}

/** A bill of whatever kind. */
interface AnyBill extends AsyncIterable<unknown> {
  summary(): Promise<unknown>
  save(path: string): Promise<void>
}

export function billCommand(): Command {
  const command = new Command('bill')
    .description('Download a bill, checked against its digest')
    .argument('<kind>', KINDS.join(', '))
    .requiredOption('--date <day>', 'such as 2024-01-01')
    .option('--type <type>', 'bill_type of a trade bill: ALL, SUCCESS or REFUND')
    .option('--account <type>', 'account_type of a fund flow bill: BASIC, OPERATION or FEES')
    .option('--sub-mchid <id>', 'the merchant, for bills that a partner asks for')
    .option('--out <file>', 'where to write it; - is standard output', '-')
    .addOption(
      new Option('--format <format>', 'csv as it comes, or one JSON object a row')
        .choices(['csv', 'json'])
        .default('csv'),
    )
  return addClientOptions(command).action(run)
}

async function run(kind: string, flags: BillFlags): Promise<void> {
  await withClient(flags, async (wxpay) => {
    const bill = await askFor(wxpay, kind, flags)
    if (flags.format === 'json') await writeRows(bill, flags.out)
    else await writeFile(bill, flags.out)
  })
}

function askFor(
  wxpay: Wechatpay,
  kind: string,
  { date, type, account, subMchid }: BillFlags,
): Promise<AnyBill> {
  const asked = {
    bill_date: date,
    tar_type: 'GZIP',
    ...(type && { bill_type: type }),
    ...(account && { account_type: account }),
    ...(subMchid && { sub_mchid: subMchid }),
  }
  const ask = (wxpay.bills as unknown as Readonly<Record<string, unknown>>)[kind]
  if (!(KINDS as readonly string[]).includes(kind) || typeof ask !== 'function') {
    throw new TypeError(`there is no bill '${kind}'; the kinds are ${KINDS.join(', ')}`)
  }
  return ask(asked)
}

/** Whole and checked, or not at all: what standard output got cannot be taken back. */
async function writeFile(bill: AnyBill, out: string): Promise<void> {
  if (out !== '-') {
    const stop = showGrowth(out)
    await bill.save(out).finally(stop)
    note(`${statSync(out).size} bytes written to ${out}`)
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'wxpay-bill-'))
  try {
    const file = join(folder, 'bill.csv')
    const stop = showGrowth(file)
    await bill.save(file).finally(stop)
    await pipeline(createReadStream(file), process.stdout, { end: false })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function writeRows(bill: AnyBill, out: string): Promise<void> {
  const { createWriteStream } = await import('node:fs')
  const target = out === '-' ? process.stdout : createWriteStream(out)
  let rows = 0
  async function* lines(): AsyncGenerator<string> {
    for await (const row of bill) {
      rows += 1
      yield `${JSON.stringify(row)}\n`
    }
  }
  await pipeline(lines, target, { end: out !== '-' })
  note(`${rows} rows; summary:`)
  if (out === '-') note(JSON.stringify(await bill.summary(), null, 2))
  else printJson(await bill.summary())
}
