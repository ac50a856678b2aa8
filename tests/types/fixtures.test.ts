import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('holds every claim of the fixtures in this folder', () => {
  const tsc = join(import.meta.dirname, '..', '..', 'node_modules', 'typescript', 'bin', 'tsc')
  const { stdout, status } = spawnSync(
    process.execPath,
    [tsc, '-p', import.meta.dirname, '--pretty', 'false'],
    {
      encoding: 'utf8',
    },
  )
  expect(stdout).toBe('')
  expect(status).toBe(0)
}, 60_000)
