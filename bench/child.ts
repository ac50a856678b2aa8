import { type ChildProcess, type Serializable, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface ChildOptions {
  readonly args?: readonly string[]
  /** The only core it may run on. */
  readonly core?: number | undefined
  /** Flags for Node, before the file. */
  readonly flags?: readonly string[]
  /** Beside the variables of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/** Starts a file of ours as a process of its own, with a channel for messages. */
export function startChild(file: URL, { args = [], core, flags = [], env }: ChildOptions = {}): ChildProcess {
  // JavaScript needs no loader, whose memory would count.
  const loader = file.pathname.endsWith('.ts') ? process.execArgv : []
  const node = [process.execPath, ...loader, ...flags, fileURLToPath(file), ...args]
  const [command = '', ...rest] = core === undefined ? node : ['taskset', '-c', String(core), ...node]
  return spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  })
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

/** Sends a child a message; resolves to the one that comes back. */
export function ask<Answer>(child: ChildProcess, message: Serializable): Promise<Answer> {
  child.send(message)
  return answerOf<Answer>(child)
}

/** The line of JSON that a gateway's process prints once it listens. */
export async function lineOf<Line>(child: ChildProcess): Promise<Line> {
  let text = ''
  while (!text.includes('\n')) text += String((await once(child.stdout as NodeJS.ReadableStream, 'data'))[0])
  return JSON.parse(text) as Line
}

/** Asks a child to end by closing its channel, and waits until it has. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
}
