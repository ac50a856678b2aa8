import { createHash, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../../lib/emulator/index.js'
import { type MerchantOptions, Wechatpay } from '../../../lib/index.js'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function start(options: EmulatorOptions): Promise<Emulator> {
  const emulator = await createEmulator(options)
  closing.push(() => emulator.close())
  return emulator
}

function clientOf(emulator: Emulator, index: number, more: Partial<MerchantOptions> = {}): Wechatpay {
  const client = new Wechatpay({ ...(emulator.merchants[index] as MerchantOptions), ...more })
  closing.push(() => client.close())
  return client
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const OWN = {
  mchid: '1900000555',
  serial: '4A5B6C7D8E9F4A5B6C7D8E9F4A5B6C7D8E9F4A5B',
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  apiv3Key: '0123456789abcdef0123456789ABCDEF',
  secret: 'fedcba9876543210fedcba9876543210',
}

const native = (wxpay: Wechatpay, mchid: string, out_trade_no: string, more: object = {}) =>
  wxpay.v3.pay.transactions.native.post({
    json: {
      ...{ appid: 'wxd678efh567hg6787', mchid, description: 'QQ公仔', out_trade_no },
      ...{ notify_url: 'https://example.com/notify', amount: { total: 100 }, ...more },
    },
    retry: false,
  })

describe('a merchant of one’s own', () => {
  it('has the given id, keys and secrets, and signs with them', async () => {
    const emulator = await start({ merchants: [OWN] })
    expect(emulator.merchant).toMatchObject(OWN)
    expect(Object.keys(emulator.merchant.certs)[0]).toMatch(/^PUB_KEY_ID_011900000555/)
    expect(emulator.merchants).toEqual([emulator.merchant])
    const { status } = await native(clientOf(emulator, 0), OWN.mchid, 'OWN-001')
    expect(status).toBe(200)
    const { resource } = await clientOf(emulator, 0).notifications.parse(
      emulator.signNotification('REFUND.SUCCESS'),
    )
    expect(resource).toMatchObject({ mchid: OWN.mchid })
  })

  it('signs messages of v2 with its own secret', async () => {
    const emulator = await start({ merchants: [{}, OWN] })
    const message = { appid: 'wx1', mch_id: OWN.mchid, nonce_str: 'n', out_trade_no: 'NONE' }
    const text = `${Object.entries(message)
      .map(([name, value]) => `${name}=${value}&`)
      .join('')}key=${OWN.secret}`
    const sign = createHash('md5').update(text).digest('hex').toUpperCase()
    const body = `<xml>${Object.entries({ ...message, sign })
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join('')}</xml>`
    const response = await fetch(`${emulator.url}/pay/orderquery`, { method: 'POST', body })
    expect(await response.text()).toContain('ORDERNOTEXIST')
  })

  it('is made up where nothing is given, the second beside the first', async () => {
    const emulator = await start({ merchants: [{}, {}] })
    const [first, second] = emulator.merchants
    expect([first?.mchid, second?.mchid]).toEqual(['1900000109', '1900000110'])
    for (const name of ['serial', 'privateKey', 'apiv3Key', 'secret'] as const) {
      expect(second?.[name]).not.toBe(first?.[name])
    }
    expect(Object.values(second?.certs ?? {})).not.toEqual(Object.values(first?.certs ?? {}))
    expect(emulator.merchants[1]).toEqual(second)
    expect((await native(clientOf(emulator, 1), '1900000110', 'SECOND-001')).status).toBe(200)
  })

  it('is known by its own key alone', async () => {
    const emulator = await start({ merchants: [{}, OWN] })
    const { privateKey: foreign } = emulator.merchant
    const impostor = clientOf(emulator, 1, { privateKey: foreign })
    await expect(native(impostor, OWN.mchid, 'FORGED-1')).rejects.toMatchObject({ status: 401 })
  })

  it('keeps its keys and orders over restarts', async () => {
    const storage = join(mkdtempSync(join(tmpdir(), 'merchants-')), 'state.jsonl')
    const merchants = [{}, { mchid: OWN.mchid }]
    const first = await createEmulator({ storage, merchants })
    const [, { baseURL: _, ...before }] = first.merchants as never as [unknown, Record<string, unknown>]
    const wxpay = new Wechatpay(first.merchants[1] as MerchantOptions)
    await native(wxpay, OWN.mchid, 'KEPT-0001')
    wxpay.close()
    await first.close()
    const second = await start({ storage, merchants })
    expect(second.merchants[1]).toMatchObject(before)
    expect(await second.pay('KEPT-0001')).toMatchObject({ trade_state: 'SUCCESS' })
  })

  it('has a client certificate of its own over HTTPS', async () => {
    const emulator = await start({ https: true, merchants: [{}, OWN] })
    const { cert = '' } = emulator.merchants[1]?.merchant ?? {}
    const { serialNumber, publicKey } = new X509Certificate(cert)
    expect(serialNumber).toBe(OWN.serial)
    expect(publicKey.equals(createPublicKey(OWN.privateKey))).toBe(true)
    const { status } = await native(clientOf(emulator, 1), OWN.mchid, 'HTTPS-0001')
    expect(status).toBe(200)
  })

  it.each([
    [{ mchid: 19 }, 'merchants[0].mchid must be a text of digits'],
    [{ apiv3Key: 'short' }, 'merchants[0].apiv3Key must be a text of 32 bytes'],
    [{ privateKey: 'no key' }, 'merchants[0].privateKey is no RSA private key in PEM'],
    [{ appid: 'wx1' }, 'merchants[0] has no appid; it takes'],
    [{ kind: 'shop' }, 'merchants[0].kind must be'],
    [{ kind: 'merchant', subMerchants: [] }, 'only a partner has subMerchants'],
    [{ appids: 'wx1' }, 'merchants[0].appids must be a list'],
    [{ appids: [1] }, 'merchants[0].appids must be a list of texts'],
    [{ serial: 1234 }, 'merchants[0].serial must be a text'],
    [{ serial: 'serial=4A5B' }, 'merchants[0].serial must be a text'],
    [{ subMerchants: '1900000601' }, 'merchants[0].subMerchants must be a list'],
    [{ subMerchants: [null] }, 'merchants[0].subMerchants[0] must be a text of digits'],
    [{ subMerchants: [{ mchid: '1', appids: 'wx1' }] }, 'merchants[0].subMerchants[0].appids must be a list'],
    [{ subMerchants: [{}] }, 'merchants[0].subMerchants[0].mchid must be'],
  ])('is refused with the name of what is wrong: %j', async (given, message) => {
    await expect(createEmulator({ merchants: [given as never] })).rejects.toThrow(message)
  })

  it('shares its id with no other', async () => {
    await expect(createEmulator({ merchants: [OWN, { mchid: OWN.mchid }] })).rejects.toThrow('is there twice')
  })
})

describe('two merchants', () => {
  it('use the same number for different orders', async () => {
    const emulator = await start({ merchants: [{}, OWN] })
    const [first, second] = [clientOf(emulator, 0), clientOf(emulator, 1)]
    await native(first, '1900000109', 'SAME-0001')
    await native(second, OWN.mchid, 'SAME-0001', { amount: { total: 250 }, description: 'other' })
    await expect(emulator.pay('SAME-0001')).rejects.toThrow('say whose is meant')
    await emulator.pay('SAME-0001', { mchid: OWN.mchid })
    const stateOf = async (client: Wechatpay, mchid: string) =>
      (
        await client.v3.pay.transactions.outTradeNo._out_trade_no_.get({
          out_trade_no: 'SAME-0001',
          query: { mchid },
        })
      ).data
    expect(await stateOf(first, '1900000109')).toMatchObject({
      trade_state: 'NOTPAY',
      amount: { total: 100 },
    })
    expect(await stateOf(second, OWN.mchid)).toMatchObject({ trade_state: 'SUCCESS', amount: { total: 250 } })
    await emulator.pay('SAME-0001', { mchid: '1900000109' })
    await expect(emulator.pay('SAME-0001', { mchid: '1' })).rejects.toThrow(
      'there are: 1900000109, 1900000555',
    )
  })

  it('do not see each other’s orders', async () => {
    const emulator = await start({ merchants: [{}, OWN] })
    await native(clientOf(emulator, 0), '1900000109', 'HIDDEN-1')
    const query = { out_trade_no: 'HIDDEN-1', query: { mchid: OWN.mchid } }
    await expect(
      clientOf(emulator, 1).v3.pay.transactions.outTradeNo._out_trade_no_.get(query),
    ).rejects.toMatchObject({ code: 'ORDER_NOT_EXIST' })
  })

  it.each(['*', 'SAME-R1'])('are both meant by an outcome that is still to come, of %s', async (number) => {
    const emulator = await start({ merchants: [{}, OWN] })
    emulator.refund(number, 'ABNORMAL')
    emulator.refund(number, 'CLOSED', { mchid: OWN.mchid })
    const refunded = async (client: Wechatpay, mchid: string) => {
      await native(client, mchid, 'SAME-0001')
      await emulator.pay('SAME-0001', { mchid })
      const amount = { refund: 10, total: 100, currency: 'CNY' }
      const json = { out_trade_no: 'SAME-0001', out_refund_no: 'SAME-R1', amount }
      await client.v3.refund.domestic.refunds.post({ json })
      const query = { out_refund_no: json.out_refund_no }
      return (await client.v3.refund.domestic.refunds._out_refund_no_.get(query)).data.status
    }
    expect(await refunded(clientOf(emulator, 0), '1900000109')).toBe('ABNORMAL')
    expect(await refunded(clientOf(emulator, 1), OWN.mchid)).toBe('CLOSED')
    emulator.refund('SAME-R2', 'ABNORMAL')
    emulator.refund('SAME-R1', 'SUCCESS', { mchid: '1900000109' })
    expect(() => emulator.refund('SAME-R1', 'SUCCESS')).toThrow('say whose is meant')
  })

  it('are each notified under their own keys, also when it is sent again', async () => {
    const emulator = await start({ merchants: [{}, OWN], retryScale: 0.001 })
    const heard: object[] = []
    const wxpay = clientOf(emulator, 1)
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const message = {
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks).toString(),
      }
      heard.push(((await wxpay.notifications.parse(message)) as { resource: object }).resource)
      response.writeHead(heard.length < 2 ? 500 : 200).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => server.close())
    const notify_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    await native(wxpay, OWN.mchid, 'TOLD-0001', { notify_url })
    await emulator.pay('TOLD-0001')
    await expect.poll(() => emulator.deliveries[0]?.done).toBe(true)
    expect(heard).toMatchObject([{ mchid: OWN.mchid }, { mchid: OWN.mchid }])
    await emulator.notify('REFUND.SUCCESS', { url: notify_url, mchid: OWN.mchid })
    expect(heard.at(-1)).toMatchObject({ mchid: OWN.mchid })
  })

  it('have the same numbers under a seed, whichever is asked for first', async () => {
    const merchants = [{}, {}, {}]
    const secrets = async (indexes: readonly number[]) => {
      const emulator = await start({ seed: 7, merchants })
      for (const index of indexes)
        await native(clientOf(emulator, index), String(1_900_000_109 + index), 'SEEDED-1')
      return emulator.merchants.map(({ apiv3Key }) => apiv3Key)
    }
    expect(await secrets([2, 1])).toEqual(await secrets([1, 2]))
  })
})

describe('a brand of one’s own', () => {
  it('has the given id, keys and secrets, beside the merchant that is there by itself', async () => {
    const { serial, privateKey: key } = OWN
    const emulator = await start({
      merchants: [{ kind: 'brand', brandId: '998877', serial, privateKey: key, brandApiKey: OWN.apiv3Key }],
    })
    expect(emulator.brand).toMatchObject({
      brandId: '998877',
      serial,
      privateKey: key,
      brandApiKey: OWN.apiv3Key,
    })
    expect(emulator.merchant.mchid).toBe('1900000109')
    const client = new Wechatpay(emulator.brand)
    closing.push(() => client.close())
    expect((await client.brand.cardMember.cards._card_id_.get({ card_id: 'p1' })).status).toBe(200)
  })

  it('is one', async () => {
    const brand = { kind: 'brand' } as const
    await expect(createEmulator({ merchants: [brand, brand] })).rejects.toThrow('there can be one brand')
  })
})
