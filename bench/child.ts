import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface ChildOptions {
  readonly args?: readonly string[]
  /** The only core it may run on. */
  readonly core?: number | undefined
  /** Flags for Node, before the file. */
  readonly flags?: readonly string[]
}

/** Starts a file of ours as a process of its own, with a channel for messages. */
export function startChild(file: URL, { args = [], core, flags = [] }: ChildOptions = {}): ChildProcess {
  const node = [process.execPath, ...process.execArgv, ...flags, fileURLToPath(file), ...args]
  const [command = '', ...rest] = core === undefined ? node : ['taskset', '-c', String(core), ...node]
  return spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
}

/** The next message of a child. */
export async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const settled = new AbortController()
  const ended = once(child, 'exit', { signal: settled.signal }).then(([code]) => {
    throw new Error(`A child process ended with ${code}`)
  })
  try {
    const [answer] = await Promise.race([once(child, 'message', { signal: settled.signal }), ended])
    return answer as Answer
  } finally {
    ended.catch(() => undefined)
    settled.abort()
  }
}

/** Asks a child to end by closing its channel, and waits until it has. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
}
