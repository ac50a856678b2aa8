import { Agent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../../lib/emulator/index.js'
import { type Finding, NetworkError, RequestError, Wechatpay } from '../../lib/index.js'

let emulator: Emulator
let wxpay: Wechatpay
beforeAll(async () => {
  emulator = await createEmulator({ platform: { mode: 'switching', probes: 0 } })
  wxpay = new Wechatpay(emulator.merchant)
})
beforeEach(() => {
  emulator.recover()
  emulator.requests.length = 0
})
afterAll(async () => {
  wxpay.close()
  await emulator.close()
})

const states = (findings: readonly Finding[]): Record<string, string> =>
  Object.fromEntries(findings.map(({ check, state }) => [check, state]))

describe('wxpay.check()', () => {
  it('proves keys, certificates and secrets by two calls that change nothing', async () => {
    expect(states(await wxpay.check())).toEqual({
      mchid: 'good',
      serial: 'good',
      privateKey: 'good',
      certs: 'good',
      merchant: 'unknown',
      apiv3Key: 'good',
      secret: 'good',
      network: 'good',
      clock: 'good',
      signature: 'good',
      answer: 'good',
      decryption: 'good',
      'v2 signature': 'good',
    })
    const signed = emulator.requests.filter(({ verified }) => verified)
    expect(signed.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v3/certificates',
      'POST /pay/profitsharingquery',
    ])
    expect(emulator.deliveries).toEqual([])
  })

  it('asks nobody when it is offline', async () => {
    const found = await wxpay.check({ offline: true })
    expect(found.map(({ check }) => check)).not.toContain('network')
    expect(emulator.requests).toEqual([])
  })

  it('is data that nobody can change, in plain objects', async () => {
    const found = await wxpay.check({ offline: true })
    expect(Object.isFrozen(found) && found.every((one) => Object.isFrozen(one))).toBe(true)
    expect(JSON.parse(JSON.stringify(found))).toEqual(found)
  })

  it('says a fault of later: an API that refuses what it took before', async () => {
    emulator.fail({ path: 'v3/certificates', status: 403, code: 'NO_AUTH', message: '无权限' })
    const [fault, ...more] = (await wxpay.check()).filter(({ state }) => state === 'bad')
    expect(more).toEqual([])
    expect(fault).toEqual({
      check: 'permission',
      state: 'bad',
      code: 'PERMISSION_DENIED',
      found: 'the signature is right, and the API denies permission: NO_AUTH: 无权限',
      fix: expect.stringContaining(`merchant ${emulator.merchant.mchid}`),
      values: { id: `merchant ${emulator.merchant.mchid}`, reason: 'NO_AUTH: 无权限' },
    })
  })

  it('takes an API that is asked too often for no fault', async () => {
    emulator.fail({ path: 'v3/certificates', status: 429, code: 'FREQUENCY_LIMITED' })
    const found = await wxpay.check()
    expect(found.filter(({ state }) => state === 'bad')).toEqual([])
    expect(found.find(({ check }) => check === 'signature')?.code).toBe('RATE_LIMITED')
  })

  it('believes a signed refusal by APIv2: the secret is right', async () => {
    emulator.fail({ path: 'pay/profitsharingquery', code: 'ORDERNOTEXIST' })
    expect(states(await wxpay.check())).toMatchObject({ 'v2 signature': 'good' })
  })

  it('does not know of a secret what an unsigned refusal does not say', async () => {
    emulator.fail({ path: 'pay/profitsharingquery', code: 'FAIL', message: '系统繁忙' })
    const found = await wxpay.check()
    expect(found.find(({ check }) => check === 'v2 signature')).toMatchObject({
      state: 'unknown',
      code: 'V2_SIGNATURE_UNTOLD',
      values: { reason: 'FAIL: 系统繁忙' },
    })
  })

  it('asks anew, whatever is in the store', async () => {
    const { certs: _, ...downloading } = emulator.merchant
    const entries = new Map<string, unknown>()
    let reads = 0
    const store = {
      get: async (key: string) => {
        reads += 1
        return entries.get(key)
      },
      set: async (key: string, value: unknown) => entries.set(key, value),
    }
    const sharing = new Wechatpay({ ...downloading, store })
    try {
      await sharing.certificates.list()
      emulator.requests.length = 0
      reads = 0
      expect(states(await sharing.check()).decryption).toBe('good')
      expect(emulator.requests.filter(({ path }) => path === '/v3/certificates')).not.toEqual([])
      expect(reads).toBe(0)
    } finally {
      sharing.close()
    }
  })

  it('leaves an agent of the user’s alone', async () => {
    const agent = new Agent({ keepAlive: true })
    const own = new Wechatpay({ ...emulator.merchant, httpAgent: agent })
    try {
      expect((await own.check()).filter(({ state }) => state === 'bad')).toEqual([])
      const { status } = await own.v3.certificates.get()
      expect(status).toBe(200)
    } finally {
      own.close()
      agent.destroy()
    }
  })

  it('ends when its signal aborts, and says so', async () => {
    const controller = new AbortController()
    emulator.fail({ path: 'v3/certificates', fault: { delay: 600_000 } })
    const checked = wxpay.check({ signal: controller.signal })
    await expect.poll(() => emulator.requests.map(({ path }) => path)).toContain('/v3/certificates')
    controller.abort()
    const error = await checked.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(NetworkError)
    expect(error).toMatchObject({ code: 'ABORTED', mayHaveHappened: false })
  })

  it('ends at once for a signal that was aborted before', async () => {
    await expect(wxpay.check({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
    expect(emulator.requests).toEqual([])
  })

  it.each([
    [{ ofline: true }, /did you mean 'offline'/],
    [{ language: 'fr' }, /'en' or 'zh'/],
    [null, /an object/],
  ])('refuses %j', async (how, message) => {
    const error = await wxpay.check(how as never).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(RequestError)
    expect((error as Error).message).toMatch(message)
  })

  it('is a member of the root, and takes no path', () => {
    expect(String(wxpay.v3)).toBe('Wechatpay <v3>')
    expect(typeof wxpay.check).toBe('function')
    expect(wxpay).toEqual(wxpay)
  })
})

describe('Wechatpay.check()', () => {
  it.each([
    ['nothing', {}, ['MCHID_MISSING', 'SERIAL_MISSING', 'PRIVATE_KEY_MISSING', 'CERTS_MISSING']],
    ['a merchant of numbers', { mchid: 1900000109, serial: 1, privateKey: 2, certs: 3 }, expect.anything()],
    ['a receiver of nothing', { certs: {}, apiv3Key: 'x' }, ['CERTS_MISSING', 'SECRET_LENGTH_WRONG']],
    [
      'a getter that throws',
      {
        get mchid() {
          throw new Error('not now')
        },
      },
      ['OPTIONS_INVALID'],
    ],
    ['a merchant and a brand', { mchid: '1', brandId: '2' }, ['OPTIONS_INVALID']],
    [
      'a client certificate that is a number',
      { mchid: '1900000109', secret: 'x'.repeat(32), merchant: 5 },
      expect.anything(),
    ],
  ])('does not throw for %s', async (_, options, codes) => {
    const found = await Wechatpay.check(options, { offline: true })
    expect(found.filter(({ state }) => state === 'bad').map(({ code }) => code)).toEqual(codes)
  })

  it('tells every fault there is, each once', async () => {
    const options = { ...emulator.merchant, mchid: 'me', secret: 'short', privateKey: 'none' }
    const found = await Wechatpay.check(options)
    expect(found.filter(({ state }) => state === 'bad').map(({ code }) => code)).toEqual([
      'MCHID_INVALID',
      'PRIVATE_KEY_INVALID',
      'SECRET_LENGTH_WRONG',
    ])
    expect(states(found)).toMatchObject({ network: 'good', clock: 'good', signature: 'unknown' })
  })

  it.each([
    ['baseURL', 'pay'],
    ['failover', 'pay'],
    ['httpsAgent', new HttpsAgent({ rejectUnauthorized: false })],
  ])('finds a wrong %s beside what keeps a client from being made', async (name, value) => {
    const found = await Wechatpay.check({ ...emulator.merchant, mchid: 'me', [name]: value })
    expect(found.filter(({ state }) => state === 'bad').map(({ code }) => code)).toEqual([
      'MCHID_INVALID',
      'OPTIONS_INVALID',
    ])
  })

  it('never shows a key that stands in a wrong place', async () => {
    const { privateKey, apiv3Key, secret } = emulator.merchant
    const body = privateKey.split('\n').slice(1, -2).join('')
    const misplaced = [
      { mchid: privateKey },
      { serial: privateKey },
      { serial: body },
      { certs: { [body]: body } },
      { certs: { [privateKey]: 'x' } },
      { privateKey: body.slice(0, 200) },
      { apiv3Key: privateKey },
      { merchant: { cert: privateKey, key: body } },
      { merchant: { pfx: privateKey, passphrase: secret } },
      { certificate: privateKey },
    ]
    for (const { certificate, ...wrong } of misplaced as readonly { certificate?: string }[]) {
      const how = { offline: true, ...(certificate !== undefined && { certificate }) }
      const text = JSON.stringify(await Wechatpay.check({ ...emulator.merchant, ...wrong }, how))
      for (const hidden of [body.slice(30, 60), apiv3Key, secret]) expect(text).not.toContain(hidden)
    }
  })
})
