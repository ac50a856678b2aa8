import { execFileSync, spawnSync } from 'node:child_process'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigError, RequestError } from '../../../lib/index.js'
import { startRig } from '../../e2e/client.js'
import { pem } from '../../openssl.js'
import { rejection } from './gateway.js'

const rig = startRig({ https: true })
const folder = mkdtempSync(join(tmpdir(), 'wechatpay-pfx-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PASSPHRASE = '1900000109'
const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const hasLegacy =
  hasOpenssl && spawnSync('openssl', ['list', '-providers', '-provider', 'legacy']).status === 0

const info = { xml: { mch_billno: '1', bill_type: 'MCHT', appid: 'a' } }
const call = (options: object) => rig.client(options).v2.mmpaymkttransfers.gethbinfo.post(info as never)
const merchant = () => {
  const { cert = '', key = '' } = rig.emulator.merchant.merchant ?? {}
  return { cert, key }
}

/** A PKCS#12 file of the emulator's client certificate. */
function pfx(...args: readonly string[]): Buffer {
  const { cert, key } = merchant()
  writeFileSync(join(folder, 'pair.pem'), cert + key)
  const output = ['-out', join(folder, 'made.p12'), '-passout', `pass:${PASSPHRASE}`]
  execFileSync('openssl', ['pkcs12', '-export', '-in', join(folder, 'pair.pem'), ...args, ...output], {
    stdio: 'pipe',
  })
  return readFileSync(join(folder, 'made.p12'))
}

function problemOf(options: object): Error {
  try {
    rig.client(options)
  } catch (error) {
    return error as Error
  }
  throw new Error('should have failed')
}

describe('a client certificate', () => {
  it('is shown where the endpoint asks for it', async () => {
    expect((await call({})).data).toMatchObject({ result_code: 'SUCCESS', hblist: { hbinfo: [{}] } })
  })

  it('may come as files, bytes, or with the key of APIv3', async () => {
    const { cert, key } = merchant()
    const path = join(folder, 'apiclient.pem')
    writeFileSync(path, cert + key)
    const file = pathToFileURL(path)
    for (const given of [
      { cert: file, key: file },
      { cert: file.href, key: file.href },
      { cert: Buffer.from(cert), key },
      { cert },
    ]) {
      expect((await call({ merchant: given })).status).toBe(200)
    }
  })

  it.skipIf(!hasOpenssl)('may come as PKCS#12, its passphrase the merchant id unless told', async () => {
    const bytes = pfx()
    const path = join(folder, 'apiclient_cert.p12')
    writeFileSync(path, bytes)
    for (const given of [{ pfx: bytes }, { pfx: pathToFileURL(path).href, passphrase: PASSPHRASE }]) {
      expect((await call({ merchant: given })).status).toBe(200)
    }
    expect(problemOf({ merchant: { pfx: bytes, passphrase: 'wrong-passphrase' } }).message).toBe(
      'merchant.passphrase does not open merchant.pfx',
    )
  })

  it.skipIf(!hasLegacy)(
    'in a cipher OpenSSL 3 no longer takes, has one command that converts it',
    async () => {
      const bytes = pfx('-legacy')
      const error = problemOf({ merchant: { pfx: bytes } })
      expect(error).toBeInstanceOf(ConfigError)
      expect(error.message).toMatch(/RC2 .*legacy/)
      const [command = ''] = /openssl pkcs12 .*?apiclient\.pem/.exec(error.message) ?? []
      expect(command).toBe('openssl pkcs12 -legacy -in apiclient_cert.p12 -nodes -out apiclient.pem')
      // And it does.
      writeFileSync(join(folder, 'apiclient_cert.p12'), bytes)
      execFileSync('sh', ['-c', `${command} -passin pass:${PASSPHRASE}`], { cwd: folder, stdio: 'pipe' })
      const file = pathToFileURL(join(folder, 'apiclient.pem')).href
      expect((await call({ merchant: { cert: file, key: file } })).status).toBe(200)
    },
  )

  it('is asked for by name when it is missing', async () => {
    const error = await rejection(call({ merchant: undefined }))
    expect(error).toBeInstanceOf(RequestError)
    expect((error as Error).message).toContain('merchant: { cert, key }')
    expect(rig.emulator.requests).toEqual([])
  })

  it('of somebody else is refused by the API', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const other = startedElsewhere(pem(privateKey))
    if (!other) return
    const { serialNumber: serial } = new X509Certificate(other)
    const error = await rejection(call({ serial, merchant: { cert: other, key: pem(privateKey) } }))
    expect(error).toMatchObject({ name: 'ApiError', code: 'CERT_ERROR' })
  })

  it("may be in the user's own agent", async () => {
    const httpsAgent = new Agent({ ...merchant(), ca: rig.emulator.ca })
    expect((await call({ merchant: undefined, ca: undefined, httpsAgent })).status).toBe(200)
    // Whose authorities count for the client's own connections, too.
    expect((await call({ ca: undefined, httpsAgent: new Agent({ ca: rig.emulator.ca }) })).status).toBe(200)
    httpsAgent.destroy()
  })

  it('is not shown to a server that is not trusted', async () => {
    const error = await rejection(call({ ca: undefined }))
    expect(error).toMatchObject({ name: 'NetworkError' })
  })

  it.each([
    ['nothing', null, /must be \{ cert, key \}/],
    [
      'a key in place of the certificate',
      () => ({ cert: merchant().key }),
      /merchant.cert is no certificate/,
    ],
    [
      'a certificate in place of the key',
      () => ({ cert: merchant().cert, key: merchant().cert }),
      /merchant.key is a certificate/,
    ],
    [
      'a key of another certificate',
      () => ({
        cert: merchant().cert,
        key: pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
      }),
      /not the key of merchant.cert/,
    ],
    ['a file that is not there', { cert: 'file:///no/such.pem' }, /cannot read/],
    ['a PKCS#12 that is none', { pfx: Buffer.from('junk') }, /no readable PKCS#12/],
  ] as [string, unknown, RegExp][])('made of %s is a ConfigError', (_, given, why) => {
    const error = problemOf({ merchant: typeof given === 'function' ? (given as () => unknown)() : given })
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message).toMatch(why)
  })
})

/** A certificate nobody here has issued. */
function startedElsewhere(key: string): string | undefined {
  if (!hasOpenssl) return undefined
  const path = join(folder, 'other.pem')
  writeFileSync(path, key)
  return execFileSync('openssl', ['req', '-new', '-x509', '-key', path, '-subj', '/CN=x', '-days', '1'], {
    stdio: 'pipe',
  }).toString()
}

describe('its connections', () => {
  let relay: Server
  let accepted = 0

  beforeAll(async () => {
    // Whoever connects shakes hands once, for TLS is beneath all requests of a connection.
    relay = createServer((socket) => {
      accepted++
      const upstream = connect(Number(new URL(rig.emulator.url).port), '127.0.0.1')
      for (const [from, to] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        from.pipe(to)
        from.on('error', () => to.destroy())
      }
    })
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => relay.close())

  it.each([
    [8, 400],
    [1, 50],
  ])('are at most %i at %i calls of so many in flight', async (inFlight, calls) => {
    accepted = 0
    const baseURL = `https://127.0.0.1:${(relay.address() as AddressInfo).port}`
    const wxpay = rig.client({ baseURL })
    let left = calls
    const work = async (): Promise<void> => {
      while (left-- > 0) await wxpay.v2.mmpaymkttransfers.gethbinfo.post(info as never)
    }
    await Promise.all(Array.from({ length: inFlight }, work))
    expect(rig.emulator.requests).toHaveLength(calls)
    expect(accepted).toBeGreaterThan(0)
    expect(accepted).toBeLessThanOrEqual(inFlight)
    wxpay.close()
  })
})
