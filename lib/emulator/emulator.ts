import { setMaxListeners } from 'node:events'
import { inspect } from 'node:util'
import type { EventType } from '../../types/notifications.js'
import { makeUpBill } from './bill-made-up.js'
import { addBills } from './bills.js'
import { addCertificates } from './certificates.js'
import type { Context } from './context.js'
import { deliver, isLoopback, type Receipt } from './delivery.js'
import { createFaults, type FaultHandle, type FaultScript } from './faults.js'
import { createGateway } from './gateway.js'
import { createIdentity, type EmulatorMerchant, type PlatformKey } from './identity.js'
import { addMemberCards } from './member-cards.js'
import { sampleResource } from './notification-sample.js'
import { type ResourceOf, type SignedNotification, signNotification } from './notifications.js'
import { addOrders, payOrder, type TradeState, transactionOf } from './orders.js'
import { createRandom } from './random.js'
import { createRecorder, type RecordedRequest } from './recorder.js'
import { addRefunds } from './refunds.js'
import { createRouter } from './router.js'
import { requestSchemasOf } from './schemas.js'
import { listen } from './server.js'
import { createState } from './state.js'
import { paymentNotification } from './v2-notifications.js'

/** Options of {@link createEmulator}; all of them may be left out. */
export interface EmulatorOptions {
  /** A free one when absent or 0. */
  readonly port?: number
  /** `127.0.0.1` when absent: nobody outside of this machine can reach it. */
  readonly host?: string
  /** Serve HTTPS with a certificate of the emulator's own authority, {@link Emulator.ca}. */
  readonly https?: boolean
  /** Makes ids, numbers, nonces and secrets the same in every run. Keys are always new. */
  readonly seed?: string | number
  /** Reserved: a file that keeps the state over restarts. Not supported yet. */
  readonly storage?: string
  /** Now, in milliseconds since 1970; `Date.now` when absent. */
  readonly clock?: () => number
  /** Failures in force from the start. */
  readonly faults?: readonly FaultScript[]
}

/** Who signs a notification. */
export interface SignerOptions {
  /** A public key id or a certificate's serial number; the public key when absent. */
  readonly serial?: string
  /** For an event type that both API versions have, such as `TRANSACTION.SUCCESS`; v3 when absent. */
  readonly api?: 'v2' | 'v3'
}

/** What `pay()` did. */
export interface Payment {
  readonly transaction_id: string
  readonly trade_state: TradeState
  /** What the receiver of `TRANSACTION.SUCCESS` answered; absent when `notify_url` is not on this machine or failed. */
  readonly notified?: Receipt
}

/** A local WeChat Pay. */
export interface Emulator {
  /** Where it listens, without a trailing slash. */
  readonly url: string
  /** Options for `new Wechatpay(...)`, secrets included: they are worth nothing elsewhere. A new copy every time. */
  readonly merchant: EmulatorMerchant
  /** What arrived, newest last; the newest 10,000 are kept. Set its `length` to 0 to start afresh. */
  readonly requests: RecordedRequest[]
  /** PEM of the authority to trust; `undefined` unless `https`. */
  readonly ca: string | undefined
  /** The listed platform certificates, serial number → PEM, in the shape of `certs`; the last one is current. */
  certificates(): Promise<Record<string, string>>
  /** Pays an order as its user would, and notifies its `notify_url` if that is on this machine. */
  pay(out_trade_no: string): Promise<Payment>
  /**
   * Sends a genuine notification; `resource` is encrypted, and made up by the catalogue when absent. Rejects when the
   * receiver cannot be reached.
   */
  notify<Event extends EventType | (string & {})>(
    event_type: Event,
    options: SignerOptions & { readonly url: string; readonly resource?: ResourceOf<Event> },
  ): Promise<Receipt>
  /**
   * Builds a genuine notification without sending it: any documented event of v3 or v2, or one of your own. Required
   * fields of an unencrypted message of v2 that `resource` leaves out are made up.
   */
  signNotification<Event extends EventType | (string & {})>(
    event_type: Event,
    resource: ResourceOf<Event>,
    options?: SignerOptions,
  ): SignedNotification
  /** Issues a new platform certificate and signs with it from now on; the older ones stay listed. */
  rotate(): Promise<string>
  /** Drops all platform certificates but the current one, as the platform does some time after a rotation. */
  retire(): Promise<void>
  /**
   * Makes up the trade bill of a day, such as `2024-01-01`, with so many rows: always the same ones, written while they
   * are sent. Resolves to its size, unzipped.
   */
  fillBill(bill_date: string, rows: number): Promise<number>
  /** Scripts a failure. Of several that concern a request, the newest one counts. */
  fail(script: FaultScript): FaultHandle
  /** Ends all scripted failures. */
  recover(): void
  /** Frees the port and cuts every connection at once. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts a local gateway that speaks the protocol for real: every request verified, every answer signed. */
export async function createEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 0, host = '127.0.0.1', https = false, seed, storage, clock = () => Date.now() } = options
  if (storage !== undefined) throw new Error('createEmulator(): storage is not supported yet; leave it out')
  const stream = (name: string) => createRandom(seed === undefined ? undefined : `${seed}/${name}`)
  const identity = await createIdentity(stream('identity'), clock)
  const nonces = stream('nonces')
  const ids = stream('ids')
  const faults = createFaults()
  for (const script of options.faults ?? []) faults.add(script)
  const recorder = createRecorder()
  const closing = new AbortController()
  setMaxListeners(0, closing.signal)
  const state = createState()

  function signerOf(serial: string | undefined, listed: readonly PlatformKey[]): PlatformKey {
    if (serial === undefined || serial === identity.publicKey.id) return identity.publicKey
    const found = listed.find(({ id }) => id === serial)
    if (!found) throw new Error(`no platform key has the id ${serial}; see merchant.certs and certificates()`)
    return found
  }
  /** Notifies a receiver on this machine; `undefined` when there is none. */
  async function tell(url: string, notification: () => SignedNotification): Promise<Receipt | undefined> {
    if (!isLoopback(url) || closing.signal.aborted) return undefined
    return deliver(url, notification(), closing.signal).catch(() => undefined)
  }
  function send(url: string | undefined, notification: () => SignedNotification): void {
    if (url) setImmediate(() => void tell(url, notification))
  }

  const context: Context = {
    identity,
    state,
    ids,
    nonces,
    now: clock,
    url: () => server.url,
    announce: (eventType, url, resource) => send(url, () => sign(eventType, resource)),
    send,
  }
  function sign(
    eventType: string,
    resource: object,
    { signer = identity.publicKey, api }: { signer?: PlatformKey; api?: 'v2' | 'v3' | undefined } = {},
  ): SignedNotification {
    return signNotification(eventType, resource, context, { signer, api })
  }
  const router = createRouter()
  for (const add of [addCertificates, addMemberCards, addOrders, addRefunds, addBills]) add(router, context)
  const parts = { context, router, schemas: requestSchemasOf, faults, recorder, closed: closing.signal }
  const server = await listen(createGateway(parts), identity, { port, host, https })

  const tls = server.ca === undefined ? {} : { ca: server.ca, merchant: await identity.clientCertificate() }

  async function close(): Promise<void> {
    closing.abort()
    await server.close()
  }
  const emulator = {
    get url() {
      return server.url
    },
    get merchant() {
      const { certs, ...merchant } = identity.merchant
      return { ...merchant, certs: { ...certs }, ...structuredClone(tls), baseURL: server.url }
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
    async pay(outTradeNo: string) {
      const order = payOrder(context, outTradeNo)
      const notified = await tell(order.request.notify_url, () =>
        order.api === 'v2'
          ? paymentNotification(context, order)
          : sign('TRANSACTION.SUCCESS', transactionOf(order)),
      )
      const { transactionId: transaction_id = '', state: trade_state } = order
      return { transaction_id, trade_state, ...(notified && { notified }) }
    },
    async notify(
      eventType: string,
      { url, resource, serial, api }: SignerOptions & { url: string; resource?: object },
    ) {
      const listed = serial === undefined ? [] : await identity.certificates()
      const content = resource ?? sampleResource(eventType, context, api)
      return deliver(url, sign(eventType, content, { signer: signerOf(serial, listed), api }), closing.signal)
    },
    signNotification(eventType: string, resource: object, { serial, api }: SignerOptions = {}) {
      return sign(eventType, resource, { signer: signerOf(serial, identity.listed()), api })
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
    recover: () => faults.clear(),
    close,
    [Symbol.asyncDispose]: close,
    toJSON: () => ({ url: server.url }),
    [inspect.custom]: () => `Emulator <${server.url}>`,
  } satisfies Emulator & Record<PropertyKey, unknown>
  return Object.freeze(emulator)
}
