import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { directDefaults } from '../../../lib/calls.js'
import { loadPrivateKey } from '../../../lib/crypto/index.js'
import { ConfigError, type MerchantOptions, NetworkError, VerificationError } from '../../../lib/index.js'
import { certificateDownload } from '../../../lib/pipeline/certificate-download.js'
import { createFixedKeys } from '../../../lib/protocols/v3/platform-keys.js'
import { createV3Protocol } from '../../../lib/protocols/v3/v3.js'
import { createTransport } from '../../../lib/transport/create-transport.js'
import { startRig } from '../../e2e/client.js'

const rig = startRig({ platform: { mode: 'switching', probes: 0 } })
const path = 'v3/marketing/membercard-open/cards/{card_id}/users/import'
const list = '/v3/certificates'
const HOUR = 3_600_000
let number = 0
const request = () => ({ card_id: 'c', json: { openid: 'o', code: 'c', out_request_no: `cert-${number++}` } })
const downloads = () => rig.emulator.requests.filter((arrived) => arrived.path === list)

/** A client without `certs`: it must download them. */
const automatic = (options?: Partial<MerchantOptions>) =>
  rig.client({ certs: undefined as never, ...options })

describe('platform certificates', () => {
  it('are downloaded before the first call, once, however many calls come first', async () => {
    const wxpay = automatic()
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => wxpay[path].post(request())))
    expect(answers.every(({ data }) => data.code === 'c')).toBe(true)
    expect(downloads()).toHaveLength(1)
    const [serial] = Object.keys(await rig.emulator.certificates())
    expect(rig.emulator.requests.at(-1)?.headers['wechatpay-serial']).toBe(serial)
  }, 60_000)

  it('are listed, and refreshed on demand', async () => {
    const wxpay = automatic()
    const [certificate] = await wxpay.certificates.list()
    expect(Object.keys(await rig.emulator.certificates())).toContain(certificate?.serial)
    expect(certificate?.publicKey).toContain('BEGIN PUBLIC KEY')
    expect(Number(certificate?.notAfter)).toBeGreaterThan(Date.now())
    expect(await wxpay.certificates.refresh()).toEqual(await wxpay.certificates.list())
    expect(downloads()).toHaveLength(2)
  })

  it('are downloaded from the next access point when the first cannot be reached', async () => {
    const { baseURL, mchid, serial, privateKey } = rig.emulator.merchant
    const transport = createTransport({}, { ca: undefined, clientCertificate: undefined })
    const signer = { mchid, serial, privateKey: loadPrivateKey(privateKey) }
    const protocol = createV3Protocol({ signer, keys: createFixedKeys([]) })
    const from = (accessPoints: readonly string[]) =>
      certificateDownload(
        protocol,
        transport,
        directDefaults({ axios: {}, own: {} }, protocol).get,
        accessPoints,
      )
    const closed = 'http://127.0.0.1:9'
    expect((await from([closed, baseURL])(undefined)).headers.serial).toBeDefined()
    await expect(from([closed])(undefined)).rejects.toBeInstanceOf(NetworkError)
    transport.close()
  })

  it('that are given are not refreshed', async () => {
    const [key] = await rig.wxpay.certificates.list()
    expect(key).toEqual({
      serial: Object.keys(rig.emulator.merchant.certs)[0],
      publicKey: expect.any(String),
    })
    await expect(rig.wxpay.certificates.refresh()).rejects.toThrow('nothing to refresh')
    expect(downloads()).toHaveLength(0)
  })

  it('rotate from old to both to new with calls in flight all the while and not one failing', async () => {
    const wxpay = automatic()
    let running = true
    let calls = 0
    const caller = async () => {
      while (running) {
        expect((await wxpay[path].post(request())).data.code).toBe('c')
        calls++
      }
    }
    const moreCalls = async () => {
      const reached = calls + 20
      while (running && calls < reached) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const rehearse = async () => {
      await moreCalls()
      const serial = await rig.emulator.rotate()
      await moreCalls()
      // What happens by itself before twelve hours are over; the platform keeps both for days.
      await wxpay.certificates.refresh()
      await moreCalls()
      await rig.emulator.retire()
      await moreCalls()
      return serial
    }
    const stop = () => {
      running = false
    }
    const [fresh] = await Promise.all([
      rehearse().finally(stop),
      ...Array.from({ length: 4 }, () => caller().finally(stop)),
    ])
    expect(fresh).toMatch(/^[0-9A-F]{40}$/)
    expect(calls).toBeGreaterThanOrEqual(60)
  }, 60_000)

  it('are refreshed when an answer is signed by one that is not known yet', async () => {
    const wxpay = automatic()
    await wxpay.certificates.list()
    const fresh = await rig.emulator.rotate()
    const headers = { 'Wechatpay-Serial': fresh }
    const answers = await Promise.all([1, 2, 3].map(() => wxpay[path].post({ ...request(), headers })))
    expect(answers.map((answer) => answer.headers['wechatpay-serial'])).toEqual([fresh, fresh, fresh])
    expect(downloads()).toHaveLength(2)
  })

  it('are refreshed once for a serial that is unknown, and again for the next only after a while', async () => {
    const wxpay = automatic()
    await wxpay.certificates.list()
    rig.emulator.fail({ path, fault: 'unknown-serial' })
    for (let times = 0; times < 3; times++) {
      await expect(wxpay[path].post(request())).rejects.toMatchObject({ code: 'SERIAL_UNKNOWN' })
    }
    expect(downloads()).toHaveLength(2)
  })

  it('stay in use while the gateway fails to give new ones', async () => {
    const wxpay = automatic()
    await wxpay.certificates.list()
    rig.emulator.fail({ path: list, status: 500, code: 'SYSTEM_ERROR' })
    await expect(wxpay.certificates.refresh()).rejects.toMatchObject({ code: 'SYSTEM_ERROR' })
    expect((await wxpay[path].post(request())).data.code).toBe('c')
  })

  it('that cannot be had let the call fail with the reason, and the next one try again', async () => {
    const wxpay = automatic()
    rig.emulator.fail({ path: list, fault: 'drop', times: 1 })
    await expect(wxpay[path].post({ ...request(), retry: false })).rejects.toBeInstanceOf(NetworkError)
    expect((await wxpay[path].post(request())).data.code).toBe('c')
  })

  it.each(['forged-signature', 'tampered', 'unsigned', 'stale', 'unknown-serial'] as const)(
    'are not believed when %s',
    async (fault) => {
      const wxpay = automatic()
      rig.emulator.fail({ path: list, fault })
      await expect(wxpay[path].post({ ...request(), retry: false })).rejects.toBeInstanceOf(VerificationError)
      expect(rig.emulator.requests.every((arrived) => arrived.path === list)).toBe(true)
    },
  )

  it('say that the APIv3 key is the wrong one', async () => {
    const wxpay = automatic({ apiv3Key: 'x'.repeat(32) })
    const error = await wxpay[path].post(request()).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConfigError)
    expect(String(error)).toContain('apiv3Key cannot decrypt')
  })

  it('are shared through a store, which holds them encrypted', async () => {
    const entries = new Map<string, unknown>()
    const store = {
      get: async (key: string) => entries.get(key),
      set: async (key: string, value: unknown, ttl?: number) => {
        expect(ttl).toBeLessThan(12 * 3_600_000)
        return entries.set(key, JSON.parse(JSON.stringify(value)))
      },
    }
    await automatic({ store })[path].post(request())
    await automatic({ store })[path].post(request())
    expect(downloads()).toHaveLength(1)
    expect([...entries.keys()]).toEqual([`wechatpay-fluent:certificates:${rig.emulator.merchant.mchid}`])
    expect(JSON.stringify([...entries.values()])).not.toContain('BEGIN CERTIFICATE')
  })

  it.each<[string, () => Promise<unknown>]>([
    ['fails', () => Promise.reject(new Error('redis down'))],
    ['never answers', () => new Promise(() => undefined)],
    ['holds something else', async () => ({ list: { data: [{}] }, fetchedAt: Date.now() })],
    [
      'was written by somebody without the APIv3 key',
      async () => {
        const encrypt_certificate = { nonce: 'n'.repeat(12), associated_data: '', ciphertext: 'AAAA' }
        return { list: { data: [{ serial_no: 'A', encrypt_certificate }] }, fetchedAt: Date.now() }
      },
    ],
  ])('are downloaded when the store %s', async (_, get) => {
    const set = () => Promise.reject(new Error('redis down'))
    expect((await automatic({ store: { get, set } })[path].post(request())).data.code).toBe('c')
    expect(downloads()).toHaveLength(1)
  })

  it('are believed by the signature of one that they deliver, after a rotation that was slept through', async () => {
    const wxpay = automatic()
    await wxpay.certificates.list()
    const fresh = await rig.emulator.rotate()
    await rig.emulator.retire()
    const [certificate] = await wxpay.certificates.refresh()
    expect(certificate?.serial).toBe(fresh)
    expect((await wxpay[path].post(request())).data.code).toBe('c')
  })

  it('are found again by the first call, or notification, after a rotation that was slept through', async () => {
    const [calling, listening] = [automatic(), automatic()]
    await Promise.all([calling.certificates.list(), listening.certificates.list()])
    const serial = await rig.emulator.rotate()
    await rig.emulator.retire()
    rig.emulator.requests.length = 0
    for (let times = 0; times < 2; times++) {
      expect((await calling[path].post(request())).headers['wechatpay-serial']).toBe(serial)
      const signed = rig.emulator.signNotification('REFUND.SUCCESS', { refund_id: 'r' }, { serial })
      expect((await listening.notifications.parse(signed)).resource).toHaveProperty('refund_id', 'r')
    }
    expect(downloads()).toHaveLength(2)
  })

  it('that a merchant with a public key alone has not are asked for in vain, and the error says what to do', async () => {
    rig.emulator.fail({ path: list, status: 404, code: 'RESOURCE_NOT_EXISTS' })
    const error = await automatic()
      [path].post(request())
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConfigError)
    expect(String(error)).toMatch(/404 RESOURCE_NOT_EXISTS.*PUB_KEY_ID_.*pub_key\.pem/)
  })

  it.each<[string, (fetchedAt: number) => number, number]>([
    ['nine hours old are used', (at) => at - 9 * HOUR, 0],
    ['ten hours old are downloaded anew', (at) => at - 10 * HOUR, 1],
    ['from the future are downloaded anew', (at) => at + HOUR, 1],
  ])('of a store that are %s', async (_, age, expected) => {
    const entries = new Map<string, { list: object; fetchedAt: number }>()
    const store = {
      get: async (key: string) => entries.get(key),
      set: async (key: string, value: unknown) => entries.set(key, value as never),
    }
    await automatic({ store })[path].post(request())
    for (const [key, entry] of entries) entries.set(key, { ...entry, fetchedAt: age(entry.fetchedAt) })
    rig.emulator.requests.length = 0
    await automatic({ store })[path].post(request())
    expect(downloads()).toHaveLength(expected)
  })

  it('of a store that is behind a rotation are replaced', async () => {
    const entries = new Map<string, unknown>()
    const store = {
      get: async (key: string) => entries.get(key),
      set: async (key: string, value: unknown) => entries.set(key, value),
    }
    await automatic({ store })[path].post(request())
    await rig.emulator.rotate()
    await rig.emulator.retire()
    expect((await automatic({ store })[path].post(request())).data.code).toBe('c')
  })

  it.each(['signal', 'timeout', 'deadline'] as const)(
    'that do not come are not waited for beyond the %s',
    async (limit) => {
      const wxpay = automatic(limit === 'deadline' ? { deadline: 200 } : {})
      rig.emulator.fail({ path: list, fault: { delay: 10_000 } })
      const call = wxpay[path].post({
        ...request(),
        ...(limit === 'signal' && { signal: AbortSignal.timeout(200) }),
        ...(limit === 'timeout' && { timeout: 200, retry: false }),
      })
      await expect(call).rejects.toMatchObject({
        name: 'NetworkError',
        code: limit === 'signal' ? 'ABORTED' : 'TIMEOUT',
      })
    },
  )
})

describe('the move from certificates to the public key', () => {
  it('works with both configured, whichever the platform signs with', async () => {
    const { certs } = rig.emulator.merchant
    const certificates = await rig.emulator.certificates()
    const wxpay = rig.client({ certs: { ...certificates, ...certs } })
    await wxpay[path].post(request())
    await wxpay[path].post({
      ...request(),
      headers: { 'Wechatpay-Serial': Object.keys(certificates)[0] as string },
    })
    const named = rig.emulator.requests.map(({ headers }) => headers['wechatpay-serial'])
    expect(named).toEqual([Object.keys(certs)[0], Object.keys(certificates)[0]])
  })
})

describe('a certificate that certs lacks', () => {
  const signedBy = (serial: string) =>
    rig.emulator.signNotification('REFUND.SUCCESS', { refund_id: 'r' }, { serial })

  it.each([
    ['the public key', async () => ({})],
    ['older certificates', async () => ({ certs: await rig.emulator.certificates() })],
  ])('is learnt, once, with %s known', async (_, options) => {
    const wxpay = rig.client(await options())
    const serial = await rig.emulator.rotate()
    const headers = { 'Wechatpay-Serial': serial }
    expect((await wxpay[path].post({ ...request(), headers })).headers['wechatpay-serial']).toBe(serial)
    expect((await wxpay.notifications.parse(signedBy(serial))).resource).toHaveProperty('refund_id', 'r')
    expect(downloads()).toHaveLength(1)
    expect((await wxpay.certificates.list()).map((known) => known.serial)).toContain(serial)
  })

  it('changes nothing about the key that requests name', async () => {
    const wxpay = rig.client()
    await wxpay.notifications.parse(signedBy(await rig.emulator.rotate()))
    const [id] = Object.keys(rig.emulator.merchant.certs)
    expect((await wxpay[path].post(request())).headers['wechatpay-serial']).toBe(id)
  })

  it.each(['forged-signature', 'tampered', 'unsigned', 'stale'] as const)(
    'is not learnt from a list that is %s',
    async (fault) => {
      const wxpay = rig.client()
      const serial = await rig.emulator.rotate()
      rig.emulator.fail({ path: list, fault })
      await expect(wxpay.notifications.parse(signedBy(serial))).rejects.toMatchObject({
        code: 'SERIAL_UNKNOWN',
        message: expect.stringContaining('GET v3/certificates: the answer is not to be trusted'),
      })
    },
  )

  it('stays unknown where there is no APIv3 key to decrypt it', async () => {
    const wxpay = rig.client({ apiv3Key: undefined as never })
    const headers = { 'Wechatpay-Serial': await rig.emulator.rotate() }
    await expect(wxpay[path].post({ ...request(), headers })).rejects.toMatchObject({
      code: 'SERIAL_UNKNOWN',
    })
    expect(downloads()).toHaveLength(0)
  })
})

describe('a client', () => {
  it('keeps no process alive, though it is never closed', async () => {
    const { certs: _, ...merchant } = rig.emulator.merchant
    const script = `
      import { Wechatpay } from './lib/index.ts'
      const wxpay = new Wechatpay(JSON.parse(process.env.MERCHANT))
      const [certificate] = await wxpay.certificates.list()
      console.log(certificate.serial)
    `
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script],
      { env: { ...process.env, MERCHANT: JSON.stringify(merchant) }, timeout: 30_000 },
    )
    expect(Object.keys(await rig.emulator.certificates())).toContain(stdout.trim())
  }, 40_000)
})
