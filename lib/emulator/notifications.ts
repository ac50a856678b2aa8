import type { EventType, NotificationOf, ProductOf } from '../../types/notifications.js'
import type { NotificationDocument } from '../catalog/document.js'
import { documents } from '../data/documents/notifications.js'
import { sealAesGcm } from './aead.js'
import { type Signing, signedHeadersSync } from './answer.js'
import { SCHEMES } from './authorization.js'
import { brandOf, type Client, merchantOf } from './clients.js'
import type { Context } from './context.js'
import type { PlatformKey } from './identity.js'
import { beijingTime } from './time.js'
import { xmlNotification } from './xml-notifications.js'

/** What is given of the payload of an event type; of one that is not documented, any object. */
export type ResourceOf<Event extends string, Product extends string = never> = Event extends EventType
  ? Some<NotificationOf<Event, Product & ProductOf<Event>>['resource']>
  : object

/** Any of an object's fields, at every depth; items of a list are whole. */
type Some<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { readonly [Key in keyof Value]?: Some<Value[Key]> | undefined }
    : Value

/** A notification as it goes over the wire. */
export interface SignedNotification {
  readonly headers: Readonly<Record<string, string>>
  /** JSON, or XML for messages of v2. Send these very bytes: the signature covers them. */
  readonly body: string
}

/** Which of the messages of an event type is meant. */
export interface MessageChoice {
  /** For an event type that both versions have; v3 when absent. */
  readonly api?: 'v2' | 'v3' | undefined
  /** For an event type that several products share; the payment or the refund when absent. */
  readonly product?: string | undefined
}

/** How a notification is made. */
export interface NotificationOptions extends MessageChoice {
  /** Who is notified. */
  readonly client: Client
  /** The key that signs; the client's WeChat Pay public key when absent. Messages of v2 are signed with the secret. */
  readonly signer?: PlatformKey | undefined
}

/** The message documented for an event type. */
export function documentOf(
  eventType: string,
  { api, product }: MessageChoice = {},
): NotificationDocument | undefined {
  if (!Object.hasOwn(documents, eventType)) return undefined
  const all = JSON.parse(documents[eventType] ?? '[]') as readonly NotificationDocument[]
  if (product !== undefined) return productIn(all, eventType, product)
  return all.find((one) => one.api === (api ?? 'v3')) ?? (api ? undefined : all[0])
}

function productIn(
  all: readonly NotificationDocument[],
  eventType: string,
  product: string,
): NotificationDocument {
  const found = all.find((one) => one.product === product)
  if (found) return found
  const known = all.flatMap((one) => one.product ?? [])
  const choice = known.length > 0 ? `it has ${known.join(', ')}` : 'it has none'
  throw new Error(`${eventType} has no product '${product}'; ${choice}`)
}

/** Who is notified of an event: the brand where the catalogue says so, else the merchant. */
export function recipientOf(eventType: string, context: Context, choice: MessageChoice = {}): Client {
  const isForBrand = documentOf(eventType, choice)?.modes?.includes('brand') === true
  return isForBrand ? brandOf(context) : merchantOf(context)
}

const subjectOf = (eventType: string): string => (eventType.split('.')[0] ?? '').toLowerCase()

/** Builds a genuine notification: what is secret in it encrypted, the whole signed. */
export function signNotification(
  eventType: string,
  resource: object,
  context: Context,
  { client, signer = client.publicKey, ...choice }: NotificationOptions,
): SignedNotification {
  const document = documentOf(eventType, choice)
  if (!document && choice.api === 'v2') throw new Error(`no message of v2 is documented for ${eventType}`)
  if (document?.api === 'v2') return xmlNotification(eventType, document, resource, context)
  const { ids, nonces } = context
  const now = context.now()
  const original_type = document?.originalType?.[0] ?? subjectOf(eventType)
  const associated_data = document?.associatedData?.[0] ?? original_type
  const nonce = nonces.text(12)
  const text = JSON.stringify(resource)
  const body = JSON.stringify({
    id: `EV-${ids.digits(28)}`,
    create_time: beijingTime(now),
    resource_type: document?.resourceType?.[0] ?? 'encrypt-resource',
    event_type: eventType,
    summary: document?.summary?.[0] ?? eventType,
    resource: {
      original_type,
      algorithm: 'AEAD_AES_256_GCM',
      ciphertext: sealAesGcm(text, client.apiKey, nonce, associated_data),
      associated_data,
      nonce,
    },
  })
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Request-ID': ids.hex(32),
    'User-Agent': 'wechatpay-fluent emulator',
  }
  return { headers: { ...headers, ...signatureOf(body, context, signer, client) }, body }
}

function signatureOf(
  body: string,
  { now, nonces }: Context,
  signer: PlatformKey,
  { scheme }: Client,
): Record<string, string> {
  const timestamp = Math.floor(now() / 1000)
  const signing: Signing = { ...signer, scheme, timestamp, nonce: nonces.text(32) }
  return signedHeadersSync(signing, Buffer.from(body))
}

/** The same notification with a fresh signature: one that is sent again much later would be taken for a replay. */
export function signAgain({ headers, body }: SignedNotification, context: Context): SignedNotification {
  if (headers['Wechatpay-Signature'] === undefined) return { headers, body }
  const isForBrand = headers['Wechatpay-Signature-Type'] === SCHEMES.brand.name
  const client = isForBrand ? brandOf(context) : merchantOf(context)
  return { headers: { ...headers, ...signatureOf(body, context, client.publicKey, client) }, body }
}
