import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Installation, install } from '../../package/install.js'

const folder = mkdtempSync(join(tmpdir(), 'emulator-keys-'))
afterAll(() => rmSync(folder, { recursive: true }))
let installed: Installation
beforeAll(async () => {
  installed = await install()
}, 180_000)

/** The RSA keys that are there after an emulator has started in a process of its own, with these options. */
async function keysAfter(options: string): Promise<string[]> {
  const script = `
    import { createEmulator } from 'wechatpay-fluent/emulator'
    await (await createEmulator(${options})).close()
  `
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: installed.folder,
    env: { ...process.env, TMPDIR: folder },
    timeout: 60_000,
  })
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
