import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { EmulatorMerchant } from '../emulator/index.js'
import { note, print, style } from './output.js'

interface EmulatorFlags {
  readonly port: string
  readonly host: string
  readonly https?: boolean
  readonly seed?: string
  readonly dir: string
  readonly keep: boolean
  readonly print: keyof typeof FORMATS
}

/** The merchant's options with its keys as files. */
type Printed = Omit<EmulatorMerchant, 'merchant'> & { readonly merchant?: { cert: string; key: string } }

export function emulatorCommand(): Command {
  return new Command('emulator')
    .description('Run a local WeChat Pay: no contract, no money, a page to watch it')
    .option('--port <number>', 'a free one with 0', '4010')
    .option('--host <address>', 'other machines can reach it unless it is a loopback address', '127.0.0.1')
    .option('--https', 'serve HTTPS with a certificate of its own authority')
    .option('--seed <text>', 'make ids, numbers and secrets the same in every run')
    .option('--dir <folder>', 'where keys and state are kept between runs', '.wxpay-emulator')
    .option('--no-keep', 'forget all of it at the end')
    .addOption(
      new Option('--print <format>', 'how to print the configuration')
        .choices(Object.keys(FORMATS))
        .default('env'),
    )
    .action(run)
}

async function run({ port, host, https, seed, dir, keep, print: format }: EmulatorFlags): Promise<void> {
  const { createEmulator } = await import('../emulator/index.js')
  const folder = resolve(dir)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const emulator = await createEmulator({
    ...{ port: Number(port), host },
    ...(https && { https }),
    ...(seed !== undefined && { seed }),
    ...(keep && { storage: join(folder, 'state.jsonl') }),
  })
  print(FORMATS[format](writeKeys(emulator.merchant, folder)))
  const { stderr } = process
  note(style('bold', 'WeChat Pay emulator: this is not WeChat Pay, and no money moves.', stderr))
  note(`  page and API  ${style('cyan', emulator.url, stderr)}`)
  note(`  keys in       ${folder}${keep ? ', kept between runs' : ''}`)
  note('  Ctrl-C ends it')
  await new Promise<void>((end) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end())
  })
  await emulator.close()
  note('ended')
}

/** Keys for their owner alone. */
function writeKeys(merchant: EmulatorMerchant, folder: string): Printed {
  const write = (name: string, pem: string): string => {
    const file = join(folder, name)
    writeFileSync(file, pem, { mode: 0o600 })
    chmodSync(file, 0o600)
    return file
  }
  const certs = Object.entries(merchant.certs).map(([id, pem]) => [id, write(`${id}.pem`, pem)])
  return {
    ...merchant,
    privateKey: write('apiclient_key.pem', merchant.privateKey),
    certs: Object.fromEntries(certs),
    ...(merchant.merchant && {
      merchant: {
        cert: write('apiclient_cert.pem', merchant.merchant.cert),
        key: write('apiclient_key.pem', merchant.merchant.key),
      },
    }),
    ...(merchant.ca && { ca: write('ca.pem', merchant.ca) }),
  }
}

const variables = ({
  mchid,
  serial,
  privateKey,
  certs,
  apiv3Key,
  secret,
  baseURL,
  ca,
}: Printed): [string, string][] => [
  ['WXPAY_MCHID', mchid],
  ['WXPAY_SERIAL', serial],
  ['WXPAY_PRIVATE_KEY', privateKey],
  [
    'WXPAY_CERTS',
    Object.entries(certs)
      .map(([id, file]) => `${id}=${file}`)
      .join(','),
  ],
  ['WXPAY_APIV3_KEY', apiv3Key],
  ['WXPAY_SECRET', secret],
  ['WXPAY_BASE_URL', baseURL],
  ...(ca ? [['NODE_EXTRA_CA_CERTS', ca] as [string, string]] : []),
]

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** In code a key is a `file://` URL. */
function toCode({ ca, ...merchant }: Printed): string {
  const asUrl = (file: string): string => `file://${file}`
  const certs = Object.fromEntries(Object.entries(merchant.certs).map(([id, file]) => [id, asUrl(file)]))
  const options = { ...merchant, privateKey: asUrl(merchant.privateKey), certs }
  const trust = ca === undefined ? '' : `  ca: readFileSync(${JSON.stringify(ca)}),\n`
  const head = ca === undefined ? '' : "import { readFileSync } from 'node:fs'\n"
  const body = JSON.stringify(options, null, 2).replace(/^\{\n|\n\}$/g, '')
  return `${head}import { Wechatpay } from 'wechatpay-fluent'\n\nconst wxpay = new Wechatpay({\n${body},\n${trust}})\n`
}

const FORMATS = {
  env: (merchant: Printed) =>
    variables(merchant)
      .map(([name, value]) => `export ${name}=${quoted(value)}`)
      .join('\n'),
  dotenv: (merchant: Printed) =>
    variables(merchant)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join('\n'),
  json: ({ ca: _, ...merchant }: Printed) => JSON.stringify(merchant, null, 2),
  ts: toCode,
} as const
