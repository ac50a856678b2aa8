import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../../lib/emulator/index.js'
import { type Installation, install } from './install.js'

let installed: Installation
let emulator: Emulator
beforeAll(async () => {
  installed = await install()
  emulator = await createEmulator()
}, 180_000)
afterAll(async () => {
  await emulator?.close()
})

/** What a serverless function may be: one file, with all that it uses in it. */
const PROGRAM = `
import { Wechatpay } from 'wechatpay-fluent'
const wxpay = new Wechatpay(JSON.parse(process.env.MERCHANT))
const main = async () => {
  const json = { openid: 'o', code: '478515832665', out_request_no: process.env.NUMBER }
  const card = await wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import.post({ card_id: 'p', json })
  const order = await wxpay.v2.pay.orderquery.post({ xml: { appid: 'wx8888888888888888', out_trade_no: '1' } }).catch((error) => error)
  let rows = 0
  for await (const row of await wxpay.bills.trade({ bill_date: '2024-01-01' })) rows += row ? 1 : 0
  wxpay.close()
  return [card.data.code, order.name, order.code, rows > 0]
}
main().then((value) => console.log(JSON.stringify(value)))
`

it.each(['cjs', 'mjs'] as const)(
  'bundled with all it uses into one .%s, a program works',
  async (extension) => {
    const entry = join(installed.folder, 'program.mjs')
    const file = join(installed.folder, `bundle.${extension}`)
    writeFileSync(entry, PROGRAM)
    await build({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      platform: 'node',
      format: extension === 'mjs' ? 'esm' : 'cjs',
      // What esbuild asks of those who put CommonJS into an ES module.
      ...(extension === 'mjs' && {
        banner: {
          js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
        },
      }),
      outfile: file,
      logLevel: 'error',
    })
    const env = {
      ...process.env,
      MERCHANT: JSON.stringify(emulator.merchant),
      NUMBER: `bundled-${extension}`,
    }
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env })
    expect(JSON.parse(stdout)).toEqual(['478515832665', 'ApiError', 'ORDERNOTEXIST', true])
  },
  60_000,
)
