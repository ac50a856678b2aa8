import { afterAll, beforeAll, beforeEach } from 'vitest'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../lib/emulator/index.js'
import { type BrandOptions, type MerchantOptions, Wechatpay } from '../../lib/index.js'

export interface Rig {
  readonly emulator: Emulator
  readonly wxpay: Wechatpay
  /** A further client of the same gateway, closed with the rest. */
  readonly client: (options?: Partial<MerchantOptions>) => Wechatpay
  /** A client of the gateway's brand, closed with the rest. */
  readonly brand: (options?: Partial<BrandOptions>) => Wechatpay
  /** The client that may call an endpoint: the merchant's or the brand's, always the same. */
  readonly clientFor: (template: string) => Wechatpay
}

/** How many timers would keep this process alive; those that earlier test files left behind may end meanwhile. */
export function runningTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

/** A gateway and a client of it, for the tests of one file. */
export function startRig(options?: EmulatorOptions): Rig {
  const clients: Wechatpay[] = []
  let emulator: Emulator | undefined
  const started = (): Emulator => {
    if (emulator) return emulator
    throw new Error('the emulator runs only while tests do')
  }
  const client = (more?: Partial<MerchantOptions>): Wechatpay => {
    const made = new Wechatpay({ ...started().merchant, ...more })
    clients.push(made)
    return made
  }
  const brand = (more?: Partial<BrandOptions>): Wechatpay => {
    const made = new Wechatpay({ ...started().brand, ...more })
    clients.push(made)
    return made
  }
  let brandClient: Wechatpay | undefined
  const clientFor = (template: string): Wechatpay => {
    if (!template.startsWith('brand/')) return clients[0] as Wechatpay
    brandClient ??= brand()
    return brandClient
  }
  beforeAll(async () => {
    emulator = await createEmulator(options)
    client()
  })
  beforeEach(() => {
    started().requests.length = 0
    started().recover()
  })
  afterAll(async () => {
    for (const made of clients) made.close()
    await emulator?.close()
  })
  return {
    get emulator() {
      return started()
    },
    get wxpay() {
      return clients[0] as Wechatpay
    },
    client,
    brand,
    clientFor,
  }
}
