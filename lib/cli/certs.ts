import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Command } from 'commander'
import { withClient } from './client.js'
import { addClientOptions, type ClientFlags } from './config.js'
import { words } from './language.js'
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
      words(
        'List the platform keys that are trusted; where none are given, the certificates are downloaded.',
        '列出所信任的微信支付公钥和平台证书；没有给出时，下载平台证书。',
      ),
    )
    .option(
      '--out <folder>',
      words('save their public keys there, one PEM file each', '把公钥保存到该文件夹，每个一个 PEM 文件'),
    )
    .option('--json', words('as JSON', '输出 JSON'))
  return addClientOptions(command).action(run)
}

async function run({ out, json, ...flags }: CertsFlags): Promise<void> {
  const keys = await withClient(flags, ({ wxpay }) => wxpay.certificates.list())
  if (out !== undefined) {
    mkdirSync(out, { recursive: true })
    for (const { serial, publicKey } of keys) writeFileSync(join(out, `${basename(serial)}.pem`), publicKey)
    note(words(`${keys.length} written to ${out}`, `已写入 ${out}：共 ${keys.length} 个`))
  }
  if (json) return printJson(keys.map((key) => ({ ...key, daysLeft: daysLeft(key) })))
  const rows = keys.map(({ serial, notBefore, notAfter }) => [
    serial,
    notBefore?.toISOString().slice(0, 10) ?? '',
    notAfter?.toISOString().slice(0, 10) ?? words('no end', '长期'),
    String(daysLeft({ notAfter }) ?? ''),
  ])
  const headings = [
    words('SERIAL OR ID', '序列号或公钥 ID'),
    words('FROM', '生效'),
    words('TO', '失效'),
    words('DAYS LEFT', '剩余天数'),
  ]
  print(formatColumns([headings, ...rows]))
}

/** The days until a certificate expires; `undefined` for a public key, which does not. */
const daysLeft = ({ notAfter }: { readonly notAfter?: Date | undefined }): number | undefined =>
  notAfter && Math.floor((notAfter.getTime() - Date.now()) / DAY)
