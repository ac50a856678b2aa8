import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memberCardJob, runBulk, Wechatpay } from './built.js'
import { startChild, stopChild } from './child.js'
import { CARD_ID, importBody, type Merchant } from './merchant.js'
import { atLeast, figure, type Row } from './report.js'
import { interleave, median, medianRatio } from './statistics.js'

const ROWS = 6_000
const ROUNDS = 7
const CONCURRENCY = 64
const LIMIT = 0.9

/** A job over a table, with its journal on disk, beside the same calls made by the client alone. */
export async function measureBulk(): Promise<Row[]> {
  const gateway = startChild(new URL('./gateway.ts', import.meta.url))
  const [line] = (await once(gateway.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  const { merchant } = JSON.parse(String(line)) as { readonly merchant: Merchant }
  const { mchid, serial, privateKey, certs, baseURL } = merchant
  const client = new Wechatpay({ mchid, serial, privateKey, certs, baseURL })
  const folder = mkdtempSync(join(tmpdir(), 'bench-bulk-'))
  const input = join(folder, 'members.csv')
  const rows = Array.from({ length: ROWS }, (_, at) => Object.values(importBody(`bench${at}`)).join())
  writeFileSync(input, ['openid,code,out_request_no', ...rows].join('\n'))
  let runs = 0
  /** Rows a second. */
  const rate = async (work: () => Promise<unknown>): Promise<number> => {
    const started = performance.now()
    await work()
    return ROWS / ((performance.now() - started) / 1000)
  }
  const alone = async (): Promise<void> => {
    let next = 0
    const keepCalling = async (): Promise<void> => {
      while (next < ROWS) {
        const json = importBody(`bench${next++}`)
        await client.v3.marketing.membercardOpen.cards._card_id_.users.import.post({ card_id: CARD_ID, json })
      }
    }
    await Promise.all(Array.from({ length: CONCURRENCY }, keepCalling))
  }
  const bulk = async (): Promise<void> => {
    const journal = join(folder, `${++runs}.journal`)
    const job = memberCardJob({ cardId: CARD_ID })
    const { acknowledged } = await runBulk({ client, input, journal, concurrency: CONCURRENCY, ...job })
    if (acknowledged !== ROWS) throw new Error(`only ${acknowledged} of ${ROWS} rows were answered`)
  }
  try {
    const results = await interleave({ bulk: () => rate(bulk), alone: () => rate(alone) }, ROUNDS)
    const each = `${figure(median(results.bulk))}; ${figure(median(results.alone))}`
    return [
      { what: `bulk: rows/s at ${CONCURRENCY} in flight; the client alone`, measured: each },
      atLeast('bulk: rate, job / the client alone', medianRatio(results.bulk, results.alone), LIMIT, '×'),
    ]
  } finally {
    client.close()
    await stopChild(gateway)
    rmSync(folder, { recursive: true })
  }
}
