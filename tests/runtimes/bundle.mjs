/**
 * Bundles programs by the bundler whose path is the first argument, and runs them where there is nothing but Node: what
 * they have of the package is in the bundle. The second argument says how they load the package, by `import` or `require`.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createEmulator } from 'wechatpay-fluent/emulator'

const [, , bundler, way] = process.argv
const isModule = way === 'import'
const here = import.meta.dirname

/** Packages that `wechatpay-fluent/bulk` uses where its user has them. */
const OPTIONAL = ['bullmq', 'hucre/xlsx']

/** CommonJS in a bundle of ES modules has no `require` by itself. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

/** Axios brings `debug`, which uses a package for colours where there is one. */
const IGNORED = ['--ignore-warnings', '/supports-color/']

/** What each is called with, and the file that it makes. */
const BUNDLERS = {
  esbuild: (entry, folder, externals) => {
    const file = join(folder, isModule ? 'index.mjs' : 'index.cjs')
    const format = isModule ? ['--format=esm', `--banner:js=${REQUIRE}`] : ['--format=cjs']
    const options = ['--bundle', '--platform=node', '--minify', '--log-level=warning', ...format]
    return [file, [entry, `--outfile=${file}`, ...options, ...externals.map((name) => `--external:${name}`)]]
  },
  webpack: (entry, folder, externals) => {
    const output = ['--output-path', folder, '--output-filename', 'index.cjs']
    const external = externals.flatMap((name) => ['--externals', name, '--externals-type', 'node-commonjs'])
    const options = ['--mode', 'production', '--target', 'node', '--stats', 'errors-warnings', ...IGNORED]
    return [join(folder, 'index.cjs'), ['--entry', entry, ...output, ...options, ...external]]
  },
  // It leaves out by itself what it does not find.
  ncc: (entry, folder) => {
    return [join(folder, isModule ? 'index.mjs' : 'index.cjs'), ['build', entry, '-o', folder, '--no-cache']]
  },
}

/** What ncc and webpack say when all is well. */
const PROGRESS = /^(ncc: .*| *\d+kB .*|webpack .*compiled successfully.*)$/gm

/** Runs a program to its end, and resolves with what it printed. */
async function run(program, args, options) {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  assert.equal(code, 0, `${basename(program)} ${args.join(' ')}\n${stdout}${stderr}`)
  return `${stdout}${stderr}`
}

/** Bundles a program, runs it in the folder of the bundle, and resolves with what bundler and program printed. */
async function bundleAndRun(entry, externals, env) {
  const folder = await mkdtemp(join(tmpdir(), 'wechatpay-fluent-bundle-'))
  try {
    const [file, args] = BUNDLERS[basename(bundler)](join(here, entry), folder, externals)
    const warnings = (await run(bundler, args, { cwd: here })).replace(PROGRESS, '').trim()
    const output = await run(process.execPath, [file], { cwd: folder, env: { ...process.env, ...env } })
    return { warnings, output }
  } finally {
    await rm(folder, { recursive: true })
  }
}

const emulator = await createEmulator({ seed: 'bundle' })
try {
  const notification = emulator.signNotification('TRANSACTION.SUCCESS', { out_trade_no: 'bundled-1' })
  const GATEWAY = JSON.stringify({ merchant: emulator.merchant, notification })
  const entry = isModule ? 'bundled/core.mjs' : 'bundled/core.cjs'
  const { warnings } = await bundleAndRun(entry, [], { GATEWAY })
  assert.equal(warnings, '', 'the core is bundled without a warning')
} finally {
  await emulator.close()
}

const { output } = await bundleAndRun(isModule ? 'import.mjs' : 'require.cjs', OPTIONAL, { BUNDLED: '1' })
console.log(output)
