import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Reading } from '../../bench/bill-reader.js'

const DAY = '2024-01-01'
/** 200 MB. `npx tsx bench/bills.ts` does the same with 2 GB. */
const ROWS = 730_000
const MEGABYTE = 1024 * 1024

function start(file: string, args: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(`../../bench/${file}`, import.meta.url))
  return fork(path, args, { execArgv: ['--import', 'tsx', '--expose-gc'] })
}

describe('a bill of 200 MB, made while it is sent', () => {
  let gateway: ChildProcess
  let told: { merchant: object; bytes: number }
  beforeAll(async () => {
    gateway = start('bill-gateway.ts', [DAY, String(ROWS)])
    ;[told] = (await once(gateway, 'message')) as [typeof told]
  }, 60_000)
  afterAll(() => gateway.disconnect())

  it.each(['GZIP', 'plain'])(
    'needs no more memory than a small one: %s',
    async (form) => {
      expect(told.bytes).toBeGreaterThan(190 * MEGABYTE)
      const reader = start('bill-reader.ts', [DAY, form])
      reader.send(told.merchant)
      const [reading] = (await once(reader, 'message')) as [Reading]
      expect(reading.rows).toBe(ROWS)
      expect(reading.summaryRows).toBe(ROWS)
      expect(reading.rss.peak - reading.rss.before).toBeLessThan(64 * MEGABYTE)
    },
    120_000,
  )
})

describe('a program that imports the package', () => {
  it('loads nothing that only jobs, the command line, checks of bodies or the emulator need', () => {
    const watch = `import { writeSync } from 'node:fs'
      export const resolve = (name, context, next) => {
        if (/^(ajv|commander|csv-parse|uqr)/.test(name)) writeSync(1, 'asked for ' + name + '\\n')
        return next(name, context)
      }`
    const script = `
      import { register } from 'node:module'
      register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(watch)}))
      await import('./lib/index.ts')
      console.log('imported')
      await import('csv-parse/sync')`
    const cwd = fileURLToPath(new URL('../..', import.meta.url))
    const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      cwd,
    })
    expect(String(out).trim().split('\n')).toEqual(['imported', 'asked for csv-parse/sync'])
  })
})
