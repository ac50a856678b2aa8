import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'emulator-keys-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The RSA keys that are there after an emulator has started in a process of its own, with these options. */
async function keysAfter(options: string): Promise<string[]> {
  const script = `
    import { createEmulator } from './lib/emulator/index.ts'
    await (await createEmulator(${options})).close()
  `
  const args = ['--import', 'tsx', '--input-type=module', '-e', script]
  const env = { ...process.env, TMPDIR: folder, TSX_DISABLE_CACHE: '1' }
  await promisify(execFile)(process.execPath, args, { env, timeout: 60_000 })
  const [own = ''] = readdirSync(folder).filter((name) => name.startsWith('wechatpay-fluent-emulator-'))
  return readdirSync(join(folder, own)).sort()
}

describe('the first emulator of a user', () => {
  it('waits for no more keys than it needs: making one takes its time', async () => {
    const first = ['merchant.pem', 'platform-public-key.pem']
    expect(await keysAfter('{}')).toEqual(first)
    expect(await keysAfter('{ https: true }')).toEqual(first)
    expect(await keysAfter("{ platform: 'certificates' }")).toEqual([
      'merchant.pem',
      'platform-certificate-0.pem',
      'platform-public-key.pem',
    ])
  }, 120_000)
})
