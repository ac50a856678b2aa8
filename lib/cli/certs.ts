import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Command } from 'commander'
import { withClient } from './client.js'
import { addClientOptions, type ClientFlags } from './config.js'
import { formatColumns } from './layout.js'
import { note, print, printJson } from './output.js'

const DAY = 86_400_000

interface CertsFlags extends ClientFlags {
  readonly out?: string
  readonly json?: boolean
}

export function defineCommand(command: Command): Command {
  command
    .description(
      'List the platform keys that are trusted; where none are given, the certificates are downloaded.',
    )
    .option('--out <folder>', 'save their public keys there, one PEM file each')
    .option('--json', 'as JSON')
  return addClientOptions(command).action(run)
}

async function run({ out, json, ...flags }: CertsFlags): Promise<void> {
  const keys = await withClient(flags, ({ wxpay }) => wxpay.certificates.list())
  if (out !== undefined) {
    mkdirSync(out, { recursive: true })
    for (const { serial, publicKey } of keys) writeFileSync(join(out, `${basename(serial)}.pem`), publicKey)
    note(`${keys.length} written to ${out}`)
  }
  if (json) return printJson(keys.map((key) => ({ ...key, daysLeft: daysLeft(key) })))
  const rows = keys.map(({ serial, notBefore, notAfter }) => [
    serial,
    notBefore?.toISOString().slice(0, 10) ?? '',
    notAfter?.toISOString().slice(0, 10) ?? 'no end',
    String(daysLeft({ notAfter }) ?? ''),
  ])
  print(formatColumns([['SERIAL OR ID', 'FROM', 'TO', 'DAYS LEFT'], ...rows]))
}

/** The days until a certificate expires; `undefined` for a public key, which does not. */
const daysLeft = ({ notAfter }: { readonly notAfter?: Date | undefined }): number | undefined =>
  notAfter && Math.floor((notAfter.getTime() - Date.now()) / DAY)
