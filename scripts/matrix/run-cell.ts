import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import { type Cell, FILES } from './cells.js'
import { Unavailable, type Workshop } from './workshop.js'

const run = promisify(execFile)

/** What became of a cell. */
export interface Outcome {
  readonly name: string
  readonly result: 'passed' | 'FAILED' | 'not available'
  /** How long it ran, without what was installed for it. */
  readonly seconds: number
  /** What it said, or why it is not to be had. */
  readonly output: string
}

const LIMIT = 600_000
const BUFFER = 16 * 1024 * 1024

/** Runs a program; a non-zero exit, or none in time, has failed. */
export async function runProgram(
  name: string,
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Outcome> {
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  try {
    const { stdout } = await run(program, args, { ...options, timeout: LIMIT, maxBuffer: BUFFER })
    return { name, result: 'passed', seconds: seconds(), output: stdout }
  } catch (error) {
    return { name, result: 'FAILED', seconds: seconds(), output: textOf(error) }
  }
}

/** Installs what a cell needs, and runs it. */
export async function runCell(cell: Cell, workshop: Workshop): Promise<Outcome> {
  const { name, by } = cell
  try {
    const program = cell.tool ? await workshop.tool(cell.tool, cell.program) : cell.program
    const cwd = await workshop.consumer(cell.beside ?? [])
    for (const [file, text] of Object.entries(cell.made ?? {})) await writeFile(join(cwd, file), text)
    const [command, args] = by
      ? [process.execPath, [join(FILES, by), program, ...cell.args]]
      : [program, cell.args]
    return await runProgram(name, command, args, { cwd, env: { ...process.env, ...cell.env } })
  } catch (error) {
    const result = error instanceof Unavailable ? 'not available' : 'FAILED'
    return { name, result, seconds: 0, output: textOf(error) }
  }
}

function textOf(error: unknown): string {
  const {
    stdout = '',
    stderr = '',
    message,
    killed,
  } = error as {
    readonly stdout?: string
    readonly stderr?: string
    readonly message: string
    readonly killed?: boolean
  }
  const said = stripVTControlCharacters(`${stdout}${stderr}`).trim()
  return `${killed ? `did not end within ${LIMIT / 60_000} minutes\n` : ''}${said || message}`
}
