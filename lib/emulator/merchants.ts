import type { IncomingMessage } from 'node:http'
import type { Context } from './context.js'
import type { Clock } from './control/clock.js'
import type { SignedNotification } from './control/deliver.js'
import type { Deliveries } from './control/deliveries.js'
import { catchUp, resume } from './domain/due.js'
import { createUsers, type Users } from './domain/users.js'
import type { Brand } from './identity/brand.js'
import { SCHEMES } from './identity/clients.js'
import { createFurtherIdentity, createIdentity, type Identity } from './identity/identity.js'
import { MCHID, type MerchantFacts } from './identity/merchant-options.js'
import type { PlatformOptions } from './identity/platform-keys.js'
import type { Random } from './identity/random.js'
import { sharedRsaKey } from './identity/rsa-keys.js'
import { createNotifications, type Notifications } from './protocols/notifications.js'
import { createProtocols, type Protocols } from './protocols/protocols.js'
import { createState, type State } from './state/state.js'
import type { StateStore } from './state/store.js'

/** A merchant and all that is its own: two merchants may use the same numbers for different things. */
export interface Merchant {
  readonly facts: MerchantFacts
  readonly state: State
  /** What takes its keys, which are made when they are first asked for: few need more than the first merchant. */
  readonly parts: () => MerchantParts
  /** Makes its keys in the thread pool, so that `parts()` has them at once. */
  readonly prepare: () => Promise<unknown>
}

/** What speaks and acts for one merchant. */
export interface MerchantParts {
  readonly context: Context
  readonly protocols: Protocols
  readonly notifications: Notifications
  readonly users: Users
}

/** The merchants of one emulator. */
export interface Merchants {
  readonly list: readonly Merchant[]
  /** The first, which is the one that is meant where none is named. */
  readonly first: MerchantParts
  /** The merchant of an mchid; the first when absent. Throws where there is none. */
  named(mchid: string | undefined): Merchant
  /** The merchant that a request says it is of; the first where it says none that is known. */
  ofRequest(incoming: IncomingMessage, path: string, body: Buffer): Promise<MerchantParts>
  /** Has everything happen whose time has come by the clock. */
  catchUp(): void
  /** The merchants that are meant: that of an mchid, or all of them when it is absent. */
  meant(mchid: string | undefined): readonly Merchant[]
  /** The one of those that has something of a number, if there is one. Throws where several have. */
  owner(number: string, kinds: readonly (keyof State)[], mchid: string | undefined): Merchant | undefined
  /** The same; the first of those that are meant where none has. */
  having(number: string, kinds: readonly (keyof State)[], mchid: string | undefined): MerchantParts
}

/** What all merchants of an emulator have in common. */
export interface MerchantsOptions {
  readonly facts: readonly MerchantFacts[]
  readonly brand: () => Brand
  readonly platform: Required<PlatformOptions>
  readonly store: StateStore
  readonly random: (purpose: string) => Random
  readonly clock: Pick<Clock, 'now' | 'signingTime' | 'later'>
  readonly url: () => string
  readonly deliveries: Deliveries
}

/** Makes the first merchant; the others are made when somebody asks for them. */
export async function createMerchants(options: MerchantsOptions): Promise<Merchants> {
  const { facts, store, random } = options
  const shared = { ids: random('ids'), nonces: random('nonces') }
  const states = facts.map(({ mchid }) => createState(store, mchid === MCHID ? '' : `${mchid}/`))
  const identityOptions = (one: MerchantFacts) => ({
    ...{ facts: one, platform: options.platform, random, now: options.clock.signingTime },
    texts: store.collection<string>(one.mchid === MCHID ? 'identity' : `identity ${one.mchid}`),
  })
  const [own = missing(), ...others] = facts
  const firstIdentity = await createIdentity(identityOptions(own))
  const partsOf = (identity: Identity, index: number): MerchantParts =>
    createParts(identity, states[index] ?? missing(), shared, options)
  const first = partsOf(firstIdentity, 0)
  const list = [
    { facts: own, state: states[0] ?? missing(), parts: () => first, prepare: async () => undefined },
    ...others.map((one, at): Merchant => {
      const index = at + 1
      const role = String(index + 1)
      const identity = (): Identity => createFurtherIdentity(identityOptions(one), firstIdentity, role)
      const parts = once(() => partsOf(identity(), index))
      const prepare = once(() => Promise.all(rolesOf(one, role).map(sharedRsaKey)))
      return { facts: one, state: states[index] ?? missing(), parts, prepare }
    }),
  ]
  // What was under way for a merchant when the emulator was closed goes on without being asked for.
  for (const { context } of busy(list)) resume(context)
  return { list, first, ...findersOf(list) }
}

/** Those of the merchants that may have something under way. */
function busy(list: readonly Merchant[]): readonly MerchantParts[] {
  return list.flatMap(({ state, parts }) => (state.refunds.size + state.transfers.size > 0 ? [parts()] : []))
}

function missing(): never {
  throw new Error('an emulator has at least one merchant')
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function createParts(
  identity: Identity,
  state: State,
  shared: Pick<Context, 'ids' | 'nonces'>,
  { brand, clock: { now, signingTime, later }, url, deliveries }: MerchantsOptions,
): MerchantParts {
  // A brand is not probed, and messages of v2 have nothing to probe by.
  const isProbed = ({ headers }: SignedNotification): boolean =>
    headers['Wechatpay-Signature-Type'] === SCHEMES.merchant.name && identity.platform.isProbe()
  const send = (eventType: string, to: string, notification: () => SignedNotification) =>
    deliveries.send(eventType, to, notification, { ...notifications, isProbed })
  const context: Context = {
    ...shared,
    ...{ identity, brand, state, now, signingTime, later, url },
    send(eventType, to, notification) {
      if (to) setImmediate(() => void send(eventType, to, notification))
    },
    announceRefund(order, refund) {
      const eventType = refund.api === 'v2' ? 'REFUND' : `REFUND.${refund.status}`
      context.send(eventType, refund.request.notify_url, () => notifications.refund(order, refund))
    },
    announce(eventType, to, resource) {
      context.send(eventType, to, () => notifications.sign(eventType, resource))
    },
  }
  const protocols = createProtocols(context)
  const notifications = createNotifications(protocols, context.ids)
  return { context, protocols, notifications, users: createUsers(context, { send }, notifications) }
}

function findersOf(list: readonly Merchant[]): Omit<Merchants, 'list' | 'first'> {
  const known = (mchid: string | undefined): Merchant | undefined =>
    list.find(({ facts }) => facts.mchid === mchid)
  function named(mchid: string | undefined): Merchant {
    const found = mchid === undefined ? list[0] : known(mchid)
    if (found) return found
    const all = list.map(({ facts }) => facts.mchid).join(', ')
    throw new Error(`there is no merchant ${mchid}; there are: ${all}`)
  }
  const meant = (mchid: string | undefined): readonly Merchant[] =>
    mchid === undefined ? list : [named(mchid)]
  function owner(
    number: string,
    kinds: readonly (keyof State)[],
    mchid: string | undefined,
  ): Merchant | undefined {
    const found = meant(mchid).filter(({ state }) => kinds.some((kind) => state[kind].has(number)))
    if (found.length < 2) return found[0]
    const all = found.map(({ facts }) => facts.mchid).join(' and ')
    throw new Error(`the merchants ${all} have ${number}; say whose is meant: { mchid }`)
  }
  return {
    named,
    catchUp() {
      for (const { context } of busy(list)) catchUp(context)
    },
    async ofRequest(incoming, path, body) {
      const found = list.length > 1 ? known(mchidOf(incoming, path, body)) : undefined
      const merchant = found ?? named(undefined)
      await merchant.prepare()
      return merchant.parts()
    },
    meant,
    owner,
    having: (number, kinds, mchid) => (owner(number, kinds, mchid) ?? named(mchid)).parts(),
  }
}

/** The keys that are made for a merchant. */
const rolesOf = ({ privateKey }: MerchantFacts, role: string): readonly string[] => [
  ...(privateKey ? [] : [`merchant ${role}`]),
  `platform public key ${role}`,
]

/** The beginning of a message of v2, which its merchant's id stands in. */
const HEAD = 16 * 1024

/** The mchid by which a request says whose it is, in its `Authorization` or, for v2, in its fields. */
function mchidOf({ headers }: IncomingMessage, path: string, body: Buffer): string | undefined {
  if (headers.authorization !== undefined) return /[\s,]mchid="(\d+)"/.exec(headers.authorization)?.[1]
  const text = `${path}\n${body.toString('latin1', 0, HEAD)}`
  // Of a combined order, the parts have an mch_id of their own.
  for (const name of ['combine_mch_id', 'mch_id', 'mchid']) {
    const found = new RegExp(`[<?&"]${name}(?:>(?:<!\\[CDATA\\[)?|=|"\\r\\n\\r\\n)(\\d+)`).exec(text)?.[1]
    if (found !== undefined) return found
  }
  return undefined
}
