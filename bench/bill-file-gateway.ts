/**
 * A gateway with one large trade bill: it says where the bill is, signed, and sends it, unsigned, as fast as it is
 * taken. Prints one line of JSON once it listens; ends when its parent goes away.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline, Readable } from 'node:stream'
import { bytes, pieces, sha1 } from './bill-file-body.js'
import { merchant } from './identity.js'
import type { Merchant } from './merchant.js'
import { createSignedHeaders } from './signed-headers.js'

/** What it prints. */
export interface BillGateway {
  readonly merchant: Merchant
  readonly bytes: number
  readonly sha1: string
  readonly download_url: string
}

let announcement: Buffer
let headersOf: ReturnType<typeof createSignedHeaders>

const server = createServer({ keepAliveTimeout: 120_000, noDelay: true }, ({ url = '' }, response) => {
  if (url.startsWith('/v3/bill/tradebill')) {
    response.writeHead(200, headersOf())
    response.end(announcement)
    return
  }
  if (!url.startsWith('/v3/billdownload/file')) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': bytes })
  pipeline(Readable.from(pieces()), response, () => undefined)
})

server.listen(0, '127.0.0.1', () => {
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const download_url = `${baseURL}/v3/billdownload/file?token=bench`
  announcement = Buffer.from(JSON.stringify({ hash_type: 'SHA1', hash_value: sha1, download_url }))
  headersOf = createSignedHeaders(announcement)
  const line: BillGateway = { merchant: { ...merchant, baseURL }, bytes, sha1, download_url }
  process.stdout.write(`${JSON.stringify(line)}\n`)
})
process.once('disconnect', () => {
  server.close()
  server.closeAllConnections()
})
