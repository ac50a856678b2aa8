/** What the demonstrations at the end of the recipes have in common. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createEmulator, type Emulator, type EmulatorOptions } from '../lib/emulator/index.js'
import { type NodeReceiver, Wechatpay } from '../lib/index.js'
import type { Shop } from './shop.js'

/** Runs a demonstration on an emulator of its own and prints its result, if its file is what was started. */
export async function runDemo(
  url: string,
  demo: (emulator: Emulator) => Promise<unknown>,
  options?: EmulatorOptions,
): Promise<void> {
  if (process.argv[1] !== fileURLToPath(url)) return
  const emulator = await createEmulator(options)
  try {
    console.dir(await demo(emulator), { depth: null })
  } finally {
    await emulator.close()
  }
}

/** The shop of the emulator's merchant. */
export const shopOf = ({ merchant }: Emulator, notify_url: string = 'https://shop.example/notify'): Shop => ({
  wxpay: new Wechatpay(merchant),
  mchid: merchant.mchid,
  appid: 'wxd678efh567hg6787',
  notify_url,
})

/** Serves a receiver of notifications on this machine. */
export async function listen(
  receive: NodeReceiver,
): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer((req, res) => void receive(req, res)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/notify`, close: () => server.close().closeAllConnections() }
}

/** The file that the merchant platform gives out, made from the PEM of the emulator. */
export function p12Of(pem: string, passphrase: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'wechatpay-p12-'))
  try {
    writeFileSync(join(folder, 'pair.pem'), pem, { mode: 0o600 })
    const args = ['pkcs12', '-export', '-in', join(folder, 'pair.pem'), '-passout', `pass:${passphrase}`]
    return execFileSync('openssl', args)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
