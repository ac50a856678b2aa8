import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { lookup } from '../../../lib/catalog/lookup.js'
import { METHODS } from '../../../lib/cli/migrate/node-v3-methods.js'
import { shapes } from './shapes.js'

const root = join(import.meta.dirname, '../../..')

const compilerOptions = {
  target: 'es2022',
  lib: ['es2023', 'es2024.string', 'esnext.disposable', 'dom'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  allowJs: true,
  checkJs: false,
  preserveSymlinks: true,
  paths: { 'wechatpay-fluent': ['./lib/index.ts'], 'wechatpay-fluent/*': ['./lib/*/index.ts'] },
}

/** What the compiler says of programs, each in a folder of its own. */
function compile(programs: readonly Readonly<Record<string, string>>[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'wechatpay-migrated-'))
  try {
    for (const name of ['lib', 'types', 'node_modules']) symlinkSync(join(root, name), join(folder, name))
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    for (const [index, files] of programs.entries()) {
      for (const [name, text] of Object.entries(files)) {
        const path = join(folder, 'programs', `${index}`, name)
        mkdirSync(dirname(path), { recursive: true })
        // Deno's way of naming a package is not TypeScript's.
        writeFileSync(path, text.replaceAll('npm:', ''))
      }
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['programs'] }))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    return spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { encoding: 'utf8' }).stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** One that does not compile, so that it shows whether anything is compiled at all. */
const WRONG = `import type { Wechatpay } from 'wechatpay-fluent'
export const pay = (wxpay: Wechatpay) => wxpay.v3.pay.transactions.native.post({ description: 'Tea' })
`

it('writes programs that compile', { timeout: 120_000 }, () => {
  const whole = shapes.filter((one) => one.isWhole).map(({ after }) => after)
  const problems = compile([...whole, { 'wrong.ts': WRONG }]).match(/^\S+\.\w+\(\d+,\d+\): error.*$/gm) ?? []
  expect(problems).toEqual([expect.stringContaining('wrong.ts(2,')])
})

it.each(Object.entries(METHODS))('%s becomes the call of a documented endpoint', (_, { path, verb }) => {
  expect(lookup(path, verb)).toBeDefined()
})
