import { type KeyObject, X509Certificate } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../../lib/emulator/index.js'
import { Wechatpay } from '../../../lib/index.js'

const folder = mkdtempSync(join(tmpdir(), 'emulator-storage-'))
const open: Emulator[] = []
afterAll(async () => {
  for (const emulator of open) await emulator.close()
  rmSync(folder, { recursive: true })
})

let files = 0
const newFile = (): string => join(folder, `${files++}.jsonl`)

async function start(options: EmulatorOptions): Promise<Emulator> {
  const emulator = await createEmulator(options)
  open.push(emulator)
  return emulator
}

const order = (mchid: string, out_trade_no: string) => ({
  appid: 'wxd678efh567hg6787',
  mchid,
  description: 'QQ公仔',
  out_trade_no,
  notify_url: 'https://example.com/notify',
  amount: { total: 100 },
})

/** A client of an earlier run, whose options still hold but for the port. */
const client = ({ merchant }: Emulator, { url }: Emulator): Wechatpay =>
  new Wechatpay({ ...merchant, baseURL: url })

describe('an emulator with a file', () => {
  it('knows after a restart what it knew: keys, secrets, certificates and orders', async () => {
    const storage = newFile()
    const first = await start({ storage, platform: { mode: 'switching', probes: 0 } })
    const { mchid } = first.merchant
    const before = new Wechatpay(first.merchant)
    await before.v3.pay.transactions.native.post({ json: order(mchid, 'KEPT-1') })
    const { transaction_id } = await first.pay('KEPT-1')
    await first.rotate()
    const certificates = await first.certificates()
    await first.close()

    const second = await start({ storage, platform: { mode: 'switching', probes: 0 } })
    const { baseURL: _, ...identity } = second.merchant
    expect(identity).toEqual({ ...first.merchant, baseURL: undefined })
    expect(await second.certificates()).toEqual(certificates)
    const after = client(first, second)
    const { data } = await after.v3.pay.transactions.outTradeNo._out_trade_no_.get({
      out_trade_no: 'KEPT-1',
      query: { mchid },
    })
    expect(data).toMatchObject({ trade_state: 'SUCCESS', transaction_id })
    await second.close()
  })

  it('goes on with fresh numbers under the same seed', async () => {
    const storage = newFile()
    const numbers: string[] = []
    for (const out_trade_no of ['SEEDED-1', 'SEEDED-2']) {
      const emulator = await start({ storage, seed: 1 })
      const wxpay = new Wechatpay(emulator.merchant)
      await wxpay.v3.pay.transactions.native.post({ json: order(emulator.merchant.mchid, out_trade_no) })
      numbers.push((await emulator.pay(out_trade_no)).transaction_id)
      await emulator.close()
    }
    expect(new Set(numbers).size).toBe(2)
  })

  it('rotates to a key of its own, whichever it has dropped before', async () => {
    const storage = newFile()
    const first = await start({ storage, platform: { mode: 'switching', probes: 0 } })
    await first.rotate()
    await first.retire()
    await first.close()
    const second = await start({ storage, platform: { mode: 'switching', probes: 0 } })
    await second.rotate()
    const keys = Object.values(await second.certificates()).map((pem) => new X509Certificate(pem).publicKey)
    expect(keys).toHaveLength(2)
    expect(keys[0]?.equals(keys[1] as KeyObject)).toBe(false)
    await second.close()
  })

  it('answers a repeated write as it was answered before the restart', async () => {
    const storage = newFile()
    const answers: unknown[] = []
    for (let run = 0; run < 2; run++) {
      const emulator = await start({ storage })
      const wxpay = new Wechatpay(emulator.merchant)
      const json = {
        coupon_code: '1',
        stock_id: '1',
        deactivate_request_no: 'N-1',
        deactivate_reason: 'none',
      }
      const { data } = await wxpay.v3.marketing.busifavor.coupons.deactivate.post({ json })
      answers.push(data)
      wxpay.close()
      await emulator.close()
    }
    expect(answers[1]).toEqual(answers[0])
  })

  it('makes a file that others could read its owner’s alone', async () => {
    const storage = newFile()
    await (await start({ storage })).close()
    chmodSync(storage, 0o644)
    await (await start({ storage })).close()
    expect(statSync(storage).mode & 0o777).toBe(0o600)
  })

  it('is whole without the line that its writer was killed in', async () => {
    const storage = newFile()
    const first = await start({ storage })
    await first.close()
    appendFileSync(storage, '["orders","TORN",{"request":')
    const second = await start({ storage })
    expect(second.merchant.serial).toBe(first.merchant.serial)
    await second.close()
    expect(readFileSync(storage, 'utf8')).not.toContain('TORN')
  })

  it('is for its owner alone', async () => {
    const storage = newFile()
    await (await start({ storage })).close()
    expect(statSync(storage).mode & 0o777).toBe(0o600)
  })

  it('has the file for itself while it runs, and gives it back', async () => {
    const storage = newFile()
    const first = await start({ storage })
    await expect(createEmulator({ storage })).rejects.toThrow(/in use by the emulator of process \d+/)
    await first.close()
    await (await start({ storage })).close()
  })

  it('takes over from one that was killed', async () => {
    const storage = newFile()
    writeFileSync(`${storage}.lock`, '4194303')
    await (await start({ storage })).close()
  })

  it('leaves alone what is no file of an emulator', async () => {
    const storage = newFile()
    writeFileSync(storage, 'my thesis\n')
    await expect(createEmulator({ storage })).rejects.toThrow(/no file of the emulator/)
    expect(readFileSync(storage, 'utf8')).toBe('my thesis\n')
  })

  it('follows no link that somebody has planted', async () => {
    const storage = newFile()
    const target = newFile()
    writeFileSync(target, 'my thesis\n', { mode: 0o644 })
    symlinkSync(target, storage)
    await expect(createEmulator({ storage })).rejects.toThrow('is a link; name the file itself')
    rmSync(storage)
    for (const name of [`${storage}.new`, `${storage}.lock`]) symlinkSync(target, name)
    await (await start({ storage })).close()
    expect([readFileSync(target, 'utf8'), statSync(target).mode & 0o777]).toEqual(['my thesis\n', 0o644])
    expect(lstatSync(storage).isSymbolicLink()).toBe(false)
  })

  it('does not grow with every change for ever', async () => {
    const storage = newFile()
    for (let run = 0; run < 30; run++) await (await start({ storage })).close()
    expect(readFileSync(storage, 'utf8').split('\n').length).toBeLessThan(40)
  })
})

it('many emulators run in one process at once', async () => {
  const all = await Promise.all(Array.from({ length: 50 }, () => start({})))
  expect(new Set(all.map(({ url }) => url)).size).toBe(50)
  expect(new Set(all.map(({ merchant }) => merchant.apiv3Key)).size).toBe(50)
})
