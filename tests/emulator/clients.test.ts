import { constants, createHash, createPublicKey, publicEncrypt, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../../lib/emulator/index.js'
import { nativeOrder } from './client.js'
import { GO, JAVA, PHP, PYTHON, type Sdk } from './clients/sdks.js'
import { type Failure, type Keys, type Session, startSession } from './clients/session.js'

/**
 * The official clients of PHP, Go and Java, and Python's wechatpayv3: what they send is accepted, and they accept what they
 * get, in the words of this project.
 */
const SDKS = [PHP, GO, JAVA, PYTHON]
const each = SDKS.map((sdk) => [sdk.name, sdk] as const)

const emulators: Record<string, Emulator> = {}
beforeAll(async () => {
  emulators['public-key'] = await createEmulator()
  emulators.certificates = await createEmulator({ platform: 'certificates' })
  emulators.switching = await createEmulator({ platform: { mode: 'switching', probes: 0 } })
  emulators.tls = await createEmulator({ https: true, platform: 'certificates' })
})
beforeEach(() => {
  for (const emulator of Object.values(emulators)) emulator.reset()
})
afterAll(async () => {
  for (const emulator of Object.values(emulators)) await emulator.close()
})

const on = (mode: string): Emulator => emulators[mode] as Emulator
const isPublicKey = (id: string): boolean => id.startsWith('PUB_KEY_ID_')
const keysOf = (emulator: Emulator, choose: (id: string) => boolean = () => true): Keys =>
  Object.fromEntries(Object.entries(emulator.merchant.certs).filter(([id]) => choose(id)))

/** A client with all keys of a platform. */
const session = (sdk: Sdk, mode: string): Session => startSession(sdk, on(mode), keysOf(on(mode)))

let numbers = 0
const order = (emulator: Emulator): object =>
  nativeOrder(emulator, `CLIENT-${++numbers}`, { attach: 'a<b>&c/d' })
const place = (client: Session, mode: string): Promise<{ code_url: string }> =>
  client.call('POST', '/v3/pay/transactions/native', order(on(mode))) as Promise<{ code_url: string }>
const placed = { code_url: expect.stringMatching(/^weixin:/) as string }
const failure = (promise: Promise<unknown>): Promise<Failure> =>
  promise.then(
    () => expect.unreachable(),
    (error: Failure) => error,
  )

describe.each(each)('%s', (_, sdk) => {
  const official = sdk !== PYTHON
  const modes = official ? ['public-key', 'certificates', 'switching'] : ['certificates', 'switching']

  it.each(modes)('places an order, and is notified of it, with the platform in the mode %s', async (mode) => {
    const client = session(sdk, mode)
    expect(await place(client, mode)).toEqual(placed)
    expect(on(mode).requests.at(-1)).toMatchObject({ verified: true })
    const { headers, body } = on(mode).signNotification('TRANSACTION.SUCCESS', { out_trade_no: 'CLIENT-N' })
    const isKnown = official || !isPublicKey(headers['Wechatpay-Serial'] ?? '')
    if (isKnown) expect(await client.open(headers, body)).toMatchObject({ out_trade_no: 'CLIENT-N' })
    else expect((await failure(client.open(headers, body))).message).toMatch(/^no key PUB_KEY_ID_/)
  })

  it('asks for what is not there, with a query', async () => {
    const { mchid } = on('certificates').merchant
    const path = `/v3/pay/transactions/out-trade-no/NOBODYS?mchid=${mchid}`
    const error = await failure(session(sdk, 'certificates').call('GET', path))
    expect([error.status, error.message]).toEqual([404, 'ORDER_NOT_EXIST'])
  })

  it('closes an order, and believes an answer without a body', async () => {
    const client = session(sdk, 'certificates')
    const { merchant } = on('certificates')
    await client.call('POST', '/v3/pay/transactions/native', nativeOrder(on('certificates'), 'CLIENT-CLOSE'))
    const close = '/v3/pay/transactions/out-trade-no/CLIENT-CLOSE/close'
    expect(await client.call('POST', close, { mchid: merchant.mchid })).toBeUndefined()
  })

  it('is told the code of what fails at the platform, and can call again', async () => {
    const client = session(sdk, 'certificates')
    on('certificates').fail({ path: '*', status: 500, code: 'SYSTEM_ERROR', times: 1 })
    expect(await failure(place(client, 'certificates'))).toMatchObject({
      status: 500,
      message: 'SYSTEM_ERROR',
    })
    expect(await place(client, 'certificates')).toEqual(placed)
  })

  it.each(['certificates', 'switching'])('downloads the certificates in the mode %s', async (mode) => {
    const client = startSession(sdk, on(mode), {})
    await client.download()
    const ids = Object.keys(await on(mode).certificates())
    expect(Object.keys(client.keys)).toEqual(ids)
    expect(
      Object.entries(client.keys).map(([id, pem]) => new X509Certificate(pem).serialNumber === id),
    ).toEqual(ids.map(() => true))
    expect(await place(client, mode)).toEqual(placed)
  })

  it('is told that there are no certificates for a merchant with the public key', async () => {
    const error = await failure(startSession(sdk, on('public-key'), {}).download())
    expect([error.status, error.message]).toEqual([404, 'RESOURCE_NOT_EXISTS'])
  })

  it('encrypts a name with the key that it names', async () => {
    const emulator = on('certificates')
    const [[id, pem] = ['', '']] = Object.entries(keysOf(emulator))
    const client = startSession({ ...sdk, namesKey: true }, emulator, { [id]: pem })
    const key = { key: createPublicKey(pem), padding: constants.RSA_PKCS1_OAEP_PADDING }
    const name = publicEncrypt(key, Buffer.from('张三')).toString('base64')
    const receiver = {
      appid: 'wxd678efh567hg6787',
      type: 'PERSONAL_OPENID',
      account: 'oxTWIuGaIt6gTKsQRLau2M0yL16E',
    }
    await client.call('POST', '/v3/profitsharing/receivers/add', {
      ...receiver,
      relation_type: 'STORE',
      name,
    })
    expect(emulator.requests.at(-1)).toMatchObject({ decrypted: { '/name': '张三' } })
  })

  it('does not believe an answer or a notification under a wrong signature', async () => {
    const client = session(sdk, 'certificates')
    for (const fault of ['forged-signature', 'tampered', 'probe'] as const) {
      on('certificates').fail({ path: '*', fault, times: 1 })
      expect((await failure(place(client, 'certificates'))).message).toBe('wrong signature')
    }
    const { headers, body } = on('certificates').signNotification('TRANSACTION.SUCCESS')
    expect((await failure(client.open(headers, `${body} `))).message).toBe('wrong signature')
  })

  it('does not believe an answer without a signature, or under a key that nobody knows', async () => {
    const client = session(sdk, 'certificates')
    on('certificates').fail({ path: '/v3/pay/transactions/native', fault: 'unsigned', times: 1 })
    expect((await failure(place(client, 'certificates'))).message).toBe('no wechatpay-nonce')
    on('certificates').fail({ path: '/v3/pay/transactions/native', fault: 'unknown-serial', times: 1 })
    expect((await failure(place(client, 'certificates'))).message).toMatch(/^no key 5/)
  })

  it('looks at the time of an answer, unless it is of Python', async () => {
    const client = session(sdk, 'certificates')
    on('certificates').fail({ path: '*', fault: 'stale', times: 1 })
    const answer = place(client, 'certificates')
    if (official) expect((await failure(answer)).message).toBe('another time')
    else expect(await answer).toEqual(placed)
  })

  it.each(sdk.hosts)('reaches the emulator as %s', async (host) => {
    const client = startSession(sdk, on('tls'), keysOf(on('tls')), host)
    expect(await place(client, 'tls')).toEqual(placed)
  })
})

describe('an upload', () => {
  const file = Buffer.from('\x89PNG\r\n\x1a\n')
  const meta = JSON.stringify({
    filename: '公仔 1.png',
    sha256: createHash('sha256').update(file).digest('hex'),
  })
  const upload = (sdk: Sdk): Promise<object> =>
    session(sdk, 'certificates').upload('/v3/merchant/media/upload', meta, file) as Promise<object>

  it.each([PHP, GO, JAVA].map((sdk) => [sdk.name, sdk] as const))(
    'by %s is signed over its meta',
    async (_, sdk) => {
      expect(await upload(sdk)).toEqual({ media_id: expect.any(String) })
    },
  )

  it('by wechatpayv3 has no boundary, and is told so', async () => {
    const error = await failure(upload(PYTHON))
    expect([error.status, error.message]).toEqual([400, 'INVALID_REQUEST'])
    expect(on('certificates').requests.at(-1)?.answer?.body).toContain('boundary')
  })
})

describe('while a merchant switches to the public key', () => {
  it('a client that names no key is answered under a certificate, which it has to know', async () => {
    for (const sdk of [PHP, GO]) {
      const client = startSession(sdk, on('switching'), keysOf(on('switching'), isPublicKey))
      expect((await failure(place(client, 'switching'))).message).toMatch(/^no key [0-9A-F]{40}$/)
    }
  })

  it('a client that names the public key is answered under it', async () => {
    const client = startSession(JAVA, on('switching'), keysOf(on('switching'), isPublicKey))
    expect(await place(client, 'switching')).toEqual(placed)
  })
})

describe('after a rotation', () => {
  const known = (sdk: Sdk): Session => session(sdk, 'certificates')

  it('a client of Python learns the new certificate by itself', async () => {
    const client = known(PYTHON)
    await on('certificates').rotate()
    expect(await place(client, 'certificates')).toEqual(placed)
    expect(Object.keys(client.keys).length).toBeGreaterThan(1)
  })

  it.each([PHP, GO, JAVA].map((sdk) => [sdk.name, sdk] as const))(
    'a client of %s believes no answer before it has downloaded it',
    async (_, sdk) => {
      const client = known({ ...sdk, namesKey: false })
      await on('certificates').rotate()
      expect((await failure(place(client, 'certificates'))).message).toMatch(/^no key/)
      await client.download()
      expect(await place(client, 'certificates')).toEqual(placed)
    },
  )
})
