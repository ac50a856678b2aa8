import { type SignedPayload, verifySignature } from '../protocols/v3/signature.js'
import type { PlainEvent } from './event.js'
import { isObject, jsonObject, malformed } from './malformed.js'
import { openGcm, type Secrets } from './secrets.js'

const ALGORITHM = 'AEAD_AES_256_GCM'

/**
 * A notification of v3: its signature, by one of the known keys, then its resource.
 *
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012071382
 */
export function parseJson(received: SignedPayload, secrets: Secrets): PlainEvent {
  const { headers, body } = received
  // Nothing says that this comes from WeChat Pay, so nothing is lost by reading it first.
  const isSigned = headers.signature || headers.serial || headers.timestamp || headers.nonce
  if (!isSigned && !jsonObject(body.toString())) {
    throw malformed('it has no signature, and its body is neither JSON nor XML')
  }
  verifySignature(received, secrets.keys, 'The notification')
  const envelope: Record<string, unknown> = jsonObject(body.toString()) ?? {}
  const { resource } = envelope
  if (typeof envelope.event_type !== 'string' || typeof envelope.id !== 'string' || !isObject(resource)) {
    throw malformed('it is signed, but has no id, event_type or resource')
  }
  envelope.resource = decryptResource(resource, secrets, `Notification ${envelope.event_type}`)
  return envelope as unknown as PlainEvent
}

function decryptResource(
  resource: Readonly<Record<string, unknown>>,
  secrets: Secrets,
  what: string,
): object {
  const { algorithm, ciphertext, nonce, associated_data = '' } = resource
  if (algorithm !== ALGORITHM || typeof ciphertext !== 'string' || typeof nonce !== 'string') {
    throw malformed(`its resource is not encrypted with ${ALGORITHM}`)
  }
  const sealed = { ciphertext, nonce, associatedData: String(associated_data ?? '') }
  return readResource(openGcm(sealed, secrets, what))
}

function readResource(text: string): object {
  const resource = jsonObject(text)
  if (resource) return resource
  throw malformed('its decrypted resource is no JSON object')
}
