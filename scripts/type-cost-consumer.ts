/** A project that uses the package as its users do: built declarations, found through `package.json`. */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadCatalogue } from '../catalog/load.js'
import { type Statement, sound } from '../tests/types/catalogue/program.js'

export interface Consumer {
  readonly folder: string
  /** Writes a program with these statements about `wxpay`. */
  write(file: string, statements: readonly string[]): void
  remove(): void
}

export interface Outcome {
  readonly instantiations: number
  /** Seconds of the whole run. */
  readonly seconds: number
  readonly errors: readonly string[]
}

export const HEAD: string = `import { type FilePart, type Sensitive, Wechatpay, type WechatpayOptions } from 'wechatpay-fluent'
declare const options: WechatpayOptions, secret: Sensitive, file: FilePart
const wxpay = new Wechatpay(options)
`

export function createConsumer(root: string): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'wechatpay-consumer-'))
  const modules = join(folder, 'node_modules')
  const home = join(modules, 'wechatpay-fluent')
  mkdirSync(home, { recursive: true })
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { dependencies } = manifest as { dependencies: Record<string, string> }
  for (const name of ['@types', ...Object.keys(dependencies)]) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  copyFileSync(join(root, 'package.json'), join(home, 'package.json'))
  for (const format of ['esm', 'cjs']) emitDeclarations(root, join(home, 'dist', format))
  writeFileSync(join(home, 'dist', 'cjs', 'package.json'), '{ "type": "commonjs" }\n')
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  return {
    folder,
    write: (file, statements) => writeFileSync(join(folder, file), `${HEAD}${statements.join('\n')}\n`),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

function emitDeclarations(root: string, outDir: string): void {
  const args = ['-p', 'tsconfig.build.json', '--outDir', outDir]
  const { status, stdout } = spawnSync(process.execPath, [compilerOf(root), ...args], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The declarations cannot be built:\n${stdout}`)
}

/** The `tsc` of the TypeScript installed under that name below `root`. */
export const compilerOf = (root: string, name = 'typescript'): string =>
  join(root, 'node_modules', name, 'bin', 'tsc')

const OPTIONS = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022', '--types', 'node']
const NODENEXT = ['--module', 'nodenext']

export function compile(
  compiler: string,
  { folder }: Consumer,
  file: string,
  options: readonly string[] = [...NODENEXT, '--skipLibCheck'],
): Outcome {
  const args = [compiler, ...OPTIONS, ...options, '--pretty', 'false', '--extendedDiagnostics', file]
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  const figure = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(stdout)?.[1] ?? Number.NaN)
  return {
    instantiations: figure('Instantiations'),
    seconds: figure('Total time'),
    errors: stdout.split('\n').filter((line) => /error TS\d+/.test(line)),
  }
}

/** The packages whose declarations a program loads through ours, beside those of Node and of the compiler. */
export function loadedPackages(compiler: string, { folder }: Consumer, file: string): string[] {
  const args = [compiler, ...OPTIONS, ...NODENEXT, '--listFilesOnly', file]
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  const names = stdout.matchAll(/^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/.*$/gm)
  const own = /^(wechatpay-fluent|@types\/node|undici-types|typescript|@typescript\/.*)$/
  return [...new Set(Array.from(names, ([, name = '']) => name))].filter((name) => !own.test(name)).sort()
}

/** The statements of `count` endpoints, spread evenly over the catalogue, in one spelling. */
export function uses(root: string, spelling: string, count: number): string[] {
  const all = loadCatalogue(root)
    .endpoints.flatMap(sound)
    .filter(({ what }) => what === spelling)
  const isImport = ({ endpoint }: Statement): boolean =>
    endpoint.template.endsWith('cards/{card_id}/users/import')
  if (count === 1) return all.filter(isImport).map(({ text }) => text)
  return Array.from(
    { length: count },
    (_, index) => all[Math.floor((index * all.length) / count)]?.text ?? '',
  )
}
