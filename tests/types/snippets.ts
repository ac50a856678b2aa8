import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** TypeScript of the documentation; the name is that of its file. */
export interface Snippet {
  readonly name: string
  readonly code: string
}

/** What the snippets take for granted. */
export const PRELUDE = `
import { type RequestOf, Wechatpay as Client } from 'wechatpay-fluent'
import { type Emulator, createEmulator as create } from 'wechatpay-fluent/emulator'
declare global {
  const Wechatpay: typeof Client
  const wxpay: Client
  const createEmulator: typeof create
  const emulator: Emulator
  const number: string
  type Order = RequestOf<'v3/pay/transactions/native', 'post'>['json']
  const order: Order
  type PartnerOrder = RequestOf<'v3/pay/partner/transactions/jsapi', 'post'>['json']
  const partnerOrder: Omit<PartnerOrder, 'payer'>
  const transfer: Omit<RequestOf<'v3/fund-app/mch-transfer/transfer-bills', 'post'>['json'], 'user_name'>
  const request: { card_id: string; json: { openid: string; code: string; out_request_no: string } }
  const bytes: Uint8Array<ArrayBuffer>
  const mchid: string, serial: string, privateKey: string, certs: Record<string, string>, apiv3Key: string
  const brandApiKey: string
  const secret: string, appid: string, out_trade_no: string, out_refund_no: string, openid: string, code: string, out_request_no: string, complaint_id: string
  function ship(out_trade_no: string): void
  function refunded(out_refund_no: string, fee?: string): void
  const headers: Record<string, string>, body: Buffer
  const token: string, traceId: string, appId: string, prepayId: string, id: string
}
`

/** What the compiler says of snippets of the documentation, each of which is a module. */
export function compileSnippets(root: string, snippets: readonly Snippet[]): string {
  const files = snippets.map(({ name, code }) => [`${name}.ts`, `${code}\nexport {}\n`])
  return compileFiles(root, { 'prelude.ts': PRELUDE, ...Object.fromEntries(files) })
}

/** What the compiler says of files that import the package by its name; `more` are further options of the compiler. */
export function compileFiles(
  root: string,
  files: Readonly<Record<string, string>>,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const folder = mkdtempSync(join(tmpdir(), 'wechatpay-snippets-'))
  try {
    for (const name of ['lib', 'types', 'node_modules']) symlinkSync(join(root, name), join(folder, name))
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    const compilerOptions = {
      target: 'es2022',
      lib: ['es2023', 'es2024.string', 'esnext.disposable', 'dom'],
      module: 'nodenext',
      types: ['node'],
      strict: true,
      skipLibCheck: true,
      experimentalDecorators: true,
      noEmit: true,
      preserveSymlinks: true,
      paths: {
        'wechatpay-fluent': ['./lib/index.ts'],
        'wechatpay-fluent/*': ['./lib/*/index.ts'],
      },
      ...more,
    }
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: Object.keys(files) }),
    )
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
    return stdout.replaceAll(folder, '')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
