/**
 * Imports a million members' cards, or as many as the argument says: `npx tsx examples/million-members.ts 1000000`. Stop
 * it as you like and start it again: nobody is imported twice.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BulkSummary, memberCardJob, runBulk } from '../lib/bulk/index.js'
import type { Emulator } from '../lib/emulator/index.js'
import type { Wechatpay } from '../lib/index.js'
import { runDemo, shopOf } from './demo.js'

// #region rows
/** A member as the old system knows it. */
export interface Member {
  readonly openid: string
  readonly code: string
}

/** The members in an order that is the same in each run; from a database, by pages: `WHERE id > ? ORDER BY id`. */
export async function* membersOf(count: number): AsyncGenerator<Readonly<Record<string, string>>> {
  for (let at = 0; at < count; at++) {
    const member: Member = { openid: `oLaqk6D4RFa-${at}`, code: String(478_515_832_665 + at) }
    // A number of your own, made from the row alone: a repeat is recognised as one.
    yield { ...member, out_request_no: `import-2026-${member.code}` }
  }
}
// #endregion rows

// #region import
/** Imports them, 500 a second at most. What was begun and not answered by an earlier run is sent with its number again. */
export async function importMembers(wxpay: Wechatpay, count: number, folder: string): Promise<BulkSummary> {
  return runBulk({
    client: wxpay,
    input: membersOf(count),
    ...memberCardJob({ cardId: 'pbLatjvWOibDc5-TBnbUk1pD12o0' }),
    journal: join(folder, 'members.journal'), // keep it: it knows what was done
    failed: join(folder, 'members.failed.csv'),
    validate: true,
    concurrency: 32,
    rate: 500,
    onProgress: ({ done, total }) => process.stderr.isTTY && process.stderr.write(`\r${done} of ${total}`),
  })
}
// #endregion import

export async function demo(emulator: Emulator, count = 200) {
  const { wxpay } = shopOf(emulator)
  const folder = await mkdtemp(join(tmpdir(), 'million-members-'))
  try {
    const first = await importMembers(wxpay, count, folder)
    const again = await importMembers(wxpay, count, folder)
    return {
      first: { acknowledged: first.acknowledged, failures: first.failures },
      again: { acknowledged: again.acknowledged, skipped: again.skipped },
      members: emulator.members().length,
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}
await runDemo(import.meta.url, (emulator) => demo(emulator, Number(process.argv[2] ?? 200)))
