/**
 * Runs an emulator as a process of its own: `node serve.js [--port N] [--host H] [--seed S] [--https]`.
 * Prints one line of JSON, `{ url, merchant, certificates, ca }`, once it listens; ends on SIGINT, SIGTERM or when
 * the parent that forked it goes away.
 */
import { parseArgs } from 'node:util'
import { createEmulator } from './emulator.js'
import type { PlatformMode } from './identity/platform-keys.js'

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      seed: { type: 'string' },
      https: { type: 'boolean', default: false },
      platform: { type: 'string', default: 'switching' },
    },
  })
  const { host, https, seed } = values
  const emulator = await createEmulator({
    port: Number(values.port),
    host,
    https,
    platform: { mode: values.platform as PlatformMode, probes: 0 },
    ...(seed !== undefined && { seed }),
  })
  const { url, merchant, ca } = emulator
  const certificates = await emulator.certificates()
  process.stdout.write(`${JSON.stringify({ url, merchant, certificates, ca })}\n`)
  const stop = (): void => void emulator.close()
  for (const event of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(event, stop)
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
