/** Second opinions by an independent program. */
import { execFileSync } from 'node:child_process'
import type { KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
