import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { type Installation, install, root } from './install.js'

interface Packed {
  readonly size: number
  readonly files: readonly { readonly path: string }[]
}

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>
}

let installed: Installation
let packed: Packed
beforeAll(async () => {
  installed = await install()
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline']
  const shell = process.platform === 'win32'
  const [first] = JSON.parse(
    execFileSync('npm', args, { cwd: installed.path, encoding: 'utf8', shell }),
  ) as Packed[]
  packed = first as Packed
}, 180_000)

it('is a download of no more than a megabyte and three quarters', () => {
  expect(packed.size).toBeLessThanOrEqual(1_750_000)
})

it('holds what is run and read, and no sources', () => {
  const paths = packed.files.map(({ path }) => path)
  expect(paths).toContain('dist/esm/lib/index.js')
  expect(paths).toContain('dist/cjs/lib/index.js')
  expect(paths).toContain('README.md')
  expect(paths.filter((path) => /(?<!\.d)\.ts$|\.map$|tests?\//.test(path))).toEqual([])
})

it('holds the data of the emulator once, for both halves', () => {
  const read = (half: string) =>
    readFileSync(join(installed.path, `dist/${half}/lib/data/documents/payments.js`))
  expect(read('cjs').length).toBeGreaterThan(10_000)
  expect(read('esm').length).toBeLessThan(200)
})

it('is strict code in both halves', () => {
  const code = packed.files.map(({ path }) => path).filter((path) => /^dist\/cjs\/.*\.js$/.test(path))
  for (const path of code) {
    expect(readFileSync(join(installed.path, path), 'utf8'), path).toMatch(/^['"]use strict['"]/)
  }
})

it('brings fewer than 55 packages with it, itself included', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>
  }
  const found = new Set<string>()
  /** Where npm looks for a dependency: below the one who asks, then further and further up. */
  const locate = (name: string, from: string): string | undefined => {
    const path = `${from === '' ? '' : `${from}/`}node_modules/${name}`
    if (packages[path]) return path
    return from === ''
      ? undefined
      : locate(name, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))))
  }
  const visit = (path: string): void => {
    if (found.has(path)) return
    found.add(path)
    for (const name of Object.keys(packages[path]?.dependencies ?? {})) {
      const dependency = locate(name, path)
      if (dependency !== undefined) visit(dependency)
    }
  }
  visit('')
  expect(found.size).toBeGreaterThan(20)
  expect(found.size).toBeLessThan(55)
})
