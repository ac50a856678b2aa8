import { sealAesGcm } from './aead.js'
import { type Signing, signedHeadersSync } from './answer.js'
import type { PlatformKey } from './identity.js'
import type { Random } from './random.js'
import { beijingTime } from './time.js'

const SUMMARIES: Readonly<Record<string, string>> = {
  'TRANSACTION.SUCCESS': '支付成功',
  'REFUND.SUCCESS': '退款成功',
  'REFUND.ABNORMAL': '退款异常',
  'REFUND.CLOSED': '退款关闭',
}

/** A notification as it goes over the wire. */
export interface SignedNotification {
  readonly headers: Readonly<Record<string, string>>
  /** JSON; its `resource` is encrypted. Send these very bytes: the signature covers them. */
  readonly body: string
}

/** What a notification is made with. */
export interface NotificationOptions {
  readonly apiv3Key: string
  /** The key that signs. */
  readonly signer: PlatformKey
  readonly ids: Random
  readonly nonces: Random
  /** Now, in milliseconds. */
  readonly now: number
}

/** Builds a genuine notification: `resource` encrypted under the APIv3 key, the whole signed by the platform. */
export function signNotification(
  eventType: string,
  resource: object,
  { apiv3Key, signer, ids, nonces, now }: NotificationOptions,
): SignedNotification {
  const originalType = (eventType.split('.')[0] ?? '').toLowerCase()
  const nonce = nonces.text(12)
  const body = JSON.stringify({
    id: `EV-${ids.digits(28)}`,
    create_time: beijingTime(now),
    resource_type: 'encrypt-resource',
    event_type: eventType,
    summary: SUMMARIES[eventType] ?? eventType,
    resource: {
      original_type: originalType,
      algorithm: 'AEAD_AES_256_GCM',
      ciphertext: sealAesGcm(JSON.stringify(resource), apiv3Key, nonce, originalType),
      associated_data: originalType,
      nonce,
    },
  })
  const signing: Signing = { ...signer, timestamp: Math.floor(now / 1000), nonce: nonces.text(32) }
  return {
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Request-ID': ids.hex(32),
      'User-Agent': 'wechatpay-fluent emulator',
      ...signedHeadersSync(signing, Buffer.from(body)),
    },
    body,
  }
}
