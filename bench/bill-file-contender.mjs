/**
 * `bill-file-contender.mjs NAME PATH` saves one bill into a file, its digest checked; what the gateway printed comes as
 * a message. JavaScript, because it is run as it is: a loader's memory would count.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { get } from 'node:http'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const [name, path] = process.argv.slice(2)
const [{ merchant, sha1, download_url }] = await once(process, 'message')

async function askForBill() {
  const { Wechatpay } = await import('../dist/esm/lib/index.js')
  return new Wechatpay(merchant).bills.trade({ bill_date: '2024-01-01' })
}

async function saveByHand() {
  const [response] = await once(get(download_url), 'response')
  const hash = createHash('sha1')
  const hashing = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  await pipeline(response, hashing, createWriteStream(path))
  if (hash.digest('hex') !== sha1) throw new Error('not the bill')
}

const contenders = {
  /** This package, as its README shows it. */
  async fluent() {
    const bill = await askForBill()
    return () => bill.save(path)
  },
  /** Nothing but Node. */
  bare: () => saveByHand,
  /** The same in a process with axios in it: a larger heap to look after while the bytes pass. */
  async beside() {
    await import('axios')
    return saveByHand
  },
}

/** At most, in kilobytes. `maxRSS` begins where the process that started this one had got to. */
function peakMemory() {
  try {
    return Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
  } catch {
    return process.resourceUsage().maxRSS
  }
}

const save = await contenders[name]()
const started = performance.now()
await save()
const seconds = (performance.now() - started) / 1000
process.send({ seconds, kilobytes: peakMemory() })
// Ends at once: idle connections would keep the process alive.
process.once('disconnect', () => process.exit())
