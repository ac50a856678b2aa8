import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'

/** Cuts the connection in the middle of a body; of a stream, after its first piece. */
export async function sendHalf(response: ServerResponse, body: Buffer | Readable): Promise<void> {
  // Headers leave with the first byte of the body; of an empty body there is no half, only headers.
  response.flushHeaders()
  if (Buffer.isBuffer(body)) response.write(body.subarray(0, body.length >> 1))
  else {
    for await (const piece of body) {
      response.write(piece)
      break
    }
  }
  setImmediate(() => response.socket?.destroySoon())
}
