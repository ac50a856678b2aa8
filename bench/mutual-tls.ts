import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { emulatorFile } from './built.js'
import { startChild, stopChild } from './child.js'
import type { SecureMerchant } from './mutual-tls-contender.js'
import { atLeast, figure, type Row } from './report.js'
import { interleave, median, medianRatio } from './statistics.js'

const BAR = 5
const ROUNDS = 3
const SECONDS = 3

/** APIv2 with the merchant's client certificate, 8 in flight, against the emulator in another process. */
export async function measureMutualTls(): Promise<Row[]> {
  const child = startChild(emulatorFile, { args: ['--https'] })
  const folder = mkdtempSync(join(tmpdir(), 'wechatpay-bench-'))
  try {
    const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
    const { merchant } = JSON.parse(String(line)) as { merchant: SecureMerchant }
    const authority = join(folder, 'ca.pem')
    writeFileSync(authority, merchant.ca)
    const run = async (name: string) => {
      const file = fileURLToPath(new URL('./mutual-tls-contender.ts', import.meta.url))
      // The peer has no option for an authority of one's own.
      const env = { ...process.env, MERCHANT: JSON.stringify(merchant), NODE_EXTRA_CA_CERTS: authority }
      const args = [...process.execArgv, file, name, String(SECONDS)]
      return Number((await promisify(execFile)(process.execPath, args, { env })).stdout)
    }
    const { fluent, plugin } = await interleave(
      { fluent: () => run('fluent'), plugin: () => run('plugin') },
      ROUNDS,
    )
    return [
      {
        what: 'mutual TLS: calls/s at 8 in flight',
        measured: `${figure(median(fluent))}; peer ${figure(median(plugin))}`,
      },
      atLeast('mutual TLS: wechatpay-fluent / wechatpay-axios-plugin', medianRatio(fluent, plugin), BAR, '×'),
    ]
  } finally {
    await stopChild(child)
    rmSync(folder, { recursive: true })
  }
}
