import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../../lib/emulator/index.js'
import { Wechatpay } from '../../../lib/index.js'
import {
  call,
  IMPORT,
  IMPORT_BODY,
  isSignedBy,
  nativeOrder,
  openAesGcm,
  publicKeyId,
  publicKeyPem,
} from '../client.js'

const NOBODYS = '3775B6A45ACD588826D15E583A95F5DD00000000'

const opened: Emulator[] = []
async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await createEmulator(options)
  opened.push(emulator)
  return emulator
}
afterAll(async () => {
  for (const emulator of opened) await emulator.close()
})

/** Has the platform respond to a request that names a key, and returns the key that signed; fails unless it is genuine. */
async function signerOf(emulator: Emulator, serial: string): Promise<string> {
  const answer = await call(emulator, 'POST', IMPORT, IMPORT_BODY, {
    headers: { 'wechatpay-serial': serial },
  })
  expect(answer.status).toBe(200)
  const id = answer.headers.get('wechatpay-serial') ?? ''
  expect(isSignedBy(answer, emulator.merchant.certs[id] ?? '')).toBe(true)
  return id
}

/** The same for a notification. */
function notifierOf(emulator: Emulator): string {
  const { headers, body } = emulator.signNotification('REFUND.SUCCESS')
  const id = headers['Wechatpay-Serial'] ?? ''
  expect(isSignedBy({ headers: new Headers(headers), text: body }, emulator.merchant.certs[id] ?? '')).toBe(
    true,
  )
  return id
}

const isPublicKey = (id: string): boolean => id.startsWith('PUB_KEY_ID_')

describe('a platform that signs with its public key', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await start()
  })

  test('does so whatever the request names, and in notifications', async () => {
    const id = publicKeyId(emulator)
    expect(Object.keys(emulator.merchant.certs)).toEqual([id])
    for (const serial of ['', NOBODYS, id]) expect(await signerOf(emulator, serial)).toBe(id)
    expect(notifierOf(emulator)).toBe(id)
  })

  test('has no certificates, and says so in the API’s words', async () => {
    const { status, json } = await call(emulator, 'GET', '/v3/certificates')
    expect({ status, code: json.code }).toEqual({ status: 404, code: 'RESOURCE_NOT_EXISTS' })
    expect(json.message).toContain('无可用的平台证书')
    expect(await emulator.certificates()).toEqual({})
    await expect(emulator.rotate()).rejects.toThrow("platform: 'certificates'")
    await expect(emulator.retire()).rejects.toThrow("platform: 'certificates'")
  })
})

describe('a platform that signs with certificates', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await start({ platform: 'certificates' })
  })

  test('does so whatever the request names, and in notifications', async () => {
    const [id = '', ...others] = Object.keys(emulator.merchant.certs)
    expect([id, others]).toEqual([expect.stringMatching(/^[0-9A-F]{40}$/), []])
    const serials = ['', NOBODYS, id, 'PUB_KEY_ID_0119000001092024000000000000']
    for (const serial of serials) expect(await signerOf(emulator, serial)).toBe(id)
    expect(notifierOf(emulator)).toBe(id)
  })

  test('has a merchant that needs no more than its configuration, also after a rotation', async () => {
    for (const rotate of [async () => '', emulator.rotate]) {
      await rotate()
      const wxpay = new Wechatpay(emulator.merchant)
      const { data } = await wxpay.v3.pay.transactions.native.post({
        json: nativeOrder(emulator, `CERT-${Object.keys(emulator.merchant.certs).length}`) as never,
      })
      expect(data.code_url).toMatch(/^weixin:/)
      const event = await wxpay.notifications.parse(emulator.signNotification('TRANSACTION.SUCCESS'))
      expect(event.event_type).toBe('TRANSACTION.SUCCESS')
      wxpay.close()
    }
  })
})

describe('a platform that switches to its public key', () => {
  test('responds with the key that is named, else with a certificate', async () => {
    const emulator = await start({ platform: { mode: 'switching', probes: 0 } })
    const [id = '', serial = ''] = Object.keys(emulator.merchant.certs)
    expect([isPublicKey(id), isPublicKey(serial)]).toEqual([true, false])
    expect(await signerOf(emulator, id)).toBe(id)
    for (const named of ['', NOBODYS, serial]) expect(await signerOf(emulator, named)).toBe(serial)
  })

  test.each([0, 0.3, 1])('notifies with the public key by a share of %d', async (share) => {
    const emulator = await start({ platform: { mode: 'switching', share, probes: 0 }, seed: 'share' })
    const signers = Array.from({ length: 200 }, () => notifierOf(emulator))
    const found = signers.filter(isPublicKey).length / 200
    expect(Math.abs(found - share)).toBeLessThan(share % 1 === 0 ? 0.001 : 0.1)
  })

  test('notifies of a payment as of anything else', async () => {
    const emulator = await start({ platform: { mode: 'switching', share: 0, probes: 0 } })
    const seen: unknown[] = []
    const receiver = createServer((request, response) => {
      seen.push(request.headers['wechatpay-serial'])
      request.resume().on('end', () => response.writeHead(204).end())
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const notify_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
    await call(
      emulator,
      'POST',
      '/v3/pay/transactions/native',
      nativeOrder(emulator, 'SHARE-1', { notify_url }),
    )
    await emulator.pay('SHARE-1')
    expect(seen).toEqual(Object.keys(await emulator.certificates()))
    await new Promise((resolve) => receiver.close(resolve))
  })

  test.each([
    ['a mode', 'both' as never],
    ['a share', { mode: 'switching', share: 30 } as const],
  ])('is not started with %s that there is not', async (_, platform) => {
    await expect(createEmulator({ platform })).rejects.toThrow(TypeError)
  })
})

async function download(emulator: Emulator) {
  const answer = await call(emulator, 'GET', '/v3/certificates', undefined, {
    headers: { 'wechatpay-serial': '' },
  })
  const certificates = answer.json.data.map(
    // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
    (entry: any) => ({ ...entry, pem: openAesGcm(entry.encrypt_certificate, emulator.merchant.apiv3Key) }),
  )
  return { answer, certificates }
}

describe('platform certificates', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await start({ platform: 'certificates' })
  })

  test('come encrypted under the APIv3 key, with an answer signed by one of them', async () => {
    const { answer, certificates } = await download(emulator)
    expect(certificates).toHaveLength(1)
    const [{ serial_no, pem, effective_time, expire_time, encrypt_certificate }] = certificates
    expect(encrypt_certificate).toMatchObject({
      algorithm: 'AEAD_AES_256_GCM',
      associated_data: 'certificate',
    })
    expect(encrypt_certificate.nonce).toHaveLength(12)
    const certificate = new X509Certificate(pem)
    expect(certificate.serialNumber).toBe(serial_no)
    expect(Date.parse(effective_time)).toBe(Date.parse(certificate.validFrom))
    expect(Date.parse(expire_time)).toBe(Date.parse(certificate.validTo))
    expect(expire_time).toMatch(/\+08:00$/)
    expect(answer.headers.get('wechatpay-serial')).toBe(serial_no)
    expect(isSignedBy(answer, pem)).toBe(true)
    expect(await emulator.certificates()).toEqual({ [serial_no]: pem })
  })

  test('rotate: the new one signs at once, the old one stays listed until it is dropped', async () => {
    const [old] = (await download(emulator)).certificates
    const serial = await emulator.rotate()
    const { answer, certificates } = await download(emulator)
    expect(answer.headers.get('wechatpay-serial')).toBe(serial)
    expect(certificates.map((entry: { serial_no: string }) => entry.serial_no)).toEqual([
      old.serial_no,
      serial,
    ])
    expect(isSignedBy(answer, certificates[1].pem)).toBe(true)
    expect(isSignedBy(answer, old.pem)).toBe(false)
    const last = await emulator.rotate()
    await emulator.retire()
    expect(Object.keys(await emulator.certificates())).toEqual([last])
  })
})

describe('a notification', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await start({ platform: { mode: 'switching', share: 1, probes: 0 } })
  })

  test('can be made without sending: encrypted and signed by the public key', () => {
    const { headers, body } = emulator.signNotification('TRANSACTION.SUCCESS', { out_trade_no: '中' })
    const sent = { headers: new Headers(headers), text: body }
    expect(isSignedBy(sent, publicKeyPem(emulator))).toBe(true)
    expect(headers['Wechatpay-Serial']).toBe(publicKeyId(emulator))
    const event = JSON.parse(body)
    expect(Object.keys(event).sort()).toEqual(
      ['create_time', 'event_type', 'id', 'resource', 'resource_type', 'summary'].sort(),
    )
    expect(event).toMatchObject({
      event_type: 'TRANSACTION.SUCCESS',
      resource_type: 'encrypt-resource',
      resource: { algorithm: 'AEAD_AES_256_GCM', original_type: 'transaction' },
    })
    const told = JSON.parse(openAesGcm(event.resource, emulator.merchant.apiv3Key))
    expect(told).toMatchObject({ out_trade_no: '中', mchid: emulator.merchant.mchid })
  })

  test('has what is given in place of the sample, at every depth, and lacks what is given as undefined', () => {
    const { body } = emulator.signNotification('TRANSACTION.SUCCESS', {
      amount: { total: 42 },
      attach: undefined,
    })
    const told = JSON.parse(openAesGcm(JSON.parse(body).resource, emulator.merchant.apiv3Key))
    expect(told.amount).toMatchObject({ total: 42, currency: 'CNY' })
    expect(told).toHaveProperty('transaction_id')
    expect(told).not.toHaveProperty('attach')
  })

  test('can be signed by a certificate', async () => {
    const [serial = '', pem = ''] = Object.entries(await emulator.certificates()).at(-1) ?? []
    const { headers, body } = emulator.signNotification('REFUND.SUCCESS', {}, { serial })
    expect(headers['Wechatpay-Serial']).toBe(serial)
    expect(isSignedBy({ headers: new Headers(headers), text: body }, pem)).toBe(true)
    expect(() => emulator.signNotification('REFUND.SUCCESS', {}, { serial: 'X' })).toThrow(/no platform key/)
  })

  test('without a resource has one made up by the catalogue', async () => {
    let body = ''
    const receiver = createServer((request, response) => {
      request.on('data', (chunk) => (body += chunk)).on('end', () => response.writeHead(204).end())
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
    expect(await emulator.notify('REFUND.SUCCESS', { url })).toEqual({ status: 204, body: '' })
    await new Promise((resolve) => receiver.close(resolve))
    const resource = JSON.parse(openAesGcm(JSON.parse(body).resource, emulator.merchant.apiv3Key))
    expect(resource).toMatchObject({
      mchid: emulator.merchant.mchid,
      refund_status: 'SUCCESS',
      out_refund_no: expect.any(String),
      amount: { total: expect.any(Number), refund: expect.any(Number) },
    })
  })

  test('is delivered, and what the receiver answers comes back', async () => {
    const receiver = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(500).end(request.headers['wechatpay-serial']))
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
    const receipt = await emulator.notify('TRANSACTION.SUCCESS', { url, resource: { attach: 'a' } })
    expect(receipt).toEqual({ status: 500, body: publicKeyId(emulator) })
    await new Promise((resolve) => receiver.close(resolve))
    await expect(emulator.notify('TRANSACTION.SUCCESS', { url })).rejects.toThrow(/failed: /)
  })
})
