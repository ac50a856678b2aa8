/**
 * Runs a job whose rows are acknowledged without being sent, and prints by how much the process has grown:
 * `bulk-memory-process.ts <input>`.
 */
import { runBulk } from '../../lib/bulk/index.js'
import { localEngine } from '../../lib/bulk/local-engine.js'
import { createEmulator } from '../../lib/emulator/index.js'
import { Wechatpay } from '../../lib/index.js'

const [input = ''] = process.argv.slice(2)
const emulator = await createEmulator()
const client = new Wechatpay(emulator.merchant)
const run = (rows: typeof input | Iterable<Record<string, string>>, name: string) =>
  runBulk({
    ...{ client, input: rows, path: 'v3/marketing/membercard-open/cards/{card_id}/users/import' },
    ...{ journal: `${name}.journal`, failed: `${name}.failed.csv`, output: `${name}.results.jsonl` },
    ...{ set: { card_id: 'pCARD' }, concurrency: 32, validate: true },
    engine: {
      run: (work) =>
        localEngine.run({
          ...work,
          send: async ({ number }) =>
            number % 20 === 0
              ? { ok: false, code: 'PARAM_ERROR', message: 'as if the API had refused it' }
              : { ok: true, status: 200, data: { code: String(number) } },
        }),
    },
  })

// What is loaded and compiled once is no growth.
await run(
  Array.from({ length: 5_000 }, (_, index) => ({ openid: `warm-${index}` })),
  `${input}.warm`,
)
globalThis.gc?.()
const before = process.memoryUsage.rss()
let peak = before
const timer = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss())
}, 50)
const { acknowledged, failed, elapsed } = await run(input, input)
clearInterval(timer)
client.close()
await emulator.close()
process.stdout.write(JSON.stringify({ acknowledged, failed, elapsed, growth: (peak - before) / 1024 / 1024 }))
