import { setMaxListeners } from 'node:events'
import { inspect } from 'node:util'
import type { Context } from './context.js'
import { readToken } from './control/api/access.js'
import { type Clock, createClock } from './control/clock.js'
import type { SignedNotification } from './control/deliver.js'
import { createDeliveries, type Deliveries } from './control/deliveries.js'
import { createFaults, type FaultScript, type Faults } from './control/faults.js'
import { createLimits, type Limits, type RateLimit } from './control/limits.js'
import { createReceivers } from './control/receivers.js'
import { createRecorder, type Recorder } from './control/recorder.js'
import { makeUpBill } from './domain/bills/made-up-bill.js'
import { createUsers, type Users } from './domain/users.js'
import { createGateway } from './gateway/gateway.js'
import { type Listening, listen } from './gateway/server.js'
import { createBrand } from './identity/brand.js'
import { createIdentity, type EmulatorMerchant } from './identity/identity.js'
import { readPlatform } from './identity/platform-keys.js'
import { createRandom, type Random } from './identity/random.js'
import type { Emulator, EmulatorOptions, SignerOptions } from './interface.js'
import { createPageLoader } from './page/load-page.js'
import { createNotifications, type Notifications } from './protocols/notifications.js'
import { createProtocols, type Protocols } from './protocols/protocols.js'
import { clearState, createState } from './state/state.js'
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
  const { port = 0, host = '127.0.0.1', https = false } = options
  const token = readToken(options.control?.token, store)
  const closing = new AbortController()
  // Every delivery and every open page listens to the signal.
  setMaxListeners(0, closing.signal)
  const parts = await assemble(options, store, closing.signal, () => server.url)
  const { identity, ids, now } = parts.context
  const gateway = createGateway({
    ...parts,
    page: createPageLoader({ ...parts, host, token, emulator: () => emulator }, closing.signal),
    now,
    requestId: () => ids.hex(32),
    closed: closing.signal,
  })
  const server = await listen(gateway, identity, { port, host, https })
  const tls = server.ca === undefined ? {} : { ca: server.ca, merchant: await identity.clientCertificate() }
  async function close(): Promise<void> {
    closing.abort()
    await server.close()
    store.close()
  }
  const emulator = createHandle(parts, server, { tls, token }, { ...controlsOf(parts), close })
  return emulator
}

/** The parts of an emulator behind its gateway. */
interface EmulatorParts {
  readonly context: Context
  readonly protocols: Protocols
  readonly notifications: Notifications
  readonly deliveries: Deliveries
  readonly users: Users
  readonly faults: Faults
  readonly limits: Limits
  readonly recorder: Recorder
  readonly clock: Clock
}

/** The longest time that a timer of Node takes. */
const MAX_TIMEOUT = 2 ** 31 - 1

/** Puts the parts of an emulator together. Nothing listens yet. */
async function assemble(
  options: EmulatorOptions,
  store: StateStore,
  closed: AbortSignal,
  url: () => string,
): Promise<EmulatorParts> {
  const { seed, retryScale: scale = 1 } = options
  const clock = createClock(options.clock ?? (() => Date.now()))
  const { now } = clock
  const random = randomStreams(seed, store)
  function send(eventType: string, to: string | undefined, notification: () => SignedNotification): void {
    if (to) setImmediate(() => void deliveries.send(eventType, to, notification))
  }
  const chance = random('faults')
  const faults = createFaults(() => chance.fraction())
  for (const script of options.faults ?? []) faults.add(script)
  const context: Context = {
    identity: await createIdentity({
      ...{ platform: readPlatform(options.platform), random, now },
      texts: store.collection('identity'),
    }),
    brand: createBrand(random('brand'), now, store.collection('brand')),
    state: createState(store),
    ids: random('ids'),
    nonces: random('nonces'),
    ...{ now, url, send },
    announceRefund(order, refund) {
      const eventType = refund.api === 'v2' ? 'REFUND' : `REFUND.${refund.status}`
      send(eventType, refund.request.notify_url, () => notifications.refund(order, refund))
    },
    // A timer may be a moment early by the clock.
    later: (milliseconds, work) => void setTimeout(work, Math.min(milliseconds + 10, MAX_TIMEOUT)).unref(),
    announce: (eventType, to, resource) => send(eventType, to, () => notifications.sign(eventType, resource)),
  }
  const protocols = createProtocols(context)
  const notifications = createNotifications(protocols, context.ids)
  const receivers = createReceivers(options.control?.allowNotify)
  const { signAgain } = notifications
  const deliveries = createDeliveries({ receivers, scale, now, signAgain, closed })
  const users = createUsers(context, deliveries, notifications)
  return {
    ...{ context, protocols, notifications, deliveries, users, faults, clock },
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

type Controls = Pick<
  Emulator,
  | 'certificates'
  | 'notify'
  | 'signNotification'
  | 'rotate'
  | 'retire'
  | 'fillBill'
  | 'fail'
  | 'limit'
  | 'recover'
  | 'clock'
  | 'reset'
>

/** The methods by which tests have the platform do something. */
function controlsOf(parts: EmulatorParts): Controls {
  const { context, notifications, deliveries, faults, limits, recorder, clock } = parts
  const { identity, state } = context
  function recover(id?: string): void {
    faults.clear(id)
    limits.clear(id)
  }
  return {
    async certificates() {
      return Object.fromEntries(identity.listed().map(({ id, pem }) => [id, pem]))
    },
    async notify(
      eventType: string,
      { url, resource, ...options }: SignerOptions & { url: string; resource?: object },
    ) {
      return deliveries.sendOnce(eventType, url, () =>
        notifications.signCompleted(eventType, resource, options),
      )
    },
    signNotification: (eventType: string, resource?: object, options: SignerOptions = {}) =>
      notifications.signCompleted(eventType, resource, options),
    async rotate() {
      return (await identity.rotate()).id
    },
    async retire() {
      identity.retire()
    },
    async fillBill(date: string, rows: number) {
      const bill = await makeUpBill(date, rows)
      state.bills.set(date, bill)
      return bill.bytes
    },
    fail: (script: FaultScript) => faults.add(script),
    limit: (limit: RateLimit) => limits.add(limit),
    recover,
    clock: (change = {}) => clock.change(change),
    reset() {
      clearState(state)
      recorder.requests.length = 0
      deliveries.clear()
      recover()
      clock.reset()
    },
  }
}

/** The options by which a client finds the emulator. It asks other machines without TLS only if it is told to. */
function accessPoint(url: string): { baseURL: string; insecureHosts?: string[] } {
  const { protocol, hostname } = new URL(url)
  const isLocal = protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
  return { baseURL: url, ...(!isLocal && { insecureHosts: [hostname] }) }
}

/** The object that users of an emulator have in hand. */
function createHandle(
  { context: { identity, brand }, recorder, deliveries, users }: EmulatorParts,
  server: Listening,
  { tls, token }: { readonly tls: Pick<EmulatorMerchant, 'ca' | 'merchant'>; readonly token: string },
  controls: Controls & Pick<Emulator, 'close'>,
): Emulator {
  const handle: Emulator & Record<PropertyKey, unknown> = {
    get url() {
      return server.url
    },
    get merchant() {
      return {
        ...identity.merchant,
        certs: identity.certs(),
        ...structuredClone(tls),
        ...accessPoint(server.url),
      }
    },
    get brand() {
      const { certs, ...options } = brand().options
      const authority = server.ca === undefined ? {} : { ca: server.ca }
      return { ...options, certs: { ...certs }, ...authority, ...accessPoint(server.url) }
    },
    get requests() {
      return recorder.requests
    },
    get ca() {
      return server.ca
    },
    get deliveries() {
      return deliveries.list
    },
    get control() {
      return { url: `${server.url}/_emulator`, token }
    },
    ...users,
    ...controls,
    [Symbol.asyncDispose]: controls.close,
    toJSON: () => ({ url: server.url }),
    [inspect.custom]: () => `Emulator <${server.url}>`,
  }
  return Object.freeze(handle)
}
