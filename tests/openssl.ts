/** Second opinions by an independent program. */
import { execFileSync, spawnSync } from 'node:child_process'
import type { KeyObject } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

function withFiles<Result>(
  contents: Readonly<Record<string, string | Buffer>>,
  run: (path: (name: string) => string) => Result,
): Result {
  const folder = mkdtempSync(join(tmpdir(), 'wechatpay-openssl-'))
  const path = (name: string) => join(folder, name)
  try {
    for (const [name, content] of Object.entries(contents)) writeFileSync(path(name), content)
    return run(path)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export function pem(key: KeyObject): string {
  return key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }) as string
}

/** A self-signed certificate, as PEM. */
export function certify(privateKey: KeyObject, serial = '1'): string {
  return withFiles({ key: pem(privateKey) }, (path) =>
    execFileSync(
      'openssl',
      [
        'req',
        '-new',
        '-x509',
        '-subj',
        '/CN=Tenpay',
        '-days',
        '1',
        '-set_serial',
        `0x${serial}`,
        '-key',
        path('key'),
      ],
      { stdio: 'pipe' },
    ).toString(),
  )
}

/** Whether openssl, too, takes `signature` (base64) for the RSA-SHA256 signature over `message`. */
export function opensslVerifies(message: string | Buffer, signature: string, publicKey: KeyObject): boolean {
  const contents = { message, signature: Buffer.from(signature, 'base64'), key: pem(publicKey) }
  return withFiles(contents, (path) => {
    try {
      const args = [
        'dgst',
        '-sha256',
        '-verify',
        path('key'),
        '-signature',
        path('signature'),
        path('message'),
      ]
      return String(execFileSync('openssl', args, { stdio: 'pipe' })).includes('Verified OK')
    } catch {
      return false
    }
  })
}

/** The distinguishing identifier by which WeChat Pay signs with SM2. */
const SM2_ID = ['-sigopt', 'distid:1234567812345678']

/** An SM2 key and a certificate of it, as PEM. */
export interface Sm2Identity {
  readonly privateKey: string
  readonly publicKey: string
  readonly certificate: string
}

/** A new SM2 key with a self-signed certificate. */
export function createSm2Identity(serial = '1'): Sm2Identity {
  return withFiles({}, (path) => {
    const openssl = (...args: readonly string[]) =>
      execFileSync('openssl', args, { stdio: 'pipe' }).toString()
    openssl('genpkey', '-algorithm', 'SM2', '-out', path('key'))
    const subject = ['-subj', '/CN=Tenpay', '-days', '1', '-set_serial', `0x${serial}`]
    return {
      privateKey: readFileSync(path('key'), 'utf8'),
      publicKey: openssl('pkey', '-in', path('key'), '-pubout'),
      certificate: openssl('req', '-new', '-x509', '-key', path('key'), '-sm3', ...SM2_ID, ...subject),
    }
  })
}

/** The SM2 signature of a message by openssl, in base64. */
export function opensslSm2Sign(message: string | Buffer, privateKey: string): string {
  return withFiles({ message, key: privateKey }, (path) =>
    execFileSync('openssl', ['dgst', '-sm3', '-sign', path('key'), ...SM2_ID, path('message')], {
      stdio: 'pipe',
    }).toString('base64'),
  )
}

/** Whether openssl, too, takes `signature` (base64) for the SM2 signature over `message`. */
export function opensslSm2Verifies(message: string | Buffer, signature: string, publicKey: string): boolean {
  const contents = { message, signature: Buffer.from(signature, 'base64'), key: publicKey }
  return withFiles(contents, (path) => {
    const files = ['-verify', path('key'), '-signature', path('signature'), path('message')]
    const { status } = spawnSync('openssl', ['dgst', '-sm3', ...SM2_ID, ...files], { stdio: 'pipe' })
    return status === 0
  })
}
