import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

function* members(rows: number): Generator<string> {
  yield 'openid,code,备注\n'
  for (let row = 1; row <= rows; row++)
    yield `oLaqk6D4RFa-${row},${478_515_000_000 + row},"第 ${row} 位, 会员"\n`
}

it('takes a million rows without growing by more than 100 MB', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bulk-memory-'))
  try {
    const input = join(folder, 'members.csv')
    await once(Readable.from(members(1_000_000)).pipe(createWriteStream(input)), 'close')
    const program = join(import.meta.dirname, 'bulk-memory-process.ts')
    const args = ['--expose-gc', '--import', 'tsx', program, input]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const { growth, elapsed, ...rows } = JSON.parse(stdout)
    console.log(`grew by ${growth.toFixed(0)} MB, ${(elapsed / 1000).toFixed(0)} s`)
    expect(rows).toEqual({ acknowledged: 950_000, failed: 50_000 })
    expect(growth).toBeLessThan(100)
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 600_000)
