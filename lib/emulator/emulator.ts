import { setMaxListeners } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import type { Context } from './context.js'
import { deliver } from './control/deliver.js'
import { createDeliveries } from './control/deliveries.js'
import { createFaults, type FaultScript } from './control/faults.js'
import { createLimits, type RateLimit } from './control/limits.js'
import { createRecorder } from './control/recorder.js'
import { makeUpBill } from './domain/bills/made-up-bill.js'
import { createEndpoints } from './domain/endpoints.js'
import { createPhone } from './domain/users.js'
import { createGateway } from './gateway/gateway.js'
import { listen } from './gateway/server.js'
import { createBrand } from './identity/brand.js'
import { brandOf, type Client, merchantOf } from './identity/clients.js'
import { createIdentity, type PlatformKey } from './identity/identity.js'
import { createRandom } from './identity/random.js'
import type { Emulator, EmulatorOptions, SignerOptions } from './interface.js'
import { isForPage } from './page/is-for-page.js'
import type { PageHandler } from './page/page.js'
import { completed, sampleResource } from './protocols/notification-sample.js'
import {
  type MessageChoice,
  recipientOf,
  type SignedNotification,
  signAgain,
  signNotification,
} from './protocols/notifications.js'
import { createState } from './state/state.js'
import { openStore, type Store } from './state/store.js'

/** Starts a local gateway that speaks the protocol for real: every request verified, every answer signed. */
export async function createEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 0, host = '127.0.0.1', https = false, clock = () => Date.now(), retryScale = 1 } = options
  const { seed, storage } = options
  const store = await openStore(storage)
  const run = nextRun(store)
  // A restarted emulator goes on with other numbers than those it gave out before.
  const stream = (name: string) => createRandom(seed === undefined ? undefined : `${seed}/${name}${run}`)
  const identity = await createIdentity(stream('identity'), clock, store.collection('identity'))
  const brand = createBrand(stream('brand'), clock, store.collection('brand'))
  const nonces = stream('nonces')
  const ids = stream('ids')
  const chance = stream('faults')
  const faults = createFaults(() => chance.fraction())
  const limits = createLimits(clock)
  for (const script of options.faults ?? []) faults.add(script)
  const recorder = createRecorder()
  const closing = new AbortController()
  setMaxListeners(0, closing.signal)
  const state = createState(store)

  /** Whose key is named, and that key: what it signs is encrypted for the same client. */
  function signerOf(serial: string, listed: readonly PlatformKey[]): Signer {
    const found = [identity.publicKey, ...listed].find(({ id }) => id === serial)
    if (found) return { client: merchantOf(context), signer: found }
    if (serial === brand().publicKey.id) return { client: brandOf(context) }
    throw new Error(
      `no platform key has the id ${serial}; see merchant.certs, brand.certs and certificates()`,
    )
  }
  function send(eventType: string, url: string | undefined, notification: () => SignedNotification): void {
    if (url) setImmediate(() => void deliveries.send(eventType, url, notification))
  }

  const context: Context = {
    identity,
    brand,
    state,
    ids,
    nonces,
    now: clock,
    url: () => server.url,
    announce: (eventType, url, resource) => send(eventType, url, () => sign(eventType, resource)),
    send,
  }
  const sign = (eventType: string, resource: object): SignedNotification =>
    signNotification(eventType, resource, context, { client: recipientOf(eventType, context) })
  /** What is given of a resource is completed by a sample. */
  function signCompleted(
    eventType: string,
    resource: object = {},
    { signer, ...choice }: MessageChoice & { readonly signer?: Signer | undefined } = {},
  ): SignedNotification {
    const whole = completed(sampleResource(eventType, context, choice), resource)
    const { client, signer: key } = signer ?? { client: recipientOf(eventType, context, choice) }
    return signNotification(eventType, whole, context, { ...choice, client, signer: key })
  }
  const again = (notification: SignedNotification) => signAgain(notification, context)
  const deliveries = createDeliveries(retryScale, clock, again, closing.signal)
  const phone = createPhone(context, deliveries, sign)
  const router = createEndpoints(context)
  let loadedPage: Promise<PageHandler> | undefined
  const parts = {
    ...{ context, router, faults, limits, recorder },
    page,
    closed: closing.signal,
  }
  /** The page is loaded with the first request for it. */
  function page(request: IncomingMessage, response: ServerResponse): boolean {
    if (!isForPage(request)) return false
    loadedPage ??= import('./page/page.js').then(({ createPage }) => {
      const shown = { context, recorder, faults, limits, deliveries, host, emulator: () => emulator }
      return createPage(shown, closing.signal)
    })
    loadedPage
      .then((show) => show(request, response))
      .catch((error: unknown) => {
        if (response.headersSent) response.destroy()
        else response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' }).end(String(error))
      })
    return true
  }
  const server = await listen(createGateway(parts), identity, { port, host, https }).catch(
    (error: unknown) => {
      store.close()
      throw error
    },
  )

  const tls = server.ca === undefined ? {} : { ca: server.ca, merchant: await identity.clientCertificate() }

  async function close(): Promise<void> {
    closing.abort()
    await server.close()
    store.close()
  }
  const emulator: Emulator & Record<PropertyKey, unknown> = {
    get url() {
      return server.url
    },
    get merchant() {
      const { certs, ...merchant } = identity.merchant
      return { ...merchant, certs: { ...certs }, ...structuredClone(tls), baseURL: server.url }
    },
    get brand() {
      const { certs, ...options } = brand().options
      const authority = server.ca === undefined ? {} : { ca: server.ca }
      return { ...options, certs: { ...certs }, ...authority, baseURL: server.url }
    },
    get requests() {
      return recorder.requests
    },
    get ca() {
      return server.ca
    },
    async certificates() {
      return Object.fromEntries((await identity.certificates()).map(({ id, pem }) => [id, pem]))
    },
    get deliveries() {
      return deliveries.list
    },
    ...phone,
    async notify(
      eventType: string,
      { url, resource, serial, ...choice }: SignerOptions & { url: string; resource?: object },
    ) {
      const signer = serial === undefined ? undefined : signerOf(serial, await identity.certificates())
      return deliver(url, signCompleted(eventType, resource, { ...choice, signer }), closing.signal)
    },
    signNotification(eventType: string, resource?: object, { serial, ...choice }: SignerOptions = {}) {
      const signer = serial === undefined ? undefined : signerOf(serial, identity.listed())
      return signCompleted(eventType, resource, { ...choice, signer })
    },
    async rotate() {
      return (await identity.rotate()).id
    },
    retire: () => identity.retire(),
    async fillBill(date: string, rows: number) {
      const bill = await makeUpBill(date, rows)
      state.bills.set(date, bill)
      return bill.bytes
    },
    fail: (script: FaultScript) => faults.add(script),
    limit: (limit: RateLimit) => limits.add(limit),
    recover() {
      faults.clear()
      limits.clear()
    },
    close,
    [Symbol.asyncDispose]: close,
    toJSON: () => ({ url: server.url }),
    [inspect.custom]: () => `Emulator <${server.url}>`,
  }
  return Object.freeze(emulator)
}

/** Who is notified, and by which key; by the client's WeChat Pay public key when absent. */
interface Signer {
  readonly client: Client
  readonly signer?: PlatformKey
}

/** Empty for the first run; the second is 2. */
function nextRun(store: Store): string {
  const runs = store.collection<number>('runs')
  const run = (runs.get('count') ?? 0) + 1
  runs.set('count', run)
  return run === 1 ? '' : `/${run}`
}
