/**
 * `npm run matrix`: packs the package, installs it outside of this repository, and runs it wherever it has to work.
 *
 *     npm run matrix                           all of it
 *     npm run matrix -- --only node,types      groups: node bun deno workerd bundlers types jest nest package
 *     npm run matrix -- --only node/22,types/7 of a group, what has this word in its name
 *     npm run matrix -- --tarball FILE         a package that is packed already
 *
 * Tools and downloads are kept in `node_modules/.cache/matrix`. Exits with 1 when something failed, with 2 when
 * something was not to be had.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { choose } from './matrix/choose.js'
import { type Outcome, runCell, runProgram } from './matrix/run-cell.js'
import { exitCodeOf, lineOf, tableOf } from './matrix/table.js'
import { createWorkshop } from './matrix/workshop.js'

const { values } = parseArgs({ options: { only: { type: 'string' }, tarball: { type: 'string' } } })
const root = join(import.meta.dirname, '..')
const cache = join(root, 'node_modules/.cache/matrix')

/** The package as it would be published. */
function pack(): string {
  mkdirSync(cache, { recursive: true })
  const npm = (args: readonly string[], stdout: 'pipe' | 2): string | null =>
    execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', stdout, 'inherit'] })
  try {
    npm(['run', 'build', '--silent'], 2)
  } catch {
    throw new Error('the package cannot be built; what is wrong stands above')
  }
  const printed = npm(['pack', '--json', '--ignore-scripts', '--pack-destination', cache], 'pipe')
  const [{ filename }] = JSON.parse(String(printed)) as [{ filename: string }]
  return join(cache, filename)
}

/** How others would find the package when they looked into it. */
const inspections = (tarball: string): [string, string[]][] => [
  ['publint', ['publint/src/cli.js', 'run', tarball, '--strict']],
  ['attw', ['@arethetypeswrong/cli/dist/index.js', tarball]],
]

async function main(): Promise<number> {
  const { cells, inspects } = choose(values.only)
  const tarball = values.tarball === undefined ? pack() : resolve(values.tarball)
  const workshop = createWorkshop(cache, tarball, join(root, 'tests/runtimes'))
  const outcomes: Outcome[] = []
  const note = (outcome: Outcome): void => {
    outcomes.push(outcome)
    console.error(lineOf(outcome))
  }
  try {
    // One after another: they are compared by their time, too.
    for (const cell of cells) note(await runCell(cell, workshop))
    for (const [name, [program = '', ...args]] of inspects ? inspections(tarball) : []) {
      const path = join(root, 'node_modules', program)
      note(await runProgram(name, process.execPath, [path, ...args], { cwd: root }))
    }
  } finally {
    await workshop.clean()
  }
  console.log(`\n${tableOf(outcomes)}`)
  return exitCodeOf(outcomes)
}

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  },
)
