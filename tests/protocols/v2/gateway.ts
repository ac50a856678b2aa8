/** A gateway that answers what a test tells it to, over plain HTTP. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { createEmulator, type Emulator } from '../../../lib/emulator/index.js'
import { type MerchantOptions, Wechatpay } from '../../../lib/index.js'
import { type Fields, fieldsOfXml, signatureOf, xmlOf } from './protocol.js'

export interface Answer {
  status?: number
  headers?: Record<string, string>
  body: string | Buffer
}

export interface Gateway {
  readonly wxpay: Wechatpay
  readonly secret: string
  /** PEM. */
  readonly privateKey: string
  /** What arrived, newest last. */
  readonly requests: { url: string; method: string; headers: IncomingMessage['headers']; body: string }[]
  /** The fields of the newest message. */
  readonly message: Fields
  /** Answers all further requests so. */
  answer(answer: Answer | ((message: Fields) => Answer)): void
  /** An answer with a genuine signature, by the algorithm of the request unless told. */
  signed(fields: Fields, type?: string): (message: Fields) => Answer
  client(options?: Partial<MerchantOptions>): Wechatpay
}

export function startGateway(): Gateway {
  const requests: Gateway['requests'] = []
  const clients: Wechatpay[] = []
  let emulator: Emulator | undefined
  let baseURL = ''
  let answer: Parameters<Gateway['answer']>[0] = { body: '' }
  const message = (): Fields => {
    const last = requests.at(-1)
    if (!last) throw new Error('nothing arrived')
    if (last.method !== 'GET') return fieldsOfXml(last.body)
    return Object.fromEntries(new URL(last.url, 'http://localhost').searchParams)
  }
  const server = createServer((request, response) => {
    void buffer(request).then((bytes) => {
      const { url = '', method = '', headers } = request
      requests.push({ url, method, headers, body: bytes.toString() })
      const { status = 200, headers: more, body } = typeof answer === 'function' ? answer(message()) : answer
      response.writeHead(status, { 'Content-Type': 'text/xml', ...more }).end(body)
    })
  })
  const started = (): Emulator => {
    if (!emulator) throw new Error('the gateway runs only while tests do')
    return emulator
  }
  const client = (options: Partial<MerchantOptions> = {}): Wechatpay => {
    const made = new Wechatpay({ ...started().merchant, baseURL, ...options })
    clients.push(made)
    return made
  }
  beforeAll(async () => {
    // Only for a merchant's keys.
    emulator = await createEmulator()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    client()
  })
  beforeEach(() => {
    requests.length = 0
  })
  afterAll(async () => {
    for (const made of clients) made.close()
    server.closeAllConnections()
    server.close()
    await emulator?.close()
  })
  return {
    requests,
    client,
    get wxpay() {
      return clients[0] as Wechatpay
    },
    get secret() {
      return started().merchant.secret
    },
    get privateKey() {
      return started().merchant.privateKey
    },
    get message() {
      return message()
    },
    answer(next) {
      answer = next
    },
    signed: (fields, type) => (asked) => {
      const complete = { return_code: 'SUCCESS', result_code: 'SUCCESS', nonce_str: 'n', ...fields }
      const sign = signatureOf(complete, started().merchant.secret, type ?? asked.sign_type ?? 'MD5')
      return { body: xmlOf({ ...complete, sign }) }
    },
  }
}

/** What a promise rejects with. */
export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('should have failed')
    },
    (error: unknown) => error,
  )
