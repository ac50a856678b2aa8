/**
 * Mutation tests: each condition, text and call of a part of `lib/` is changed once, and a test has to fail for it.
 * `npm run mutate` does so for every part, `npm run mutate -- crypto journal` for some. Writes the survivors to
 * `.stryker-tmp/PART.md`, and fails where the score of a part is below the threshold.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const THRESHOLD = 85

const root = join(import.meta.dirname, '..')
const { PARTS } = (await import(pathToFileURL(join(root, 'stryker.config.mjs')).href)) as {
  readonly PARTS: Readonly<Record<string, readonly unknown[]>>
}

/** What is used here of a report of Stryker. */
interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>
}

interface Mutant {
  readonly mutatorName: string
  readonly replacement?: string
  readonly status: string
  readonly location: {
    readonly start: { readonly line: number; readonly column: number }
    readonly end: { readonly line: number; readonly column: number }
  }
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in PARTS))
if (unknown.length > 0) {
  throw new Error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`)
}
const lines: string[] = []
for (const name of asked.length > 0 ? asked : Object.keys(PARTS)) {
  const reports = (PARTS[name] ?? []).map((_, group) => mutate(name, group))
  const files = reports.flatMap(({ files }) => Object.entries(files))
  writeFileSync(
    join(root, `.stryker-tmp/${name}.md`),
    files.map(([file, { source, mutants }]) => survivorsOf(file, source, mutants)).join('\n'),
  )
  const { killed, valid } = count(files.flatMap(([, { mutants }]) => mutants))
  const score = (100 * killed) / valid
  lines.push(`| ${name} | ${valid} | ${killed} | ${score.toFixed(1)} % |`)
  if (!(score >= THRESHOLD)) process.exitCode = 1
}
console.log(['| part | mutants | killed | score |', '| --- | ---: | ---: | ---: |', ...lines].join('\n'))

function mutate(part: string, group: number): Report {
  const env = { ...process.env, MUTATED_PART: part, MUTATED_GROUP: String(group) }
  const { status } = spawnSync('npx', ['stryker', 'run'], { cwd: root, env, stdio: 'inherit' })
  if (status !== 0) throw new Error(`Stryker has failed for group ${group} of ${part}`)
  return JSON.parse(readFileSync(join(root, `.stryker-tmp/${part}-${group}/report.json`), 'utf8')) as Report
}

/** The mutants that a test noticed, by failing or by never ending, among all that were tried. */
function count(mutants: readonly Mutant[]): { readonly killed: number; readonly valid: number } {
  const number = (...statuses: readonly string[]): number =>
    mutants.filter(({ status }) => statuses.includes(status)).length
  const killed = number('Killed', 'Timeout')
  return { killed, valid: killed + number('Survived', 'NoCoverage') }
}

/** The survivors of a file: where they are, what was there, and what is there instead. */
function survivorsOf(file: string, source: string, mutants: readonly Mutant[]): string {
  const { killed, valid } = count(mutants)
  const text = source.split('\n')
  const survivors = mutants
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .sort((a, b) => a.location.start.line - b.location.start.line)
    .map(({ location: { start, end }, replacement = '' }) => {
      const until = start.line === end.line ? end.column - 1 : undefined
      const original = text[start.line - 1]?.slice(start.column - 1, until) ?? ''
      return `- line ${start.line}: \`${original}\` → \`${replacement.split('\n')[0]}\``
    })
  return [`## ${file}: ${killed} of ${valid}`, '', ...survivors, ''].join('\n')
}
