import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { routeDocuments } from '../../../lib/catalog/document.js'
import { lookup } from '../../../lib/catalog/lookup.js'
import type { Verb } from '../../../lib/catalog/traits.js'
import { createEmulator, type Emulator } from '../../../lib/emulator/index.js'
import { authorizationOf, IMPORT, IMPORT_BODY } from '../client.js'

let emulator: Emulator
let port: number
beforeAll(async () => {
  emulator = await createEmulator({ https: true })
  port = Number(new URL(emulator.url).port)
})
afterAll(() => emulator.close())

const WELL_KNOWN = [
  'api.mch.weixin.qq.com',
  'api2.mch.weixin.qq.com',
  'api.wechatpay.cn',
  'api2.wechatpay.cn',
]

/** The hosts that the catalogue names, and those of the access points. */
async function hosts(): Promise<string[]> {
  const origins = [...(await routeDocuments()).keys()].flatMap((key) => {
    const [verb, template = ''] = key.split(' ')
    return lookup(template, verb as Verb)?.origin ?? []
  })
  return [...new Set([...WELL_KNOWN, ...origins.map((origin) => new URL(origin).host)])]
}

/** Sends a signed request over a socket, or to the emulator's port, as if it were this host. */
function send(host: string, socket?: TLSSocket): Promise<{ status: number | undefined; text: string }> {
  const body = JSON.stringify(IMPORT_BODY)
  const { header } = authorizationOf(emulator, 'POST', IMPORT, body)
  const headers = {
    ...{ host, authorization: header, accept: 'application/json', 'user-agent': 'test' },
    ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  }
  const target = { host: '127.0.0.1', port, servername: host, ca: emulator.ca ?? '' }
  return new Promise((resolve, reject) => {
    const options = { ...target, method: 'POST', path: IMPORT, headers, agent: false as const }
    requestHttps({ ...options, ...(socket && { createConnection: () => socket }) }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, text: body }), reject)
    })
      .on('error', reject)
      .end(body)
  })
}

/** Opens a tunnel by the emulator as a proxy. */
function tunnel(
  host: string,
  at = port,
): Promise<{ status: number | undefined; socket: Socket; text: string }> {
  return new Promise((resolve, reject) => {
    requestHttp({ host: '127.0.0.1', port: at, method: 'CONNECT', path: host, agent: false })
      .on('connect', (response, socket, head) => {
        resolve({ status: response.statusCode, socket: socket as Socket, text: head.toString() })
      })
      .on('error', reject)
      .end()
  })
}

const shakeHands = (socket: Socket, servername: string): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const tls = connectTls({ socket, servername, ca: emulator.ca ?? '' })
    tls.once('secureConnect', () => resolve(tls)).once('error', reject)
  })

describe('a client with a constant host', () => {
  it('finds its name in the certificate when a hosts file leads it here', async () => {
    const all = await hosts()
    expect(all.length).toBeGreaterThan(5)
    for (const host of all) expect([host, (await send(host)).status]).toEqual([host, 200])
    await expect(send('example.com')).rejects.toThrow('altnames')
  })

  it('comes here by CONNECT when a proxy is set, and is served by what host it means', async () => {
    for (const host of await hosts()) {
      const { status, socket } = await tunnel(`${host}:443`)
      expect([host, status]).toEqual([host, 200])
      expect(await send(host, await shakeHands(socket, host))).toMatchObject({ status: 200 })
      expect(emulator.requests.at(-1)).toMatchObject({ verified: true, headers: { host } })
    }
  })

  it('may send the first bytes of TLS together with its CONNECT', async () => {
    const host = 'api.mch.weixin.qq.com'
    const hello = await new Promise<Buffer>((resolve) => {
      const write = (chunk: Buffer, _: string, done: () => void) => {
        resolve(chunk)
        done()
      }
      const wire = new Duplex({ read: () => undefined, write })
      connectTls({ socket: wire, servername: host }).on('error', () => undefined)
    })
    const socket = connect(port, '127.0.0.1')
    const received: Buffer[] = []
    socket.on('data', (chunk: Buffer) => received.push(chunk))
    socket.write(
      Buffer.concat([Buffer.from(`CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}:443\r\n\r\n`), hello]),
    )
    const established = 'HTTP/1.1 200 Connection Established\r\n\r\n'
    await expect.poll(() => Buffer.concat(received).toString('latin1')).toMatch(`${established}\x16\x03`)
    socket.destroy()
  })

  it('is led nowhere else', async () => {
    const { status, socket, text: head } = await tunnel('example.com:443')
    expect(status).toBe(403)
    expect(head + (await text(socket))).toContain('not to example.com: set NO_PROXY')
  })

  it('is told when the emulator speaks no TLS', async () => {
    const plain = await createEmulator()
    const at = Number(new URL(plain.url).port)
    const { status, socket, text: head } = await tunnel('api.mch.weixin.qq.com:443', at)
    expect(status).toBe(501)
    expect(head + (await text(socket))).toContain('start it with --https')
    await plain.close()
  })

  it('is told when it speaks no TLS', async () => {
    const response = await fetch(`http://127.0.0.1:${port}${IMPORT}`)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('plain HTTP request was sent to the HTTPS port')
  })
})

it('the certificates stand the strictest examination', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-hosts-'))
  try {
    const chain = await new Promise<Buffer[]>((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port, servername: 'localhost', ca: emulator.ca ?? '' })
      socket.on('error', reject).once('secureConnect', () => {
        resolve([socket.getPeerCertificate(true).raw])
        socket.destroy()
      })
    })
    writeFileSync(join(folder, 'leaf.der'), chain[0] ?? '')
    writeFileSync(join(folder, 'ca.pem'), emulator.ca ?? '')
    execFileSync('openssl', ['x509', '-inform', 'der', '-in', 'leaf.der', '-out', 'leaf.pem'], {
      cwd: folder,
    })
    const options = ['-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'api.mch.weixin.qq.com']
    const args = ['verify', ...options, '-CAfile', 'ca.pem', 'leaf.pem']
    expect(execFileSync('openssl', args, { cwd: folder, encoding: 'utf8' })).toBe('leaf.pem: OK\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('an emulator closes at once whatever its connections are about', async () => {
  const each = await createEmulator({ https: true })
  const at = Number(new URL(each.url).port)
  const silent = connect(at, '127.0.0.1')
  const closed = new Promise((resolve) => silent.once('close', resolve))
  silent.on('error', () => undefined)
  await new Promise((resolve) => silent.once('connect', resolve))
  await each.close()
  await closed
})
