import type { EventType, NotificationOf, ProductOf } from '../../types/notifications.js'
import type { ClockChange } from './control/clock.js'
import type { Receipt, SignedNotification } from './control/deliver.js'
import type { Delivery } from './control/delivery-list.js'
import type { FaultScript } from './control/faults.js'
import type { RateLimit } from './control/limits.js'
import type { NotificationScript } from './control/notification-faults.js'
import type { RecordedRequest } from './control/recorder.js'
import type { FaultHandle } from './control/rule-list.js'
import type { ComplaintRequest } from './domain/complaints.js'
import type { Member } from './domain/member-cards.js'
import type { EmulatorBrand } from './identity/brand.js'
import type { EmulatorMerchant } from './identity/identity.js'
import type { BrandIdentity, MerchantIdentity } from './identity/merchant-options.js'
import type { PlatformMode, PlatformOptions } from './identity/platform-keys.js'
import type { Confirmation, OutcomeTime, Payment, PaymentOutcome, TransferEnd } from './outcomes.js'
import type { RefundStatus } from './state/order-records.js'
import type { TransferStatus } from './state/transfer-records.js'

/** Options of {@link createEmulator}; all of them may be left out. */
export interface EmulatorOptions {
  /** The port to listen on; a free one when absent or 0. */
  readonly port?: number
  /** The address to listen on; `127.0.0.1` when absent, which nobody outside of this machine can reach. */
  readonly host?: string
  /** Whether to serve HTTPS, with a certificate of the emulator's own authority, {@link Emulator.ca}. */
  readonly https?: boolean
  /** The milliseconds that an idle connection is kept open; 8,000 when absent, as in production. */
  readonly keepAlive?: number
  /** A seed makes ids, numbers, nonces, secrets and random failures the same in every run; not the RSA keys. */
  readonly seed?: string | number
  /**
   * A file that keeps keys, secrets and all that happened over restarts; made if absent, for its owner alone. One
   * emulator at a time.
   */
  readonly storage?: string
  /**
   * Now, in milliseconds since 1970, also for signatures; or how the machine's clock is moved from the start, as by
   * {@link Emulator.clock}. The machine's when absent.
   */
  readonly clock?: (() => number) | ClockChange
  /**
   * Factor of the documented waits (15 s, 15 s, 30 s, 3 min … 24 h in all) before a notification that no receiver
   * accepted is sent again: 0.001 makes 15 ms of 15 s. 1 when absent.
   */
  readonly retryScale?: number
  /**
   * What the platform signs with: the WeChat Pay public key (`public-key`, when absent), platform certificates
   * (`certificates`), or both (`switching`), as it does while a merchant changes over from certificates to the public
   * key. {@link Emulator.merchant} fits it.
   */
  readonly platform?: PlatformMode | PlatformOptions
  /**
   * Merchants of your own, and a brand: one that nobody knows, `1900000109`, when absent. Each has orders and all else for
   * itself, so that two of them may use the same numbers.
   */
  readonly merchants?: readonly (MerchantIdentity | BrandIdentity)[]
  /** Failures in force from the start. */
  readonly faults?: readonly (FaultScript | NotificationScript)[]
  /** Who controls it over HTTP, and whom it notifies. */
  readonly control?: ControlOptions
}

/** The control of an emulator from outside of its process, and what it may be told to reach. */
export interface ControlOptions {
  /**
   * The token that control from other machines takes, and from this one where a header is not enough: 8 visible
   * characters or more. Made up when absent, and kept in `storage`.
   */
  readonly token?: string
  /** Hosts beyond this machine that notifications are sent to, such as `app` or `app:3000`. */
  readonly allowNotify?: readonly string[]
}

/** Where the control API is, and the token for `Authorization: Bearer …`. */
export interface Control {
  /** The URL of the API, without a trailing slash; `openapi.json` below it describes it. */
  readonly url: string
  readonly token: string
}

/** The merchant that is meant. */
export interface OfMerchant {
  /** The one that a number belongs to, or else the first, when absent. */
  readonly mchid?: string
}

/** The key that signs a notification, and the message that is meant where an event type has several. */
export interface SignerOptions<Product extends string = string> extends OfMerchant {
  /**
   * A public key's id or a certificate's serial number. When absent, the platform key of the merchant, by `platform`, or
   * the public key of the brand where brands are notified, as of `BRAND_MEMBER_CARD.USER_CARD.CREATE`.
   */
  readonly serial?: string
  /** The version, for an event type that both have, such as `TRANSACTION.SUCCESS`; v3 when absent. */
  readonly api?: 'v2' | 'v3'
  /**
   * The product, for an event type that several products share, such as `TRANSACTION.SUCCESS`: `combined`, `parking`,
   * `profitsharing` …; the payment or the refund when absent.
   */
  readonly product?: Product
}

/** The given part of an event type's payload; of an event type that is not documented, any object. */
export type ResourceOf<Event extends string, Product extends string = never> = Event extends EventType
  ? PartOf<NotificationOf<Event, Product & ProductOf<Event>>['resource']>
  : object

/** Any of an object's fields, at every depth; items of a list are whole. */
type PartOf<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { readonly [Key in keyof Value]?: PartOf<Value[Key]> | undefined }
    : Value

/** The products that share an event type. */
type Products<Event extends string> = Event extends EventType ? ProductOf<Event> : never

/** A local WeChat Pay. */
export interface Emulator {
  /** The URL that it listens at, without a trailing slash. */
  readonly url: string
  /** Options for `new Wechatpay(...)`, secrets included: they are worth nothing elsewhere. A new copy every time. */
  readonly merchant: EmulatorMerchant
  /** The same for each of its merchants, the first of which is {@link merchant}. Keys are made when they are read. */
  readonly merchants: readonly EmulatorMerchant[]
  /**
   * Options for `new Wechatpay(...)` as a brand, which calls `/brand/…`. Its keys are made when they are first asked for. A
   * new copy every time.
   */
  readonly brand: EmulatorBrand
  /** The requests that arrived, newest last; the newest 10,000 are kept. Set the `length` to 0 to start afresh. */
  readonly requests: RecordedRequest[]
  /** The certificate of the authority to trust, as PEM; `undefined` unless `https`. */
  readonly ca: string | undefined
  /**
   * The listed platform certificates, serial number → PEM, in the shape of `certs`; the last one is current. None with
   * the platform `public-key`.
   */
  certificates(): Promise<Record<string, string>>
  /** The control API, by which other processes do what the methods here do. */
  readonly control: Control
  /**
   * The notifications that it sent by itself, and those it was not allowed to send; newest last. The newest 1,000 are
   * kept.
   */
  readonly deliveries: readonly Delivery[]
  /**
   * Sends a notification of {@link deliveries} once more, genuine and freshly signed. Where it is taken, it is not sent
   * again by itself. Rejects when the receiver cannot be reached.
   */
  resend(id: string): Promise<Receipt>
  /**
   * Pays an order, a combined order or a completed service order as its user would, and notifies its `notify_url` if
   * that is on this machine or allowed.
   *
   * @param out_trade_no or `combine_out_trade_no`, `out_order_no`
   */
  pay(out_trade_no: string, outcome?: PaymentOutcome & OfMerchant): Promise<Payment>
  /**
   * Has a user accept a transfer, or agree to a service order of WeChat Pay Score.
   *
   * @param number `out_bill_no` or `out_order_no`
   */
  confirm(number: string, how?: Confirmation & OfMerchant): void
  /**
   * Says what becomes of a refund, and notifies its merchant: of one that is `PROCESSING` or `ABNORMAL`, or of one that is
   * still to come. Without it, a refund is accepted as `PROCESSING` and succeeds at once.
   *
   * @param out_refund_no or `*` for all that are still to come
   * @param status `PROCESSING` keeps it waiting until it is told to end
   */
  refund(out_refund_no: string, status: RefundStatus, when?: OutcomeTime & OfMerchant): void
  /**
   * Says what becomes of a transfer, and notifies its merchant: of one that has not ended, or of one that is still to come.
   * Without it, a transfer waits for its user and fails after 24 hours; a cancelled one is `CANCELING` and then
   * `CANCELLED` at once.
   *
   * @param out_bill_no or `*` for all that are still to come
   * @param status `CANCELING` keeps a cancellation waiting until it is told to end, or for the time of `after`
   */
  transfer(out_bill_no: string, status: TransferStatus, how?: TransferEnd & OfMerchant): void
  /** Has the payer of an order complain of it; returns the `complaint_id`. */
  complain(complaint: ComplaintRequest & OfMerchant): string
  /** The imports of member cards that were carried out, oldest first; a repeated request does not count again. */
  members(): readonly Member[]
  /**
   * Sends a genuine notification. Fields that `resource` leaves out are made up, so that the payload is complete; a field
   * that is to be missing is `undefined` in it. Rejects when the receiver cannot be reached, or is neither on this machine nor
   * allowed.
   */
  notify<Event extends EventType | (string & {}), Product extends Products<Event> = never>(
    event_type: Event,
    options: SignerOptions<Product> & {
      readonly url: string
      readonly resource?: ResourceOf<Event, Product>
    },
  ): Promise<Receipt>
  /**
   * Builds a genuine notification without sending it: any documented event of v3 or v2, or one of your own. Fields that
   * `resource` leaves out are made up, as by {@link notify}.
   */
  signNotification<Event extends EventType | (string & {}), Product extends Products<Event> = never>(
    event_type: Event,
    resource?: ResourceOf<Event, Product>,
    options?: SignerOptions<Product>,
  ): SignedNotification
  /**
   * Issues a new platform certificate and signs with it from now on; the older ones stay listed. Rejects where there
   * are none, with the platform `public-key`.
   */
  rotate(): Promise<string>
  /** Drops all platform certificates but the current one, as the platform does some time after a rotation. */
  retire(): Promise<void>
  /**
   * Makes up the trade bill of a day, such as `2024-01-01`, with a number of rows: always the same rows, written while they
   * are sent. Resolves to the size of the bill, unzipped.
   */
  fillBill(bill_date: string, rows: number, of?: OfMerchant): Promise<number>
  /**
   * Scripts a failure of requests, by their `path`, or of the notifications that the emulator sends by itself, by their
   * event type. Of several that concern the same, the newest one counts.
   */
  fail(script: FaultScript | NotificationScript): FaultHandle
  /** Limits how often the API may be called; beyond that it responds 429 `FREQUENCY_LIMITED` with `Retry-After`. */
  limit(limit: RateLimit): FaultHandle
  /** Ends the failure or limit of an id, or all of them; notifications that were kept back are sent. */
  recover(id?: string): void
  /**
   * Moves or stops the clock; returns the time that it is then, in milliseconds. Signatures, `Date` and certificates keep
   * their time, so that clients whose clock does not move go on as before.
   */
  clock(change?: ClockChange): number
  /** Forgets all that happened: orders, requests, deliveries, failures, limits, moves of the clock. Keys stay. */
  reset(): void
  /** Frees the port and cuts every connection at once. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
