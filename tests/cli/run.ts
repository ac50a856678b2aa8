import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { install } from '../package/install.js'

/** The command line as users have it: built. */
const { path, remove } = install()
export const MAIN: string = join(path, 'dist/esm/lib/cli/main.js')
export const uninstall: () => void = remove

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly cwd?: string
}

/** Runs the command line as a process of its own, without the environment's own configuration. */
export function wxpay(args: readonly string[], { env = {}, input, cwd }: RunOptions = {}): Promise<Ran> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('WXPAY_'))
  const options = { env: { ...Object.fromEntries(kept), ...env, FORCE_COLOR: '0' }, ...(cwd && { cwd }) }
  const child = spawn(process.execPath, [MAIN, ...args], options)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.end(input ?? '')
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}
