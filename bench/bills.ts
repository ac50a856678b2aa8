/**
 * A trade bill of 2 GB, made by an emulator while it sends it: iterated, and piped through
 * `curl | gunzip | wc -l`, in turns. `npx tsx bench/bills.ts [--rows 7000000] [--rounds 3]`.
 */
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { authorization, canonicalRequest, nonce, sign } from '../lib/crypto/index.js'
import { Wechatpay } from '../lib/index.js'
import type { Reading } from './bill-reader.js'
import { answerOf, startChild, stopChild } from './child.js'
import { describeMachine } from './machine.js'

interface Gateway {
  readonly merchant: ConstructorParameters<typeof Wechatpay>[0]
  readonly bytes: number
}

const DAY = '2024-01-01'
const RATIO_BAR = 0.7
const RSS_BAR = 64 * 1024 * 1024

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '7000000' }, rounds: { type: 'string', default: '3' } },
})

/** The same file by the same route, in seconds. */
async function pipe({ merchant }: Gateway): Promise<number> {
  const wxpay = new Wechatpay(merchant)
  const started = performance.now()
  const { download_url = '' } = await wxpay.bills.trade({ bill_date: DAY, tar_type: 'GZIP' })
  wxpay.close()
  const url = new URL(download_url)
  const once = { nonce: nonce(), timestamp: Math.floor(Date.now() / 1000) }
  const message = canonicalRequest({ method: 'GET', url: url.pathname + url.search, body: '', ...once })
  const { mchid, serial, privateKey } = merchant
  const header = authorization({ mchid, serial, signature: sign(message, privateKey), ...once })
  const lines = execFileSync(
    'bash',
    [
      '-o',
      'pipefail',
      '-c',
      'curl -sSf -H "Authorization: $1" "$2" | gunzip | wc -l',
      'bash',
      header,
      url.href,
    ],
    { encoding: 'utf8' },
  )
  if (Number(lines) !== Number(values.rows) + 3) throw new Error(`curl got ${lines} lines`)
  return (performance.now() - started) / 1000
}

async function iterate({ merchant }: Gateway): Promise<Reading> {
  const child = startChild(new URL('./bill-reader.ts', import.meta.url), {
    args: [DAY],
    flags: ['--expose-gc'],
  })
  child.send(merchant)
  const reading = await answerOf<Reading>(child)
  if (reading.rows !== Number(values.rows) || reading.rows !== reading.summaryRows) {
    throw new Error(`read ${reading.rows} rows, the summary says ${reading.summaryRows}`)
  }
  return reading
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`

const child = startChild(new URL('./bill-gateway.ts', import.meta.url), { args: [DAY, values.rows] })
try {
  const gateway = await answerOf<Gateway>(child)
  console.log(describeMachine())
  console.log(`a trade bill of ${values.rows} rows, ${megabytes(gateway.bytes)}, zipped while it is sent`)
  const rates: { ours: number; theirs: number; growth: number }[] = []
  for (let round = 1; round <= Number(values.rounds); round++) {
    const theirs = gateway.bytes / (await pipe(gateway))
    const { seconds, rss } = await iterate(gateway)
    const ours = gateway.bytes / seconds
    const growth = rss.peak - rss.before
    rates.push({ ours, theirs, growth })
    console.log(
      `round ${round}: curl | gunzip | wc -l ${megabytes(theirs)}/s, iterated ${megabytes(ours)}/s, ` +
        `ratio ${(ours / theirs).toFixed(2)}, memory +${megabytes(growth)}`,
    )
  }
  const ratios = rates.map(({ ours, theirs }) => ours / theirs).sort((one, other) => one - other)
  const ratio = ratios[ratios.length >> 1] ?? 0
  const growth = Math.max(...rates.map((rate) => rate.growth))
  const holds = ratio >= RATIO_BAR && growth < RSS_BAR
  console.log(
    `median ratio ${ratio.toFixed(2)} (at least ${RATIO_BAR}), memory at most +${megabytes(growth)} (below ${megabytes(RSS_BAR)})`,
  )
  if (!holds) process.exitCode = 1
} finally {
  await stopChild(child)
}
