/**
 * A gateway that costs next to nothing, so that the client is what is measured: one answer to everything,
 * signed once a second (same body, same nonce, a fresh timestamp), a sample of the requests verified. Prints the
 * same line as the emulator's process.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Merchant } from './merchant.js'

const VERIFIED_ONE_IN = 64
const ANSWER = Buffer.from(JSON.stringify({ code: '478515832665' }))
const NONCE = randomBytes(16).toString('hex')
const KEY_ID = 'PUB_KEY_ID_0119000001092026010100000000000000'

const merchantKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const platformKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = (key: KeyObject): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }) as string

let headers: Record<string, string | number> = {}
let signedAt = 0

function signedHeaders(): Record<string, string | number> {
  const timestamp = Math.floor(Date.now() / 1000)
  if (timestamp === signedAt) return headers
  signedAt = timestamp
  const message = Buffer.from(`${timestamp}\n${NONCE}\n${ANSWER}\n`)
  headers = {
    Server: 'nginx',
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': ANSWER.length,
    'Cache-Control': 'no-cache, must-revalidate',
    'Content-Language': 'zh-CN',
    'X-Content-Type-Options': 'nosniff',
    'Request-ID': randomBytes(16).toString('hex'),
    'Wechatpay-Nonce': NONCE,
    'Wechatpay-Serial': KEY_ID,
    'Wechatpay-Signature': sign('RSA-SHA256', message, platformKeys.privateKey).toString('base64'),
    'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
    'Wechatpay-Timestamp': String(timestamp),
  }
  return headers
}

function isGenuine({ method, url, headers }: IncomingMessage, body: string): boolean {
  const field = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(headers.authorization ?? '')?.[1] ?? ''
  const message = `${method}\n${url}\n${field('timestamp')}\n${field('nonce_str')}\n${body}\n`
  const signature = Buffer.from(field('signature'), 'base64')
  return verify('RSA-SHA256', Buffer.from(message), merchantKeys.publicKey, signature)
}

let seen = 0
const server = createServer({ keepAliveTimeout: 120_000, noDelay: true }, (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const sampled = seen++ % VERIFIED_ONE_IN === 0
    const genuine = !sampled || isGenuine(request, Buffer.concat(chunks).toString())
    response.writeHead(genuine ? 200 : 401, signedHeaders())
    response.end(ANSWER)
  })
})

server.listen(0, '127.0.0.1', () => {
  const merchant: Merchant = {
    mchid: '1900000109',
    serial: randomBytes(20).toString('hex').toUpperCase(),
    privateKey: pem(merchantKeys.privateKey),
    certs: { [KEY_ID]: pem(platformKeys.publicKey) },
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  }
  process.stdout.write(`${JSON.stringify({ merchant })}\n`)
})
process.once('disconnect', () => {
  server.close()
  server.closeAllConnections()
})
