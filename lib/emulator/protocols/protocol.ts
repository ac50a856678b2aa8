import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { NotificationDocument } from '../../catalog/document.js'
import type { SignedNotification } from '../control/deliver.js'
import type { FaultScript } from '../control/faults.js'
import type { Diagnosis } from '../diagnosis/diagnosis.js'
import type { PlatformKey } from '../identity/platform-certificates.js'
import type { Random } from '../identity/random.js'
import type { Refusal } from '../routing/refusal.js'
import type { Order, Refund } from '../state/order-records.js'

/** One version of the API: what it does with a request that came in, and how it notifies. */
export interface Protocol {
  /** Whether a request is one of this version. */
  owns(method: string, path: string): boolean | Promise<boolean>
  /** Reads a request and verifies its signature. Nothing is carried out yet. */
  receive(request: ReceivedRequest): Promise<Exchange>
  /** The response to a request that is not read at all, such as one with too large a body. */
  refuse(incoming: IncomingMessage, refusal: Refusal): Promise<ProtocolResponse>
  readonly notifications: ProtocolNotifications
}

/** A request as it came in. */
export interface ReceivedRequest {
  readonly incoming: IncomingMessage
  readonly method: string
  /** Path and query exactly as on the request line: what a signature covers. */
  readonly url: string
  readonly path: string
  /** The query, without its question mark. */
  readonly search: string
  readonly body: Buffer
  /** The parts of an upload; `undefined` when the body is no `multipart/form-data`. */
  readonly parts: readonly Part[] | undefined
  /** The emulator's clock when it came in, in milliseconds. */
  readonly time: number
}

/** One part of an upload. */
export interface Part {
  readonly name: string
  readonly filename?: string
  readonly body: Buffer
}

/** A request that was read, with the finding on its signature. */
export interface Exchange {
  readonly verification: Verification
  /** The documented path that the request means, where that is known before it is carried out. */
  readonly template?: string
  /** Carries the request out, unless its signature does not fit or `script` has it fail, and signs the response. */
  respond(script: FaultScript | undefined): Promise<ProtocolResponse>
}

/** The finding on the signature of a request. */
export interface Verification {
  readonly verified: boolean
  /** The reason why it is not verified. */
  readonly problem?: string
  /** What the client signed instead, as far as that can be found out. */
  readonly diagnosis?: Diagnosis
  /** The canonical message that the signature should cover, without any key. */
  readonly message: string
}

/** A response as one version of the API writes and signs it. */
export interface ProtocolResponse {
  readonly status: number
  /** The headers of this version, its signature among them. */
  readonly headers: Readonly<Record<string, string>>
  /** Empty where the status has no body; a download may be made while it is sent. */
  readonly body: Buffer | Readable
  readonly findings?: RequestFindings
}

/** What is learnt of a request while it is carried out, for whoever watches. */
export interface RequestFindings {
  readonly template?: string
  /** The encrypted fields in clear, by JSON pointer. */
  readonly decrypted?: Readonly<Record<string, string>>
}

/** The notifications of one version of the API. */
export interface ProtocolNotifications {
  /** The resource of an event, made up and complete; empty when the event is not documented. */
  sample(event: NotificationEvent, ids: Random): object
  /** The platform key of an id, if this version signs with it. */
  platformKey(id: string): PlatformKey | undefined
  /**
   * A genuine notification.
   *
   * @param signer the key that signs; the client's platform key when absent. v2 signs with the APIv2 key
   */
  sign(event: NotificationEvent, resource: object, signer?: PlatformKey): SignedNotification
  /** The notification that tells of a paid order. */
  payment(order: Order): SignedNotification
  /** The notification that tells what became of a refund. */
  refund(order: Order, refund: Refund): SignedNotification
  /** The same notification with a fresh signature; `undefined` where this version did not sign it, or signs no time. */
  signAgain(notification: SignedNotification, skew?: number): SignedNotification | undefined
  /** The encrypted part of a notification of this version in clear. */
  decrypt(notification: SignedNotification): string | undefined
}

/** An event type, and the message that is documented for it. */
export interface NotificationEvent {
  readonly eventType: string
  readonly document: NotificationDocument | undefined
}
