import { inspect } from 'node:util'
import type { Clock } from './control/clock.js'
import type { Deliveries } from './control/deliveries.js'
import type { FaultScript, Faults } from './control/faults.js'
import type { Limits, RateLimit } from './control/limits.js'
import {
  isNotificationScript,
  type NotificationFaults,
  type NotificationScript,
} from './control/notification-faults.js'
import type { Recorder } from './control/recorder.js'
import { makeUpBill } from './domain/bills/made-up-bill.js'
import { ANY } from './domain/planned-outcome.js'
import { planRefund } from './domain/refund-states.js'
import { planTransfer } from './domain/transfer-states.js'
import type { Listening } from './gateway/server.js'
import type { EmulatorMerchant, Identity } from './identity/identity.js'
import type { Emulator, SignerOptions } from './interface.js'
import type { Merchant, Merchants } from './merchants.js'
import { clearState } from './state/state.js'

/** The parts of an emulator behind its gateway. */
export interface EmulatorParts {
  readonly merchants: Merchants
  readonly deliveries: Deliveries
  readonly faults: Faults
  readonly notificationFaults: NotificationFaults
  readonly limits: Limits
  readonly recorder: Recorder
  readonly clock: Clock
}

/** The object that users of an emulator have in hand. */
export function createHandle(
  parts: EmulatorParts,
  server: Listening,
  { token, close }: { readonly token: string; readonly close: () => Promise<void> },
): Emulator {
  const { merchants, recorder, deliveries } = parts
  const { brand } = merchants.first.context
  const handle: Emulator & Record<PropertyKey, unknown> = {
    get url() {
      return server.url
    },
    get merchant() {
      return clientOptions(merchants.first.context.identity, server)
    },
    get merchants() {
      return merchants.list.map(({ parts }) => clientOptions(parts().context.identity, server))
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
    ...usersOf(merchants),
    ...platformOf(parts),
    ...failuresOf(parts),
    close,
    [Symbol.asyncDispose]: close,
    toJSON: () => ({ url: server.url }),
    [inspect.custom]: () => `Emulator <${server.url}>`,
  }
  return Object.freeze(handle)
}

/** The options of a merchant's client. */
function clientOptions(identity: Identity, { ca, url }: Listening): EmulatorMerchant {
  const tls = ca === undefined ? {} : { ca, merchant: { ...identity.clientCertificate() } }
  return { ...identity.merchant, certs: identity.certs(), ...tls, ...accessPoint(url) }
}

/** The options by which a client finds the emulator. It asks other machines without TLS only if it is told to. */
function accessPoint(url: string): { baseURL: string; insecureHosts?: string[] } {
  const { protocol, hostname } = new URL(url)
  const isLocal = protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
  return { baseURL: url, ...(!isLocal && { insecureHosts: [hostname] }) }
}

/** What users do on their phones, with the merchant that a number belongs to. */
function usersOf(
  merchants: Merchants,
): Pick<Emulator, 'pay' | 'confirm' | 'refund' | 'transfer' | 'complain' | 'members'> {
  /** The merchant that has it already: what is still to come may be of any. */
  const ownerOf = (number: string, kind: 'refunds' | 'transfers', mchid?: string): Merchant | undefined =>
    number === ANY ? undefined : merchants.owner(number, [kind], mchid)
  return {
    async pay(number, { mchid, ...outcome } = {}) {
      const { users } = merchants.having(number, ['orders', 'combined', 'serviceOrders'], mchid)
      return users.pay(number, outcome)
    },
    confirm(number, { mchid, ...how } = {}) {
      merchants.having(number, ['transfers', 'serviceOrders'], mchid).users.confirm(number, how)
    },
    refund(number, status, { mchid, ...when } = {}) {
      const outcome = { ...when, status }
      const owner = ownerOf(number, 'refunds', mchid)
      if (owner) owner.parts().users.refund(number, outcome)
      else for (const { state } of merchants.meant(mchid)) planRefund(state, number, outcome)
    },
    transfer(number, status, { mchid, ...how } = {}) {
      const outcome = { ...how, status }
      const owner = ownerOf(number, 'transfers', mchid)
      if (owner) owner.parts().users.transfer(number, outcome)
      else for (const { state } of merchants.meant(mchid)) planTransfer(state, number, outcome)
    },
    complain({ mchid, ...complaint }) {
      return merchants.having(complaint.out_trade_no, ['orders'], mchid).users.complain(complaint)
    },
    members: () =>
      merchants.list.flatMap(({ state, parts }) => (state.imports.size > 0 ? parts().users.members() : [])),
  }
}

/** What the platform does by itself, sooner or later. */
function platformOf({
  merchants,
  deliveries,
}: EmulatorParts): Pick<
  Emulator,
  'certificates' | 'notify' | 'resend' | 'signNotification' | 'rotate' | 'retire' | 'fillBill'
> {
  const { certificates } = merchants.first.context.identity
  const notificationsOf = (mchid: string | undefined) => merchants.named(mchid).parts().notifications
  return {
    async certificates() {
      return Object.fromEntries(certificates.listed().map(({ id, pem }) => [id, pem]))
    },
    async notify(
      eventType: string,
      { url, resource, mchid, ...options }: SignerOptions & { url: string; resource?: object },
    ) {
      const { signCompleted } = notificationsOf(mchid)
      return deliveries.sendOnce(eventType, url, () => signCompleted(eventType, resource, options))
    },
    resend: (id) => deliveries.resend(id),
    signNotification(eventType: string, resource?: object, { mchid, ...options }: SignerOptions = {}) {
      return notificationsOf(mchid).signCompleted(eventType, resource, options)
    },
    async rotate() {
      return (await certificates.rotate()).id
    },
    async retire() {
      certificates.retire()
    },
    async fillBill(date, rows, { mchid } = {}) {
      const bill = await makeUpBill(date, rows)
      merchants.named(mchid).state.bills.set(date, bill)
      return bill.bytes
    },
  }
}

/** What tests want of an emulator beyond what WeChat Pay does. */
function failuresOf({
  merchants,
  deliveries,
  faults,
  notificationFaults,
  limits,
  recorder,
  clock,
}: EmulatorParts): Pick<Emulator, 'fail' | 'limit' | 'recover' | 'clock' | 'reset'> {
  function recover(id?: string): void {
    faults.clear(id)
    notificationFaults.clear(id)
    limits.clear(id)
    if (id === undefined) deliveries.release()
  }
  return {
    fail: (script: FaultScript | NotificationScript) =>
      isNotificationScript(script) ? notificationFaults.add(script) : faults.add(script),
    limit: (limit: RateLimit) => limits.add(limit),
    recover,
    clock(change = {}) {
      const time = clock.change(change)
      if (Object.keys(change).length > 0) merchants.catchUp()
      return time
    },
    reset() {
      for (const { state } of merchants.list) clearState(state)
      recorder.requests.length = 0
      deliveries.clear()
      recover()
      clock.reset()
    },
  }
}
