import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openStore } from '../../../lib/emulator/state/store.js'

const folder = mkdtempSync(join(tmpdir(), 'store-file-'))
afterAll(() => rmSync(folder, { recursive: true }))

it.each(['', '-1', 'none'])('takes over a lock that says %j, and so names no process', (owner) => {
  const file = join(folder, 'state.jsonl')
  writeFileSync(`${file}.lock`, owner)
  const store = openStore(file)
  store.collection('runs').set('count', 1)
  expect(store.collection('runs').size).toBe(1)
  store.close()
})
