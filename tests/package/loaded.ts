import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { run } from './install.js'

/** Hears of every module that `import` loads; what `require` loads stands in its cache. */
const LISTENER = `
import { appendFileSync } from 'node:fs'
export function load(url, context, next) {
  appendFileSync(process.env.LOADED, url + '\\n')
  return next(url, context)
}`

/** The files that importing, or requiring, a module loads, as `package/path`. */
export function filesLoadedBy(folder: string, how: 'import' | 'require', specifier: string): string[] {
  const list = join(folder, 'loaded.txt')
  const hook = `data:text/javascript,${encodeURIComponent(LISTENER)}`
  const start = `
process.env.LOADED = ${JSON.stringify(list)}
import { register } from 'node:module'
register(${JSON.stringify(hook)})`
  writeFileSync(join(folder, 'listen.mjs'), start)
  writeFileSync(list, '')
  const printCache = `console.log(Object.keys(require.cache).join('\\n'))`
  const printed =
    how === 'require'
      ? run(folder, 'cjs', `require('${specifier}')\n${printCache}`)
      : run(
          folder,
          'mjs',
          `import { createRequire } from 'node:module'
await import('${specifier}')
const require = createRequire(import.meta.url)
${printCache}`,
          ['--import', pathToFileURL(join(folder, 'listen.mjs')).href],
        )
  const lines = `${printed}\n${readFileSync(list, 'utf8')}`.split('\n')
  rmSync(list)
  return [...new Set(lines.filter((line) => line.includes('/node_modules/')).map(shorten))]
    .filter((file) => !file.startsWith('.cache/'))
    .sort()
}

const shorten = (file: string): string => file.slice(file.lastIndexOf('/node_modules/') + 14)

/** The packages that files belong to. */
export function packagesOf(files: readonly string[]): string[] {
  const names = files.map((file) => /^(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? file)
  return [...new Set(names)].sort()
}
