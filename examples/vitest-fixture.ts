/** An emulator and a client of it for every test that asks for them; the emulator of a file starts once. */
import { test as base, type TestAPI } from 'vitest'
import { createEmulator, type Emulator } from '../lib/emulator/index.js'
import { Wechatpay } from '../lib/index.js'

interface Fixtures {
  readonly emulator: Emulator
  readonly wxpay: Wechatpay
}

export const test: TestAPI<Fixtures> = base.extend<Fixtures>({
  emulator: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from it which fixtures this one needs
    async ({}, use) => {
      const emulator = await createEmulator({ seed: 1 })
      await use(emulator)
      await emulator.close()
    },
    { scope: 'file' },
  ],
  wxpay: async ({ emulator }, use) => {
    emulator.requests.length = 0
    emulator.recover()
    const wxpay = new Wechatpay(emulator.merchant)
    await use(wxpay)
    wxpay.close()
  },
})
