import { generateKeyPairSync, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { createAuthorize } from './inner.js'
import { IMPORT_PATH, importBody } from './merchant.js'
import { atMost, figure, type Row } from './report.js'
import { interleave, median, medianRatio } from './statistics.js'

const LIMIT = 1.05
const ROUNDS = 40
const BATCH = 64

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const signer = { mchid: '1900000109', serial: '3775B6A45ACD588826D15E583A95F5DD00000000', privateKey }
const request = { method: 'POST', url: IMPORT_PATH, body: JSON.stringify(importBody('1')) }
const nonce = '593BEC0C930BF1AFEB40B4A08C8FB242'
const message = Buffer.from(`${request.method}\n${request.url}\n1554208460\n${nonce}\n${request.body}\n`)
const signInPool = promisify(sign)

/** Microseconds a signature, one at a time or all of a batch at once. */
async function time(together: boolean, make: () => unknown): Promise<number> {
  const start = performance.now()
  if (together) await Promise.all(Array.from({ length: BATCH }, make))
  else for (let at = 0; at < BATCH; at++) await make()
  return ((performance.now() - start) * 1000) / BATCH
}

/** What the `Authorization` header costs beside the bare signature over the same message. */
export async function measureSigning(): Promise<Row[]> {
  const authorize = createAuthorize(signer)
  const header = () => authorize(request.method, request.url, request.body)
  const bare = () => signInPool('RSA-SHA256', message, privateKey)
  const blocking = () => sign('RSA-SHA256', message, privateKey)
  const results = await interleave(
    {
      header: () => time(true, header),
      bare: () => time(true, bare),
      headerAlone: () => time(false, header),
      bareAlone: () => time(false, bare),
      blocking: () => time(false, blocking),
    },
    ROUNDS,
  )
  const absolute = (name: keyof typeof results) => `${figure(median(results[name]))} µs`
  return [
    atMost(
      `signing: header / bare crypto.sign, both in the pool, ${BATCH} in flight`,
      medianRatio(results.header, results.bare),
      LIMIT,
      '×',
    ),
    atMost(
      'signing: the same, one at a time',
      medianRatio(results.headerAlone, results.bareAlone),
      LIMIT,
      '×',
    ),
    atMost(
      'signing: header in the pool / blocking crypto.sign, throughput',
      medianRatio(results.header, results.blocking),
      LIMIT,
      '×',
    ),
    {
      what: 'signing: header, bare in the pool, bare blocking',
      measured: (['header', 'bare', 'blocking'] as const).map(absolute).join(', '),
    },
  ]
}
