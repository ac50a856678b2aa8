import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { startRig } from '../e2e/client.js'

const rig = startRig()
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function gateway(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => answer(response))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const trickle = (response: ServerResponse) => {
  response.writeHead(200, { 'Content-Length': '1000' })
  const timer = setInterval(() => response.write('x'), 50)
  response.on('close', () => clearInterval(timer))
}

describe('a gateway that is slow', () => {
  it('to the last byte cannot outlast the timeout', async () => {
    const baseURL = await gateway(trickle)
    const call = rig.wxpay.v3.certificates.get({ baseURL, timeout: 300, retry: false })
    await expect(call).rejects.toMatchObject({ name: 'NetworkError', code: 'TIMEOUT' })
  })

  it('with the body of an error cannot outlast it either, though a stream was asked for', async () => {
    const baseURL = await gateway((response) => {
      response.writeHead(500, { 'Content-Length': '1000' })
      response.write('{"code":')
    })
    const request = { query: { token: 't' }, baseURL, timeout: 300, retry: false as const }
    await expect(
      rig.wxpay.v3.billdownload.file.get({ ...request, responseType: 'stream' }),
    ).rejects.toMatchObject({
      name: 'NetworkError',
    })
  })
})

describe('a gateway that answers something else', () => {
  it.each([
    [
      'a page of HTML',
      502,
      '<html>Bad Gateway</html>',
      { name: 'ApiError', code: 'HTTP_502', verified: false },
    ],
    ['nothing at all', 500, '', { name: 'ApiError', code: 'HTTP_500', verified: false }],
    ['an unsigned success', 200, '{}', { name: 'VerificationError', code: 'SIGNATURE_MISSING' }],
  ])('as %s', async (_, status, body, expected) => {
    const baseURL = await gateway((response) => response.writeHead(status).end(body))
    await expect(rig.wxpay.v3.certificates.get({ baseURL, retry: false })).rejects.toMatchObject(expected)
  })
})
