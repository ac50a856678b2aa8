import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../../lib/emulator/index.js'
import { type Installation, install } from './install.js'

let installed: Installation
let emulator: Emulator
beforeAll(async () => {
  installed = await install()
  emulator = await createEmulator()
}, 180_000)
afterAll(() => emulator.close())

/** Calls both versions of the API while there are no file descriptors left, and once there are again. */
const PROGRAM = `
import { closeSync, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Wechatpay } from 'wechatpay-fluent'

const wxpay = new Wechatpay(JSON.parse(process.env.MERCHANT))
const call = (send) => send().then(() => 'answered', ({ name, mayHaveHappened }) => name + ' ' + mayHaveHappened)
const calls = async () => [
  await call(() => wxpay.chain('v3/pay/transactions/out-trade-no/{out_trade_no}/close').post({ out_trade_no: '1', json: { mchid: process.env.MCHID }, retry: false })),
  await call(() => wxpay.v2.pay.orderquery.post({ xml: { appid: 'wx1', out_trade_no: '1', transaction_id: '' }, retry: false })),
]
// What the client loads when it is made.
const { cache } = createRequire(import.meta.url)
while (!Object.keys(cache).some((file) => file.includes('saxes'))) await new Promise((resolve) => setImmediate(resolve))
await new Promise((resolve) => setImmediate(resolve))
const taken = []
try {
  for (;;) taken.push(openSync('/dev/null'))
} catch {}
const without = await calls()
for (const descriptor of taken) closeSync(descriptor)
console.log(JSON.stringify([without, await calls()]))
wxpay.close()
`

it('works again once there are file descriptors again, whatever the first calls found', async () => {
  const file = join(installed.folder, 'descriptors.mjs')
  writeFileSync(file, PROGRAM)
  const env = {
    ...process.env,
    MERCHANT: JSON.stringify(emulator.merchant),
    MCHID: emulator.merchant.mchid,
  }
  const command = `ulimit -n 120; exec "${process.execPath}" "${file}"`
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: installed.folder, env })
  const [without, after] = JSON.parse(stdout) as [string[], string[]]
  expect(without).toEqual(['NetworkError false', 'NetworkError false'])
  // The order is not known, which the gateway says.
  expect(after).toEqual(['ApiError false', 'ApiError false'])
}, 120_000)
