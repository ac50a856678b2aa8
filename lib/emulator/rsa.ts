import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { lstat, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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
 * The key of a role, shared by all emulators of a process and kept for the next ones of the same user: making one
 * takes a tenth of a second, or half of one. Serial numbers, ids and secrets still differ between emulators.
 */
export function sharedRsaKey(role: string): Promise<KeyObject> {
  let key = shared.get(role)
  if (!key) {
    key = keptKey(role)
    key.catch(() => shared.delete(role))
    shared.set(role, key)
  }
  return key
}

const OWNER_ONLY = 0o700

/** In the user's own folder of temporary files; where there is none that nobody else can reach, keys are not kept. */
async function keptKey(role: string): Promise<KeyObject> {
  const folder = join(tmpdir(), `wechatpay-fluent-emulator-${process.getuid?.() ?? 'keys'}`)
  const file = join(folder, `${role.replaceAll(' ', '-')}.pem`)
  if (!(await isPrivate(folder))) return generateRsaKey()
  const kept = await readFile(file, 'utf8').catch(() => undefined)
  const usable = kept === undefined ? undefined : parse(kept)
  if (usable) return usable
  const key = await generateRsaKey()
  const fresh = `${file}.${process.pid}`
  const pem = key.export({ type: 'pkcs8', format: 'pem' })
  // Whole or not at all. An emulator without a place for its keys still works.
  await writeFile(fresh, pem, { mode: 0o600 })
    .then(() => rename(fresh, file))
    .catch(() => undefined)
  return key
}

async function isPrivate(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true, mode: OWNER_ONLY })
    const { uid, mode } = await lstat(folder)
    // Windows has neither, and folders of temporary files that are each user's own.
    return process.platform === 'win32' || (uid === process.getuid?.() && (mode & 0o077) === 0)
  } catch {
    return false
  }
}

function parse(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}
