import { expect } from 'vitest'
import type { Emulator } from '../../lib/emulator/index.js'

/** Waits until as many requests have arrived at the gateway since the test began. */
export async function untilArrived({ requests }: Emulator, count = 1): Promise<void> {
  await expect.poll(() => requests.length).toBeGreaterThanOrEqual(count)
}
