import { setMaxListeners } from 'node:events'
import { readToken } from './control/api/access.js'
import { createClock } from './control/clock.js'
import { createDeliveries } from './control/deliveries.js'
import { createFaults } from './control/faults.js'
import { createLimits } from './control/limits.js'
import { createNotificationFaults, isNotificationScript } from './control/notification-faults.js'
import { createReceivers } from './control/receivers.js'
import { createRecorder } from './control/recorder.js'
import { createGateway } from './gateway/gateway.js'
import { listen } from './gateway/server.js'
import { createHandle, type EmulatorParts } from './handle.js'
import { createBrand } from './identity/brand.js'
import { readIdentities } from './identity/merchant-options.js'
import { readPlatform } from './identity/platform-keys.js'
import { createRandom, type Random } from './identity/random.js'
import type { Emulator, EmulatorOptions } from './interface.js'
import { createMerchants } from './merchants.js'
import { createPageLoader } from './page/load-page.js'
import { openStore, type StateStore } from './state/store.js'

/** Starts a local gateway that speaks the protocol for real: every request verified, every response signed. */
export async function createEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const store = openStore(options.storage)
  try {
    return await startEmulator(options, store)
  } catch (error) {
    // The file must not stay locked for an emulator that does not run.
    store.close()
    throw error
  }
}

async function startEmulator(options: EmulatorOptions, store: StateStore): Promise<Emulator> {
  const { port = 0, host = '127.0.0.1', https = false, keepAlive } = options
  const token = readToken(options.control?.token, store)
  const closing = new AbortController()
  // Every delivery and every open page listens to the signal.
  setMaxListeners(0, closing.signal)
  const parts = await assemble(options, store, closing.signal, () => server.url)
  const { identity, ids, now, signingTime } = parts.merchants.first.context
  const gateway = createGateway({
    ...parts,
    page: createPageLoader({ ...parts, host, token, emulator: () => emulator }, closing.signal),
    now,
    signingTime,
    requestId: () => ids.hex(32),
    closed: closing.signal,
  })
  const server = await listen(gateway, identity, { port, host, https, keepAlive })
  async function close(): Promise<void> {
    closing.abort()
    await server.close()
    store.close()
  }
  const emulator = createHandle(parts, server, { token, close })
  return emulator
}

/** Puts the parts of an emulator together. Nothing listens yet. */
async function assemble(
  options: EmulatorOptions,
  store: StateStore,
  closed: AbortSignal,
  url: () => string,
): Promise<EmulatorParts> {
  const { seed, retryScale: scale = 1 } = options
  const clock = createClock(options.clock)
  const { now, signingTime } = clock
  const random = randomStreams(seed, store)
  const chance = random('faults')
  const faults = createFaults(() => chance.fraction())
  const notificationFaults = createNotificationFaults()
  for (const script of options.faults ?? []) {
    if (isNotificationScript(script)) notificationFaults.add(script)
    else faults.add(script)
  }
  const receivers = createReceivers(options.control?.allowNotify)
  const deliveries = createDeliveries({ receivers, scale, now, closed, faults: notificationFaults })
  const { merchants: facts, brand } = readIdentities(options.merchants)
  const merchants = await createMerchants({
    ...{ facts, platform: readPlatform(options.platform), store, random, clock, url, deliveries },
    brand: createBrand({
      facts: brand,
      random: random('brand'),
      now: signingTime,
      texts: store.collection('brand'),
    }),
  })
  return {
    ...{ merchants, deliveries, faults, notificationFaults, clock },
    limits: createLimits(now),
    recorder: createRecorder(),
  }
}

/** Random numbers by purpose. A restarted emulator goes on with other numbers than those it gave out before. */
function randomStreams(seed: EmulatorOptions['seed'], store: StateStore): (purpose: string) => Random {
  const runs = store.collection<number>('runs')
  const run = (runs.get('count') ?? 0) + 1
  runs.set('count', run)
  const suffix = run === 1 ? '' : `/${run}`
  return (purpose) => createRandom(seed === undefined ? undefined : `${seed}/${purpose}${suffix}`)
}
