import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Argument, Command, Option } from 'commander'
import type { Wechatpay } from '../index.js'
import { BILL_KINDS, type BillParameters, billRequest } from './bill-kinds.js'
import { showGrowth } from './bill-progress.js'
import { type AnyBill, writeRows } from './bill-rows.js'
import { withClient } from './client.js'
import { addClientOptions, type ClientFlags } from './config.js'
import { note } from './output.js'

interface BillFlags extends ClientFlags, BillParameters {
  readonly out: string
  readonly format: 'csv' | 'json'
  readonly json?: boolean
}

const HELP = `
Examples:
  wxpay bill trade --date 2024-01-01 --out bill.csv
  wxpay bill fundflow --date 2024-01-01 --account OPERATION --format json | jq .
  wxpay bill v2.trade --date 2024-01-01 --appid wx…

A bill is streamed: a large one takes no more memory than a small one. As CSV it comes whole and checked against
its digest, or not at all. Rows as JSON come while it arrives: after an exit code other than 0 they are not to be
kept. The summary follows on standard error.`

export function billCommand(): Command {
  const command = new Command('bill')
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
  await withClient(flags, async (wxpay, signal) => {
    const bill = await askFor(wxpay, kind, flags, signal)
    if (flags.json || flags.format === 'json') await writeRows(bill, flags.out)
    else await writeFile(bill, flags.out)
  })
}

function askFor(wxpay: Wechatpay, kind: string, flags: BillFlags, signal: AbortSignal): Promise<AnyBill> {
  const bills = wxpay.bills as unknown as Readonly<Record<string, unknown>>
  const [first = '', second] = kind.split('.')
  const ask = second ? (bills[first] as Readonly<Record<string, unknown>>)[second] : bills[first]
  return (ask as (request: object, options: object) => Promise<AnyBill>)(billRequest(kind, flags), { signal })
}

/** Whole and checked, or not at all: what standard output got cannot be taken back. */
async function writeFile(bill: AnyBill, out: string): Promise<void> {
  if (out !== '-') {
    await save(bill, out)
    note(`${statSync(out).size} bytes written to ${out}`)
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'wxpay-bill-'))
  const clean = (): void => rmSync(folder, { recursive: true, force: true })
  // Also when nobody reads on, which ends the process at once.
  process.once('exit', clean)
  try {
    const file = join(folder, 'bill.csv')
    await save(bill, file)
    await pipeline(createReadStream(file), process.stdout, { end: false })
    note(`${statSync(file).size} bytes`)
  } finally {
    process.off('exit', clean)
    clean()
  }
}

async function save(bill: AnyBill, file: string): Promise<void> {
  const stop = showGrowth(file)
  await bill.save(file).finally(stop)
}
