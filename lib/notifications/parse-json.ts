import { printable } from '../printable.js'
import { AEAD } from '../protocols/v3/aead.js'
import { type SignedPayload, verifySignature } from '../protocols/v3/signature.js'
import type { PlainEvent } from './event.js'
import { explainMismatch, notRaw } from './request.js'
import { decryptResource, isObject, malformed, parseJsonObject, type Secrets } from './resource.js'

/**
 * Verifies a notification of v3 with the known keys, and decrypts its resource.
 *
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012071382
 */
export async function parseJson(received: SignedPayload, secrets: Secrets): Promise<PlainEvent> {
  const { headers, body } = received
  // A request without signature is refused in any case; what it is decides only what the error says.
  const isSigned = headers.signature || headers.serial || headers.timestamp || headers.nonce
  if (!isSigned && !parseJsonObject(body.toString())) {
    const why = notRaw(body) ? `. ${explainMismatch(body)}` : ''
    throw malformed(`it has no signature, and its body is neither JSON nor XML${why}`)
  }
  await verifySignature(received, secrets.keys, (code) => {
    return ['The notification', code === 'SIGNATURE_INVALID' ? `. ${explainMismatch(body)}` : '']
  })
  const envelope: Record<string, unknown> = parseJsonObject(body.toString()) ?? {}
  const { resource } = envelope
  if (typeof envelope.event_type !== 'string' || typeof envelope.id !== 'string' || !isObject(resource)) {
    throw malformed('it is signed, but has no id, event_type or resource')
  }
  envelope.authenticated = true
  envelope.resource = readResource(resource, secrets, `Notification ${printable(envelope.event_type)}`)
  return envelope as unknown as PlainEvent
}

function readResource(resource: Readonly<Record<string, unknown>>, secrets: Secrets, what: string): object {
  const { algorithm, ciphertext, nonce, associated_data = '' } = resource
  const decrypt = AEAD.get(algorithm)
  if (!decrypt || typeof ciphertext !== 'string' || typeof nonce !== 'string') {
    throw malformed(`its resource is not encrypted with ${[...AEAD.keys()].join(' or ')}`)
  }
  const encrypted = { decrypt, ciphertext, nonce, associatedData: String(associated_data ?? '') }
  const decrypted = parseJsonObject(decryptResource(encrypted, secrets, what))
  if (decrypted) return decrypted
  throw malformed('its decrypted resource is no JSON object')
}
