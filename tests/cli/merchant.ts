import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../lib/emulator/index.js'
import { type Ran, type RunOptions, wxpay } from './run.js'

export interface Merchant {
  readonly emulator: Emulator
  /** The folder of the test file. */
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  /** Writes a file into the folder, and returns its path. */
  readonly file: (name: string, text: string | Buffer) => string
  /** Runs the command line as this emulator's merchant. */
  readonly run: (args: readonly string[], more?: RunOptions) => Promise<Ran>
}

/** Makes a merchant of an emulator for the command line; after all tests, none of its secrets may have been printed. */
export async function createMerchant(options: EmulatorOptions = {}): Promise<Merchant> {
  const emulator = await createEmulator(options)
  const folder = mkdtempSync(join(tmpdir(), 'wxpay-cli-'))
  const { mchid, serial, privateKey, certs, apiv3Key, secret, baseURL } = emulator.merchant
  const file = (name: string, text: string | Buffer): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const env = {
    WXPAY_MCHID: mchid,
    WXPAY_SERIAL: serial,
    WXPAY_PRIVATE_KEY: file('apiclient_key.pem', privateKey),
    WXPAY_CERTS: JSON.stringify(certs),
    WXPAY_APIV3_KEY: apiv3Key,
    WXPAY_SECRET: secret,
    WXPAY_BASE_URL: baseURL,
  }
  const outputs: string[] = []
  afterAll(async () => {
    await emulator.close()
    rmSync(folder, { recursive: true })
    const all = outputs.join('\n')
    for (const hidden of [apiv3Key, secret, privateKey.slice(30, 80)]) expect(all).not.toContain(hidden)
  })
  return {
    emulator,
    folder,
    env,
    file,
    async run(args, more = {}) {
      const ran = await wxpay(args, { ...more, env: { ...env, ...more.env } })
      outputs.push(ran.stdout, ran.stderr)
      return ran
    },
  }
}
