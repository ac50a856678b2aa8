import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll } from 'vitest'

/** A notification as it came over the wire. */
export interface Heard {
  readonly method: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface Reply {
  readonly status: number
  readonly body?: string
}

/** A merchant's server, which answers notifications as it is told. */
export interface Receiver {
  readonly url: string
  /** What it has heard since it was told how to answer. */
  readonly heard: readonly Heard[]
  /** Has it answer with these, one after the other, and with the last one from then on. */
  answer(...replies: readonly Reply[]): void
}

export function startReceiver(): Receiver {
  let replies: Reply[] = []
  let heard: Heard[] = []
  let server: Server
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      heard.push({ method: request.method, headers: request.headers, text: await text(request) })
      const { status, body } = (replies.length > 1 ? replies.shift() : replies[0]) ?? { status: 500 }
      response.writeHead(status).end(body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    get url() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`
    },
    get heard() {
      return heard
    },
    answer(...given) {
      replies = [...given]
      heard = []
    },
  }
}
