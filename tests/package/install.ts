import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject, vi } from 'vitest'

export const root: string = join(import.meta.dirname, '../..')

/** What npm packs beside `dist`. */
const FILES = ['package.json', 'LICENSE', 'README.md', 'README.zh-CN.md', 'CHANGELOG.md']

/** A folder from which the package, freshly built, is found as users have it. */
export interface Installation {
  /** A folder of the caller's own. */
  readonly folder: string
  /** The package, which all test files share. */
  readonly path: string
}

export async function install(): Promise<Installation> {
  const shared = inject('installation')
  const path = join(shared, 'node_modules/wechatpay-fluent')
  const built = join(shared, 'built')
  if (mkdirSync(path, { recursive: true })) {
    build(path)
    writeFileSync(built, '')
  } else {
    // Another process of tests is at it.
    await vi.waitUntil(() => existsSync(built), { timeout: 120_000 })
  }
  const folder = mkdtempSync(join(shared, 'consumer-'))
  // A package of its own: bundlers would else take the one above it by that name, which is this repository.
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }))
  return { folder, path }
}

function build(path: string): void {
  for (const file of FILES) cpSync(join(root, file), join(path, file))
  const args = ['--import', 'tsx', join(root, 'scripts/build.ts'), '--out', join(path, 'dist')]
  execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
}

/** Runs code as a file in the folder, and gives what it printed. */
export function run(folder: string, extension: 'mjs' | 'cjs', code: string, flags: string[] = []): string {
  const file = join(folder, `run.${extension}`)
  writeFileSync(file, code)
  return execFileSync(process.execPath, [...flags, file], { cwd: folder, encoding: 'utf8' })
}
