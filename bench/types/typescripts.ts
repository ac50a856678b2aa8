/** The TypeScript versions that users have, beside the one of this repository. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const VERSIONS = { ts54: 'npm:typescript@5.4', ts59: 'npm:typescript@5.9' } as const

/** Installs them once, below the system's folder for temporary files; gives the folder. */
export function installTypescripts(): string {
  const folder = join(tmpdir(), 'wechatpay-fluent-bench-typescripts')
  const missing = Object.keys(VERSIONS).some((name) => !existsSync(join(folder, 'node_modules', name)))
  if (!missing) return folder
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: VERSIONS }))
  const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`TypeScript 5.4 and 5.9 cannot be installed: ${stderr}`)
  return folder
}
