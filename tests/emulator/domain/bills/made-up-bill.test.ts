import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NetworkError, VerificationError } from '../../../../lib/index.js'
import { startRig } from '../../../e2e/client.js'

const rig = startRig()

describe('a bill that is made up', () => {
  it('is always the same, with a number of its own in every row', async () => {
    const day = '2023-03-03'
    const bytes = await rig.emulator.fillBill(day, 2_345)
    const numbers = new Set<string>()
    const bill = await rig.wxpay.bills.trade({ bill_date: day, tar_type: 'GZIP' })
    let fen = 0
    for await (const row of bill) {
      numbers.add(row.transaction_id)
      fen += row.total_amount_fen
    }
    expect(numbers.size).toBe(2_345)
    expect(await bill.summary()).toMatchObject({ total_count: 2_345, total_amount_fen: fen })

    const folder = mkdtempSync(join(tmpdir(), 'wechatpay-made-up-'))
    const file = join(folder, 'bill.csv')
    await bill.save(file)
    expect(execFileSync('wc', ['-lc', file]).toString().trim().split(/\s+/)).toEqual([
      `${2_345 + 3}`,
      ...[String(bytes), file],
    ])
    rmSync(folder, { recursive: true })

    await rig.emulator.fillBill(day, 2_345)
    expect((await rig.wxpay.bills.trade({ bill_date: day })).hash_value).toBe(bill.hash_value)
    await expect(rig.emulator.fillBill(day, -1)).rejects.toThrow('rows must be a whole number')
  })

  it.each([undefined, 'GZIP'] as const)('can be tampered with, zipped: %s', async (tar_type) => {
    await rig.emulator.fillBill('2023-03-05', 100)
    rig.emulator.fail({ path: 'v3/billdownload/file', fault: 'tampered' })
    const bill = await rig.wxpay.bills.trade({ bill_date: '2023-03-05', ...(tar_type && { tar_type }) })
    await expect(bill.summary()).rejects.toBeInstanceOf(VerificationError)
  })

  it('can be torn', async () => {
    await rig.emulator.fillBill('2023-03-04', 50_000)
    rig.emulator.fail({ path: 'v3/billdownload/file', fault: 'torn' })
    const bill = await rig.wxpay.bills.trade({ bill_date: '2023-03-04' })
    await expect(bill.summary()).rejects.toBeInstanceOf(NetworkError)
  })
})
