import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../../../lib/emulator/index.js'
import { call, isSignedBy, openAesGcm, publicKeyId, publicKeyPem } from '../client.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator()
})
afterAll(() => emulator.close())

async function download() {
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
  test('come encrypted under the APIv3 key, with an answer signed by one of them', async () => {
    const { answer, certificates } = await download()
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
    const [old] = (await download()).certificates
    const serial = await emulator.rotate()
    const { answer, certificates } = await download()
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
