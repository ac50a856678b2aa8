/**
 * Imports 2,000 members from a CSV file, is killed in the middle, goes on where it was, and runs the two rows again
 * that the API has refused. Ends with a non-zero exit code when anything differs from what it should be.
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BulkSummary, memberCardJob, runBulk } from '../lib/bulk/index.js'
import { createEmulator, type EmulatorMerchant } from '../lib/emulator/index.js'
import { Wechatpay } from '../lib/index.js'
import { good, heading, row } from './print.js'

const MEMBERS = 2_000
const cards = memberCardJob({ cardId: 'pbLatjvWOibDc5-TBnbUk1pD12o0' })

/** The import itself; the example runs it in a process of its own first, to kill that. */
async function importMembers(merchant: EmulatorMerchant, input: string): Promise<BulkSummary> {
  const client = new Wechatpay(merchant)
  try {
    return await runBulk({ client, input, ...cards, concurrency: 8 })
  } finally {
    client.close()
  }
}

function membersCsv(): string {
  const lines = Array.from({ length: MEMBERS }, (_, index) => {
    const code =
      index === 41 || index === 1_041 ? 'far too long '.repeat(10) : String(478_515_832_665 + index)
    return `oLaqk6D4RFa-${index},${code},第 ${index + 1} 位会员`
  })
  return ['openid,会员卡号,备注', ...lines].join('\n')
}

function show(summary: BulkSummary): void {
  row('answered', `${summary.acknowledged} now, ${summary.skipped} by earlier runs`)
  row('again', `${summary.resent} that were begun and not answered, with the numbers they had`)
  row(
    'failed',
    Object.entries(summary.failures)
      .map(([code, count]) => `${code} ${count}`)
      .join(', ') || 'none',
  )
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'member-cards-'))
  const emulator = await createEmulator()
  try {
    const input = join(folder, 'members.csv')
    writeFileSync(input, membersCsv())

    heading(`${MEMBERS} members, killed in the middle`)
    const child = fork(fileURLToPath(import.meta.url), [
      JSON.stringify({ merchant: emulator.merchant, input }),
    ])
    const ended = once(child, 'exit')
    while (emulator.requests.length < MEMBERS / 2) await new Promise((resolve) => setTimeout(resolve, 5))
    child.kill('SIGKILL')
    await ended
    row('killed', `after ${emulator.requests.length} requests`)

    heading('The same import again')
    const second = await importMembers(emulator.merchant, input)
    show(second)
    assert.equal(second.failed, 2)
    const sent = emulator.requests.map(({ body }) => JSON.parse(body) as Record<string, string>)
    assert.equal(new Set(sent.map(({ openid }) => openid)).size, MEMBERS)
    assert.equal(new Set(sent.map(({ out_request_no }) => out_request_no)).size, MEMBERS)
    row('gateway', good(`${MEMBERS} members, ${MEMBERS} numbers, ${sent.length} requests`))

    heading('The refused rows, put right')
    assert(second.failedFile)
    const repaired = join(folder, 'repaired.csv')
    writeFileSync(repaired, readFileSync(second.failedFile, 'utf8').replaceAll(/(far too long ?)+/g, ''))
    const third = await importMembers(emulator.merchant, repaired)
    show(third)
    assert.deepEqual([third.acknowledged, third.failed], [2, 0])
    heading(good(`all ${MEMBERS} members have their card`))
  } finally {
    await emulator.close()
    rmSync(folder, { recursive: true })
  }
}

const [job] = process.argv.slice(2)
if (job === undefined) await main()
else {
  const { merchant, input } = JSON.parse(job) as { merchant: EmulatorMerchant; input: string }
  await importMembers(merchant, input)
}
