import { createPrivateKey, generateKeyPair, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const BITS = { modulusLength: 2048 } as const

/** A 2048-bit RSA private key, made in the thread pool. */
export function generateRsaKey(): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    generateKeyPair('rsa', BITS, (error, _, privateKey) => {
      if (error) reject(error)
      else resolve(privateKey)
    })
  })
}

const shared = new Map<string, Promise<KeyObject>>()

/**
 * The key of a role, shared by all emulators of a process and kept for the next ones of the same user: making one
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

const sharedAtOnce = new Map<string, KeyObject>()

/** {@link sharedRsaKey} of another role, at once: it holds up the event loop when the key has to be made. */
export function sharedRsaKeySync(role: string): KeyObject {
  const known = sharedAtOnce.get(role) ?? keptKey(role)
  const key = known ?? generateKeyPairSync('rsa', BITS).privateKey
  if (!known) keep(role, key)
  sharedAtOnce.set(role, key)
  return key
}

async function makeKey(role: string): Promise<KeyObject> {
  const known = keptKey(role)
  if (known) return known
  const key = await generateRsaKey()
  keep(role, key)
  return key
}

const OWNER_ONLY = 0o700

/** In the user's own folder of temporary files; where there is none that nobody else can reach, keys are not kept. */
const folder = (): string => join(tmpdir(), `wechatpay-fluent-emulator-${process.getuid?.() ?? 'keys'}`)

const fileOf = (role: string): string => join(folder(), `${role.replaceAll(' ', '-')}.pem`)

function keptKey(role: string): KeyObject | undefined {
  if (!isPrivate()) return undefined
  try {
    return createPrivateKey(readFileSync(fileOf(role)))
  } catch {
    return undefined
  }
}

/** Whole or not at all. An emulator without a place for its keys still works. */
function keep(role: string, key: KeyObject): void {
  if (!isPrivate()) return
  const file = fileOf(role)
  const fresh = `${file}.${process.pid}`
  try {
    writeFileSync(fresh, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    renameSync(fresh, file)
  } catch {
    // The next emulator makes another.
  }
}

function isPrivate(): boolean {
  try {
    mkdirSync(folder(), { recursive: true, mode: OWNER_ONLY })
    const { uid, mode } = lstatSync(folder())
    // Windows has neither, and folders of temporary files that are each user's own.
    return process.platform === 'win32' || (uid === process.getuid?.() && (mode & 0o077) === 0)
  } catch {
    return false
  }
}
