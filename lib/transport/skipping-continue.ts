import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'

const CONTINUE = Buffer.from('HTTP/1.1 100')
const END_OF_HEAD = '\r\n\r\n'

/**
 * Connections from which an interim `100 Continue` is left out. HTTP lets a server or a proxy send one unasked; undici takes it for the
 * end of the connection.
 */
export function skippingContinue(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...result) => {
      if (result[1]) skipContinue(result[1])
      callback(...result)
    })
}

function skipContinue(socket: Socket): void {
  const { write, read } = socket
  /** Whether the next bytes begin a response. */
  let begins = false
  let held: Buffer | undefined
  socket.write = ((...args: Parameters<typeof write>) => {
    begins = true
    return write.apply(socket, args)
  }) as typeof write
  socket.read = (size) => {
    let chunk = read.call(socket, size) as Buffer | null
    if (!begins || !chunk) return chunk
    if (held) chunk = Buffer.concat([held, chunk])
    held = undefined
    while (isContinue(chunk)) {
      const end = chunk.indexOf(END_OF_HEAD)
      if (end < 0) {
        held = chunk
        return null
      }
      chunk = chunk.subarray(end + END_OF_HEAD.length)
      if (chunk.length === 0) return null
    }
    begins = false
    return chunk
  }
}

/** Whether these are the first bytes of a `100 Continue`, or may become some. */
function isContinue(chunk: Buffer): boolean {
  const length = Math.min(chunk.length, CONTINUE.length)
  return chunk.compare(CONTINUE, 0, length, 0, length) === 0
}
