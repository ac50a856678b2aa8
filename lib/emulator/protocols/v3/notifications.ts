import { beijingTime } from '../../beijing-time.js'
import type { Context } from '../../context.js'
import type { SignedNotification } from '../../control/deliver.js'
import { transactionOf } from '../../domain/orders.js'
import { refundResource } from '../../domain/refund-body.js'
import { sampleOf } from '../../domain/sample.js'
import { type Client, SCHEMES } from '../../identity/clients.js'
import { decryptAesGcm, encryptAesGcm } from '../../identity/encryption.js'
import type { PlatformKey } from '../../identity/platform-certificates.js'
import { notificationDocument } from '../notification-documents.js'
import type { NotificationEvent, ProtocolNotifications } from '../protocol.js'
import { signatureHeadersSync } from './signature.js'

/** Notifications of APIv3: the resource encrypted under the client's key, the whole signed by the platform's. */
export function createV3Notifications(context: Context, client: () => Client): ProtocolNotifications {
  function sign(event: NotificationEvent, resource: object, signer?: PlatformKey): SignedNotification {
    const recipient = client()
    const body = bodyOf(event, resource, context, recipient)
    const headers = {
      'Content-Type': 'application/json; charset=utf-8',
      'Request-ID': context.ids.hex(32),
      'User-Agent': 'wechatpay-fluent emulator',
    }
    return signed({ headers, body }, context, recipient, signer)
  }
  return {
    sign,
    sample({ eventType, document }, ids) {
      if (!document?.resource) return {}
      const now = context.now()
      const { scheme, id, key } = client()
      const given: Readonly<Record<string, unknown>> =
        scheme === 'brand' ? { brand_id: id } : { mchid: id, mch_id: id }
      if (document.example) return ofToday(document.example, given, beijingTime(now))
      // An event whose name ends with a state, such as `REFUND.CLOSED`, tells of something in that state.
      const state = eventType.split('.').at(-1)
      return sampleOf(document.resource, '', { ids, now, merchantKey: key, given, state }) as object
    },
    platformKey: (serial) =>
      client()
        .platform.all()
        .find(({ id }) => id === serial),
    payment(order) {
      const eventType = 'TRANSACTION.SUCCESS'
      return sign({ eventType, document: notificationDocument(eventType) }, transactionOf(order))
    },
    refund(order, refund) {
      const eventType = `REFUND.${refund.status}`
      return sign({ eventType, document: notificationDocument(eventType) }, refundResource(order, refund))
    },
    signAgain(notification, skew = 0) {
      const signatureType = notification.headers['Wechatpay-Signature-Type']
      if (signatureType === undefined) return undefined
      const recipient = client()
      return signatureType === SCHEMES[recipient.scheme].name
        ? signed(notification, context, recipient, recipient.platform.forNotification(), skew)
        : undefined
    },
    decrypt({ headers, body }) {
      const signatureType = headers['Wechatpay-Signature-Type']
      if (signatureType === undefined) return undefined
      const { scheme, apiKey } = client()
      if (signatureType !== SCHEMES[scheme].name) return undefined
      const { resource } = JSON.parse(body) as { readonly resource: Readonly<Record<string, string>> }
      const { ciphertext = '', nonce = '', associated_data = '' } = resource
      return decryptAesGcm(ciphertext, apiKey, nonce, associated_data)
    },
  }
}

function bodyOf(
  { eventType, document }: NotificationEvent,
  resource: object,
  { ids, nonces, now }: Context,
  { apiKey }: Client,
): string {
  const original_type = document?.originalType?.[0] ?? (eventType.split('.')[0] ?? '').toLowerCase()
  const associated_data = document?.associatedData?.[0] ?? original_type
  const nonce = nonces.text(12)
  return JSON.stringify({
    id: `EV-${ids.digits(28)}`,
    create_time: beijingTime(now()),
    resource_type: document?.resourceType?.[0] ?? 'encrypt-resource',
    event_type: eventType,
    summary: document?.summary?.[0] ?? eventType,
    resource: {
      original_type,
      algorithm: 'AEAD_AES_256_GCM',
      ciphertext: encryptAesGcm(JSON.stringify(resource), apiKey, nonce, associated_data),
      associated_data,
      nonce,
    },
  })
}

function signed(
  { headers, body }: SignedNotification,
  { signingTime, nonces }: Context,
  { scheme, platform }: Client,
  signer = platform.forNotification(),
  skew = 0,
): SignedNotification {
  const timestamp = Math.floor(signingTime() / 1000) + skew
  const input = { ...signer, scheme, timestamp, nonce: nonces.text(32) }
  return { headers: { ...headers, ...signatureHeadersSync(input, Buffer.from(body)) }, body }
}

/** The documented example as if it happened now, to the recipient. */
function ofToday(example: object, given: Readonly<Record<string, unknown>>, time: string): object {
  const entries = Object.entries(example).map(([name, value]) => {
    if (Object.hasOwn(given, name)) return [name, given[name]]
    return [name, name.endsWith('_time') ? time : value]
  })
  return Object.fromEntries(entries)
}
