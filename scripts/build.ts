/**
 * Builds the package: `dist/esm` and `dist/cjs` (or below `--out`), code by Rolldown and declarations by `tsc`.
 *
 * The code is bundled because Node takes longer to find, read and link a hundred small files than to run them. What an
 * entry loads later on is a file of its own, at its place in the source; what entries share is there once, so that an
 * error is an instance of the same class wherever it was thrown.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type OutputChunk, type Plugin, rolldown } from 'rolldown'
import { refreshData } from './data.js'

type Format = 'esm' | 'cjs'

interface Package {
  readonly exports: Readonly<Record<string, string | { readonly import: { readonly default: string } }>>
  readonly bin: Readonly<Record<string, string>>
}

const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } })
const root = join(import.meta.dirname, '..')
const lib = join(root, 'lib')
/** Where it is put together: a build that fails leaves the last one alone. */
const dist = join(root, `node_modules/.cache/build-${process.pid}`)
const { exports, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Package

/** What others import. */
const imported = Object.values(exports).flatMap((target) =>
  typeof target === 'string' ? [] : target.import.default,
)
/** What others run: processes of their own, which need no second form. */
const run = [...Object.values(bin), './dist/esm/lib/emulator/serve.js']

/**
 * What several entries have in common, without axios: who imports `crypto` alone loads no more than this. Left to
 * itself, the bundler would make a file for every combination of entries.
 */
const SHARED = new RegExp(
  `/lib/(?:${[
    'errors',
    'money',
    'identity',
    'options',
    'runtime',
    'version',
    'buffer-of',
    'store',
    'crypto/(?!index|xml\\.).*',
    'chain/(?:names|template)',
    'parse-json',
    'plain-object',
    'printable',
    'pipeline/(?:nearest|download)',
    'protocols/(?:url|response-stream)',
    // The others are the emulator's.
    'catalog/(?!document|glossary|request-check|schema).*',
    'protocols/v2/(?:outcome|sign)',
    'protocols/v3/(?:sensitive|signature|certificate-list)',
    'transport/transport',
    'notifications/(?:generated/facts|identify|resource)',
  ].join('|')})\\.ts$`,
)

/**
 * `bulk` and the command line take the client from the entry itself. Were it bundled with them, the entry would become
 * a second file before the first, for everybody.
 */
const besideEntry: Plugin = {
  name: 'beside-entry',
  resolveId(source, importer = '') {
    const entry = join(lib, 'index.js')
    const apart = /\/lib\/(bulk|cli)\//.test(importer) && resolve(dirname(importer), source) === entry
    return apart ? { id: entry, external: 'relative' } : undefined
  },
}

/** Code of ASCII alone is kept in one byte a character, and read faster. Data is read later, if at all. */
const asciiCode: Plugin = {
  name: 'ascii-code',
  generateBundle(_, files) {
    for (const file of Object.values(files)) {
      if (file.type === 'asset' || file.moduleIds.every(isData)) continue
      file.code = file.code.replace(/[^\0-\x7f]/g, escaped)
    }
  },
}

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

const isData = (file: string): boolean => file.includes('/lib/data/')

async function write(format: Format): Promise<OutputChunk[]> {
  const names = (format === 'esm' ? [...imported, ...run] : imported)
    .map((file) => file.replace(/^\.\/dist\/esm\/lib\/(.*)\.js$/, '$1'))
    // What is missing `publint` reports.
    .filter((name) => existsSync(join(lib, `${name}.ts`)))
  const bundle = await rolldown({
    cwd: root,
    input: Object.fromEntries(names.map((name) => [name, join(lib, `${name}.ts`)])),
    platform: 'node',
    external: /^[a-z@]/,
    plugins: [besideEntry, asciiCode],
    tsconfig: 'tsconfig.json',
    // What one place loads later and another at once is right as it is.
    checks: { ineffectiveDynamicImport: false },
  })
  const { output } = await bundle.write({
    dir: join(dist, format, 'lib'),
    format,
    strict: true,
    esModule: true,
    // Jest runs CommonJS where `import()` is not to be had.
    dynamicImportInCjs: false,
    entryFileNames: '[name].js',
    chunkFileNames: ({ facadeModuleId, name }) =>
      facadeModuleId ? relative(lib, facadeModuleId).replace(/\.ts$/, '.js') : `chunks/${name}.js`,
    codeSplitting: {
      groups: [{ name: 'shared', test: SHARED }],
    },
    // The declarations have them. Names and lines stay as they are, for those who read a stack trace.
    comments: false,
  })
  return output.filter((file) => file.type === 'chunk')
}

/** Data is most of the code, and does no harm when both halves read the same file. */
function shareData(chunks: readonly OutputChunk[]): void {
  for (const { fileName, moduleIds, imports, dynamicImports } of chunks) {
    if (!moduleIds.every(isData) || imports.length > 0 || dynamicImports.length > 0) continue
    const file = join(dist, 'esm/lib', fileName)
    const other = relative(dirname(file), join(dist, 'cjs/lib', fileName)).replaceAll('\\', '/')
    if (existsSync(join(dist, 'cjs/lib', fileName))) writeFileSync(file, `export * from '${other}'\n`)
  }
}

/** Declarations say the same in both; the nearest package.json tells which half they describe. */
function writeDeclarations(): void {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const args = ['-p', join(root, 'tsconfig.build.json'), '--outDir', join(dist, 'esm')]
  execFileSync(process.execPath, [tsc, ...args], { stdio: 'inherit' })
  removeUnreachable(join(dist, 'esm'))
  for (const folder of ['lib', 'types']) {
    cpSync(join(dist, 'esm', folder), join(dist, 'cjs', folder), {
      recursive: true,
      filter: (source) => !source.endsWith('.js'),
    })
  }
}

/** Removes the declarations that those of no entry lead to: nobody can import what they describe. */
function removeUnreachable(folder: string): void {
  const reached = new Set<string>()
  const reach = (file: string): void => {
    if (reached.has(file) || !existsSync(file)) return
    reached.add(file)
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/["'](\.{1,2}\/[^"'\s]+)\.js["']/g)) {
      reach(resolve(dirname(file), `${path}.d.ts`))
    }
  }
  for (const path of imported) reach(join(dist, relative('dist', path).replace(/\.js$/, '.d.ts')))
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  for (const file of files.filter((name) => name.endsWith('.d.ts'))) {
    if (!reached.has(join(folder, file))) rmSync(join(folder, file))
  }
}

await refreshData()
try {
  const chunks = await write('esm')
  await write('cjs')
  shareData(chunks)
  writeDeclarations()
  // The package is "type": "module"; this marks the other half.
  writeFileSync(join(dist, 'cjs/package.json'), '{ "type": "commonjs" }\n')
  const out = resolve(root, values.out)
  rmSync(out, { recursive: true, force: true })
  renameSync(dist, out)
} finally {
  rmSync(dist, { recursive: true, force: true })
}
