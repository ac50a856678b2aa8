/**
 * A gateway that costs next to nothing, so that the client is what is measured: one answer to everything, signed once
 * a second, a sample of the requests verified. `gateway.ts [http|https]` prints the same line as the emulator's
 * process; asked by a message, it says how many TLS connections it has seen.
 */
import { verify } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { merchant, merchantKeys } from './identity.js'
import { createSignedHeaders } from './signed-headers.js'

const VERIFIED_ONE_IN = 64
const ANSWER = Buffer.from(JSON.stringify({ code: '478515832665' }))
const OPTIONS = { keepAliveTimeout: 120_000, noDelay: true }

const [scheme = 'http'] = process.argv.slice(2)
const headersOf = createSignedHeaders(ANSWER)

function isGenuine({ method, url, headers }: Parameters<RequestListener>[0], body: string): boolean {
  const field = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(headers.authorization ?? '')?.[1] ?? ''
  const message = `${method}\n${url}\n${field('timestamp')}\n${field('nonce_str')}\n${body}\n`
  const signature = Buffer.from(field('signature'), 'base64')
  return verify('RSA-SHA256', Buffer.from(message), merchantKeys.publicKey, signature)
}

let seen = 0
const answer: RequestListener = (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const sampled = seen++ % VERIFIED_ONE_IN === 0
    const genuine = !sampled || isGenuine(request, Buffer.concat(chunks).toString())
    response.writeHead(genuine ? 200 : 401, headersOf())
    response.end(ANSWER)
  })
}

/** Loaded only here: making certificates takes code that the others can do without. */
const authority = scheme === 'https' ? await import('./authority.js') : undefined
const server = authority
  ? createSecureServer({ ...OPTIONS, ...authority.issueServer() }, answer)
  : createServer(OPTIONS, answer)

let handshakes = 0
server.on('secureConnection', () => handshakes++)
process.on('message', () => process.send?.(handshakes))

server.listen(0, '127.0.0.1', () => {
  const baseURL = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
  process.stdout.write(`${JSON.stringify({ merchant: { ...merchant, baseURL }, ca: authority?.ca })}\n`)
})
process.once('disconnect', () => {
  server.close()
  server.closeAllConnections()
})
