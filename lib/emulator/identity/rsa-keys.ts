import { createPrivateKey, generateKeyPair, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const BITS = { modulusLength: 2048 } as const

/** A 2048-bit RSA private key, made in the thread pool. */
function generateRsaKey(): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    generateKeyPair('rsa', BITS, (error, _, privateKey) => {
      if (error) reject(error)
      else resolve(privateKey)
    })
  })
}

const shared = new Map<string, Promise<KeyObject>>()

/**
 * The key of a role, shared by all emulators of a process and stored for the next ones of the same user: making a key
 * takes a tenth of a second, or half of one. Serial numbers, ids and secrets still differ between emulators.
 */
export function sharedRsaKey(role: string): Promise<KeyObject> {
  let key = shared.get(role)
  if (!key) {
    key = makeKey(role)
    key.catch(() => shared.delete(role))
    shared.set(role, key)
  }
  return key
}

const sharedSync = new Map<string, KeyObject>()

/** {@link sharedRsaKey} of another role, at once: the event loop waits while the key is made. */
export function sharedRsaKeySync(role: string): KeyObject {
  const known = sharedSync.get(role) ?? storedKey(role)
  const key = known ?? generateKeyPairSync('rsa', BITS).privateKey
  if (!known) storeKey(role, key)
  sharedSync.set(role, key)
  return key
}

async function makeKey(role: string): Promise<KeyObject> {
  const known = sharedSync.get(role) ?? storedKey(role)
  if (known) return known
  const made = await generateRsaKey()
  // It may have been asked for at once meanwhile.
  const key = sharedSync.get(role) ?? made
  sharedSync.set(role, key)
  storeKey(role, key)
  return key
}

const OWNER_ONLY = 0o700

/** A folder of the user's own among the temporary files; where others can reach it, keys are not stored. */
const folder = (): string => join(tmpdir(), `wechatpay-fluent-emulator-${process.getuid?.() ?? 'keys'}`)

const fileOf = (role: string): string => join(folder(), `${role.replaceAll(' ', '-')}.pem`)

function storedKey(role: string): KeyObject | undefined {
  if (!isPrivate()) return undefined
  try {
    return createPrivateKey(readFileSync(fileOf(role)))
  } catch {
    return undefined
  }
}

/** Writes the file whole or not at all. An emulator that cannot store its keys still works. */
function storeKey(role: string, key: KeyObject): void {
  if (!isPrivate()) return
  const file = fileOf(role)
  const fresh = `${file}.${process.pid}`
  try {
    writeFileSync(fresh, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    renameSync(fresh, file)
  } catch {
    // The next emulator makes another key.
  }
}

/** Whether the folder is there, and nobody else can reach it. */
function isPrivate(): boolean {
  try {
    mkdirSync(folder(), { recursive: true, mode: OWNER_ONLY })
    const { uid, mode } = lstatSync(folder())
    // Windows has neither of the two, and its folders of temporary files are each user's own.
    return process.platform === 'win32' || (uid === process.getuid?.() && (mode & 0o077) === 0)
  } catch {
    return false
  }
}
