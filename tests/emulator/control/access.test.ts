import { once } from 'node:events'
import { type ClientRequestArgs, request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { connect as connectTls } from 'node:tls'
import { beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../../../lib/emulator/index.js'

/** An address of this machine that is not a loopback one: who connects to it comes from there. */
const elsewhere = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ host: '0.0.0.0' })
  return () => emulator.close()
})

interface Asked {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** With headers of one's own, `Host` among them, which fetch does not allow. */
function ask(
  path: string,
  headers: Record<string, string> = {},
  { hostname = '127.0.0.1', ...how }: Pick<ClientRequestArgs, 'method' | 'hostname'> = {},
): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(emulator.url)
    const asked = request({ hostname, port, path, headers, ...how }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const { statusCode: status = 0, headers: received } = response
        resolve({ status, headers: received, body: Buffer.concat(chunks).toString() })
      })
    })
    asked.on('error', reject)
    asked.end()
  })
}

const bearer = (): Record<string, string> => ({ authorization: `Bearer ${emulator.control.token}` })
const post = { method: 'POST' } as const

describe('on this machine', () => {
  it('takes no token to look, and a header to change something', async () => {
    expect((await ask('/_emulator/merchant')).status).toBe(200)
    expect((await ask('/_emulator/recover', {}, post)).status).toBe(403)
    expect((await ask('/_emulator/recover', { 'x-emulator-page': '1' }, post)).status).toBe(200)
    expect((await ask('/_emulator/recover', bearer(), post)).status).toBe(200)
  })

  it('takes no body that is too large for an empty one', async () => {
    const { status } = await ask(
      '/_emulator/reset',
      { ...bearer(), 'content-length': '200000000', connection: 'close' },
      post,
    )
    expect(status).toBe(413)
  })

  it.each([
    { host: 'evil.example' },
    { host: '127.0.0.1.evil.example' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:3000' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('is closed to a page of another site: %j', async (headers) => {
    const { status, body } = await ask('/_emulator/merchant', headers as Record<string, string>)
    expect({ status, hasKey: body.includes('PRIVATE KEY') }).toEqual({ status: 403, hasKey: false })
    const changed = await ask('/_emulator/reset', { ...headers, 'x-emulator-page': '1' } as never, post)
    expect(changed.status).toBe(403)
  })

  it.each([
    'forwarded',
    'x-forwarded-for',
    'x-forwarded',
    'x-real-ip',
    'via',
    'cf-connecting-ip',
    'x-client-ip',
  ])('takes the token of who comes through a proxy (%s)', async (name) => {
    expect((await ask('/_emulator/merchant', { [name]: '10.0.0.1' })).status).toBe(401)
    expect((await ask('/', { [name]: '10.0.0.1' })).status).toBe(401)
    expect((await ask('/_emulator/merchant', { [name]: '10.0.0.1', ...bearer() })).status).toBe(200)
  })

  it('refuses a wrong token, where none would do', async () => {
    expect((await ask('/_emulator/merchant', { authorization: 'Bearer wrong-token' })).status).toBe(401)
  })
})

describe.skipIf(elsewhere === undefined)('from another machine', () => {
  const from = { hostname: elsewhere } as { hostname: string }

  it('is closed without the token, whatever the request says of itself', async () => {
    for (const path of ['/', '/_emulator/page.js', '/_emulator/merchant', '/_emulator/openapi.json']) {
      for (const host of ['localhost', '127.0.0.1', '0.0.0.0', elsewhere ?? '']) {
        const { status, body } = await ask(path, { host, 'x-forwarded-for': '127.0.0.1' }, from)
        expect([path, host, status]).toEqual([path, host, 401])
        expect(body).not.toContain('PRIVATE KEY')
      }
    }
    const changed = await ask(
      '/_emulator/notify',
      { host: 'localhost', 'x-emulator-page': '1' },
      { ...from, ...post },
    )
    expect(changed.status).toBe(401)
  })

  it('is open with the token', async () => {
    expect((await ask('/_emulator/merchant', bearer(), from)).status).toBe(200)
    expect((await ask('/_emulator/recover', bearer(), { ...from, ...post })).status).toBe(200)
  })

  it('has a browser keep the token that it is opened with, and trusts other pages no more for it', async () => {
    const opened = await ask(`/?token=${emulator.control.token}`, {}, from)
    expect(opened).toMatchObject({ status: 303, headers: { location: '/' } })
    const [cookie = ''] = opened.headers['set-cookie'] as string[]
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax/)
    const kept = { cookie: `other=1; ${cookie.split(';')[0]}` }
    expect((await ask('/', kept, from)).status).toBe(200)
    expect((await ask('/_emulator/merchant', kept, from)).status).toBe(200)
    expect((await ask('/_emulator/reset', kept, { ...from, ...post })).status).toBe(403)
    const foreign = { ...kept, origin: 'https://evil.example', 'x-emulator-page': '1' }
    expect((await ask('/_emulator/reset', foreign, { ...from, ...post })).status).toBe(403)
    expect((await ask('/?token=wrong-token', {}, from)).status).toBe(401)
  })

  it('is not in the way of the API', async () => {
    const headers = { accept: 'application/json', 'user-agent': 'test' }
    expect((await ask('/v3/certificates', headers, from)).body).toContain('SIGN_ERROR')
  })

  it.each([elsewhere ?? '', '127.0.0.1'])(
    'is no nearer through a tunnel that was opened from %s',
    async (host) => {
      const secure = await createEmulator({ host: '0.0.0.0', https: true })
      const socket = connect(Number(new URL(secure.url).port), host)
      socket.write('CONNECT api.mch.weixin.qq.com:443 HTTP/1.1\r\nHost: api.mch.weixin.qq.com:443\r\n\r\n')
      const [opened] = (await once(socket, 'data')) as [Buffer]
      expect(opened.toString()).toContain(' 200 ')
      const tunnel = connectTls({
        socket,
        servername: 'api.mch.weixin.qq.com',
        ...(secure.ca && { ca: secure.ca }),
      })
      tunnel.write('GET /_emulator/merchant HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
      const [answer] = (await once(tunnel, 'data')) as [Buffer]
      expect(answer.toString().split('\r\n')[0]).toContain(host === '127.0.0.1' ? '200' : '401')
      tunnel.destroy()
      await secure.close()
    },
  )
})

describe('the token', () => {
  it('is made up, never from the seed, and may be given', async () => {
    const tokens = new Set<string>()
    for (let n = 0; n < 2; n++) {
      const seeded = await createEmulator({ seed: 1 })
      tokens.add(seeded.control.token)
      await seeded.close()
    }
    expect(tokens.size).toBe(2)
    const given = await createEmulator({ control: { token: 'given-by-compose' } })
    expect(given.control).toEqual({ url: `${given.url}/_emulator`, token: 'given-by-compose' })
    await given.close()
  })

  it.each(['', 'short', 'with a space', 'with;semicolon'])('is refused when it is %j', async (token) => {
    await expect(createEmulator({ control: { token } })).rejects.toThrow('control.token must be')
  })
})
