import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const root: string = join(import.meta.dirname, '../..')

/** What npm packs beside `dist`. */
const FILES = ['package.json', 'LICENSE', 'README.md', 'README.zh-CN.md', 'CHANGELOG.md']

/** A folder in which the package, freshly built, is installed as users have it. */
export interface Installation {
  readonly folder: string
  /** The package in it. */
  readonly path: string
  readonly remove: () => void
}

export function install(): Installation {
  // Below this folder the dependencies are found.
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'installation-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  const path = join(folder, 'node_modules/wechatpay-fluent')
  mkdirSync(path, { recursive: true })
  // A package of its own: bundlers would else take the one above it by that name, which is this repository.
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }))
  for (const file of FILES) cpSync(join(root, file), join(path, file))
  const build = ['--import', 'tsx', join(root, 'scripts/build.ts'), '--out', join(path, 'dist')]
  try {
    execFileSync(process.execPath, build, { cwd: root, stdio: 'inherit' })
  } catch (error) {
    remove()
    throw error
  }
  return { folder, path, remove }
}

/** Runs code as a file in the folder, and gives what it printed. */
export function run(folder: string, extension: 'mjs' | 'cjs', code: string, flags: string[] = []): string {
  const file = join(folder, `run.${extension}`)
  writeFileSync(file, code)
  return execFileSync(process.execPath, [...flags, file], { cwd: folder, encoding: 'utf8' })
}
