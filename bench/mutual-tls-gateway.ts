/**
 * A gateway of APIv2 that lets nobody in without the merchant's client certificate, and has one answer to every
 * transfer: TLS is what is left to measure. Prints the same line as the emulator's process; asked by a message, it
 * says how many TLS handshakes it has seen.
 */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { ca, issueClient, issueServer } from './authority.js'
import { merchant, merchantKeys } from './identity.js'
import { TRANSFER_PATH } from './mutual-tls-merchant.js'

/** As this endpoint answers: without a sign. */
const ANSWER = Buffer.from(
  `<xml>
<return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[]]></return_msg>
<mch_appid><![CDATA[wx8888888888888888]]></mch_appid>
<mchid><![CDATA[${merchant.mchid}]]></mchid>
<nonce_str><![CDATA[50780e0cca98c8c8e814883e5caa672e]]></nonce_str>
<result_code><![CDATA[SUCCESS]]></result_code>
<partner_trade_no><![CDATA[1212121221278]]></partner_trade_no>
<payment_no><![CDATA[10000174061805150052500008]]></payment_no>
<payment_time><![CDATA[2018-05-15 15:26:59]]></payment_time>
</xml>`,
)
const HEADERS = { Server: 'nginx', 'Content-Type': 'text/xml', 'Content-Length': ANSWER.length }

let handshakes = 0
const server = createServer(
  {
    ...{ keepAliveTimeout: 120_000, noDelay: true },
    ...{ requestCert: true, rejectUnauthorized: true, ca },
    ...issueServer(),
  },
  (request, response) => {
    request.resume().on('end', () => {
      const isKnown = request.method === 'POST' && request.url === TRANSFER_PATH
      response.writeHead(isKnown ? 200 : 404, HEADERS)
      response.end(ANSWER)
    })
  },
)
server.on('secureConnection', () => handshakes++)
process.on('message', () => process.send?.(handshakes))

server.listen(0, '127.0.0.1', () => {
  const { mchid, serial, privateKey } = merchant
  const options = {
    ...merchant,
    secret: 'a'.repeat(32),
    merchant: { cert: issueClient(mchid, serial, merchantKeys.privateKey), key: privateKey },
    ca,
    baseURL: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
  }
  process.stdout.write(`${JSON.stringify({ merchant: options })}\n`)
})
process.once('disconnect', () => {
  server.close()
  server.closeAllConnections()
})
