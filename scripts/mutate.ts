/**
 * Mutation tests: each condition, text and call of a part of `lib/` is changed once, and a test has to fail for it.
 * `npm run mutate` does so for every part, `npm run mutate -- crypto journal` for some. Fails where more than the
 * threshold of `stryker.config.mjs` survives.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '..')
const { PARTS } = (await import(pathToFileURL(join(root, 'stryker.config.mjs')).href)) as {
  readonly PARTS: Readonly<Record<string, unknown>>
}
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in PARTS))
if (unknown.length > 0) {
  throw new Error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`)
}
for (const name of asked.length > 0 ? asked : Object.keys(PARTS)) {
  console.log(`\n${name}`)
  const env = { ...process.env, MUTATED_PART: name }
  const { status } = spawnSync('npx', ['stryker', 'run'], { cwd: root, env, stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
