import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What makes a process trust one more authority. */
export interface Trust {
  readonly env: Readonly<Record<string, string>>
  /** Removes the file behind it. */
  readonly forget: () => void
}

/**
 * Has Node itself trust an authority, and with it every HTTP client alike: not each of them has an option for one.
 *
 * @param ca as PEM; without it there is nothing to do
 */
export function trust(ca: string | undefined): Trust {
  if (ca === undefined) return { env: {}, forget: () => undefined }
  const folder = mkdtempSync(join(tmpdir(), 'bench-trust-'))
  const file = join(folder, 'ca.pem')
  writeFileSync(file, ca)
  return { env: { NODE_EXTRA_CA_CERTS: file }, forget: () => rmSync(folder, { recursive: true }) }
}
