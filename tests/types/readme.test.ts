import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** What the snippets take for granted. */
const PRELUDE = `
import { type RequestOf, Wechatpay as Client } from 'wechatpay-fluent'
declare global {
  const Wechatpay: typeof Client
  const wxpay: Client
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

it('the TypeScript of the README compiles', () => {
  const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)]
  const folder = mkdtempSync(join(tmpdir(), 'wechatpay-readme-'))
  try {
    for (const name of ['lib', 'types', 'node_modules']) symlinkSync(join(root, name), join(folder, name))
    writeFileSync(join(folder, 'prelude.ts'), PRELUDE)
    blocks.forEach(([, code], at) => {
      writeFileSync(join(folder, `block-${at + 1}.ts`), `${code}\nexport {}\n`)
    })
    const compilerOptions = {
      target: 'es2022',
      lib: ['es2023', 'es2024.string', 'esnext.disposable', 'dom'],
      module: 'nodenext',
      types: ['node'],
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      preserveSymlinks: true,
      paths: {
        'wechatpay-fluent': ['./lib/index.ts'],
        'wechatpay-fluent/*': ['./lib/*/index.ts'],
      },
    }
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
    })
    expect(blocks.length).toBeGreaterThan(15)
    expect(stdout.replaceAll(folder, '')).toBe('')
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 60_000)
