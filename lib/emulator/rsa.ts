import { generateKeyPair, type KeyObject } from 'node:crypto'

/** A 2048-bit RSA private key, made in the thread pool. */
export function generateRsaKey(): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    generateKeyPair('rsa', { modulusLength: 2048 }, (error, _, privateKey) => {
      if (error) reject(error)
      else resolve(privateKey)
    })
  })
}

const shared = new Map<string, Promise<KeyObject>>()

/**
 * The key of a role, generated once a process on first use and shared by all of its emulators: only the first
 * `createEmulator()` pays for it. Serial numbers, ids and secrets still differ between emulators.
 */
export function sharedRsaKey(role: string): Promise<KeyObject> {
  let key = shared.get(role)
  if (!key) {
    key = generateRsaKey()
    key.catch(() => shared.delete(role))
    shared.set(role, key)
  }
  return key
}
