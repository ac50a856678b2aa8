import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { install } from '../package/install.js'

/** The command line of the built package, as users have it. */
const { path, remove } = install()
process.once('exit', remove)
export const PROGRAM: readonly string[] = [process.execPath, join(path, 'dist/esm/lib/cli/main.js')]

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly cwd?: string
  /** Called with the output so far; `true` interrupts the process. */
  readonly interruptWhen?: (stdout: string, stderr: string) => boolean
}

/** Runs the command line as a process of its own, without the environment's own configuration. */
export function wxpay(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { env = {}, input, cwd, interruptWhen } = options
  const kept = Object.entries(process.env).filter(([name]) => !/^(WXPAY_|FORCE_COLOR)/.test(name))
  const [node = '', ...before] = PROGRAM
  const child = spawn(node, [...before, ...args], {
    env: { ...Object.fromEntries(kept), ...env },
    ...(cwd && { cwd }),
  })
  let stdout = ''
  let stderr = ''
  let interrupted = false
  const look = (): void => {
    if (interrupted || !interruptWhen?.(stdout, stderr)) return
    interrupted = true
    child.kill('SIGINT')
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    look()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    look()
  })
  child.stdin.on('error', () => undefined).end(input ?? '')
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}
