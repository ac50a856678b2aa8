import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const SERVER = process.env.REDIS_SERVER ?? '/usr/bin/redis-server'

/** A Redis of our own that writes down every command before it answers. */
export interface RedisServer {
  readonly url: string
  readonly port: number
  /** Kills it and starts it again with what it had written. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function startRedis(): Promise<RedisServer> {
  if (!existsSync(SERVER)) {
    throw new Error(`No ${SERVER}: apt-get install redis-server, or set REDIS_SERVER to one`)
  }
  const folder = mkdtempSync(join(tmpdir(), 'bulk-redis-'))
  const port = await freePort()
  const start = async (): Promise<ChildProcess> => {
    const settings = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--dir', folder]
    const child = spawn(SERVER, ['--port', String(port), '--bind', '127.0.0.1', ...settings], {
      stdio: 'ignore',
    })
    await untilAnswers(port)
    return child
  }
  let server = await start()
  const stop = async (): Promise<void> => {
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    async restart() {
      await stop()
      await wait(500)
      server = await start()
    },
    async close() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function untilAnswers(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      socket.write('PING\r\n')
      const [answer] = (await once(socket, 'data')) as [Buffer]
      if (String(answer).startsWith('+PONG')) return
    } catch {
    } finally {
      socket.destroy()
    }
    await wait(50)
  }
}
