import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../../lib/emulator/index.js'
import { Wechatpay } from '../../../lib/index.js'
import { WHO } from '../domain/rig.js'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

interface Shop {
  readonly emulator: Emulator
  /** The numbers of the payments that the receiver was told of, in that order. */
  readonly heard: string[]
  /** Places an order over v3 and pays it. */
  readonly pay: (out_trade_no: string) => ReturnType<Emulator['pay']>
}

/** An emulator, and a merchant whose receiver verifies what it is told. */
async function open(options: EmulatorOptions = {}, receiver?: RequestListener): Promise<Shop> {
  const emulator = await createEmulator({ retryScale: 0.0001, ...options })
  const wxpay = new Wechatpay(emulator.merchant)
  const heard: string[] = []
  const listener = wxpay.notifications.node({
    'TRANSACTION.SUCCESS': ({ resource }) => void heard.push(resource.out_trade_no),
  })
  const server = createServer(receiver ?? ((request, response) => void listener(request, response)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const notify_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  closing.push(() => {
    wxpay.close()
    server.closeAllConnections()
    server.close()
    return emulator.close()
  })
  async function pay(out_trade_no: string) {
    const { mchid } = emulator.merchant
    const order = { ...WHO, mchid, description: 'a', out_trade_no, notify_url, amount: { total: 1 } }
    await wxpay.v3.pay.transactions.native.post({ json: order })
    return emulator.pay(out_trade_no)
  }
  return { emulator, heard, pay }
}

const attemptsOf = ({ emulator }: Shop) => emulator.deliveries.flatMap(({ attempts }) => attempts)

describe('a notification with a fault', () => {
  it.each([
    ...(['forged-signature', 'tampered', 'unsigned', 'stale', 'skew', 'unknown-serial', 'probe'] as const),
  ])('%s is refused, and comes again in order', async (fault) => {
    const shop = await open()
    const script = shop.emulator.fail({ notification: 'TRANSACTION.SUCCESS', fault, times: 1 })
    expect((await shop.pay('BROKEN-1')).notified?.status).toBeGreaterThanOrEqual(400)
    await expect.poll(() => shop.heard).toEqual(['BROKEN-1'])
    expect(script.hits).toBe(1)
    await expect.poll(() => attemptsOf(shop).at(-1)?.status).toBe(200)
  })

  it('lost does not arrive, and comes again', async () => {
    const shop = await open()
    shop.emulator.fail({ notification: '*', fault: 'lost', times: 2 })
    expect((await shop.pay('LOST-1')).notified).toBeUndefined()
    await expect.poll(() => shop.heard).toEqual(['LOST-1'])
    const lost = { error: expect.stringContaining('lost') }
    await expect.poll(() => attemptsOf(shop)).toMatchObject([lost, lost, { status: 200 }])
  })

  it('duplicate comes twice', async () => {
    let requests = 0
    const shop = await open({}, (request, response) => {
      requests += 1
      request.resume().on('end', () => response.end())
    })
    shop.emulator.fail({ notification: '*', fault: 'duplicate', times: 1 })
    await shop.pay('TWICE-1')
    expect(requests).toBe(2)
    expect(attemptsOf(shop)).toHaveLength(2)
  })

  it('reorder comes after the next one', async () => {
    const shop = await open()
    shop.emulator.fail({ notification: 'TRANSACTION.SUCCESS', fault: 'reorder', times: 1 })
    expect((await shop.pay('ORDER-1')).notified).toBeUndefined()
    await shop.pay('ORDER-2')
    await expect.poll(() => shop.heard).toEqual(['ORDER-2', 'ORDER-1'])
  })

  it('reorder comes at the latest when all failures end', async () => {
    const shop = await open({ faults: [{ notification: '*', fault: 'reorder' }] })
    await shop.pay('ORDER-3')
    shop.emulator.recover()
    await expect.poll(() => shop.heard).toEqual(['ORDER-3'])
  })

  it('delay comes late', async () => {
    const shop = await open()
    shop.emulator.fail({ notification: '*', fault: { delay: 30 } })
    const started = performance.now()
    expect((await shop.pay('LATE-1')).notified?.status).toBe(200)
    expect(performance.now() - started).toBeGreaterThan(29)
  })

  it('concerns no other event, and ends when it is cleared', async () => {
    const shop = await open()
    shop.emulator.fail({ notification: 'REFUND.SUCCESS', fault: 'tampered' })
    shop.emulator.fail({ notification: '*', fault: 'tampered' }).clear()
    expect((await shop.pay('FINE-1')).notified?.status).toBe(200)
  })

  it.each([
    [{ notification: '', fault: 'lost' }, 'event type'],
    [{ notification: '*', fault: 'explode' }, 'unknown fault of a notification "explode"'],
    [{ notification: '*', fault: 'lost', times: 0 }, 'times must be at least 1'],
  ])('%j is none', async (script, message) => {
    const { emulator } = await open()
    expect(() => emulator.fail(script as never)).toThrow(message)
  })
})

describe('a platform that probes', () => {
  it('sends a probe before the genuine notification, which does not wait for it', async () => {
    const shop = await open({ platform: { mode: 'public-key', probes: 1 } })
    // A response with a scripted fault is no probe.
    shop.emulator.fail({ path: 'v3/pay/transactions/native', fault: { delay: 0 } })
    expect((await shop.pay('PROBE-1')).notified?.status).toBe(200)
    expect(shop.heard).toEqual(['PROBE-1'])
    expect(attemptsOf(shop)).toMatchObject([{ status: 401, probe: true }, { status: 200 }])
  })

  it('responds with probes by their share', async () => {
    const emulator = await createEmulator({ platform: { mode: 'switching', probes: 0.3 }, seed: 'probes' })
    const wxpay = new Wechatpay(emulator.merchant)
    closing.push(() => {
      wxpay.close()
      return emulator.close()
    })
    let probes = 0
    for (let times = 0; times < 100; times++) {
      await wxpay.v3.certificates.get({ retry: false }).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'SIGNATURE_PROBE' })
        probes += 1
      })
    }
    expect(probes).toBeGreaterThan(15)
    expect(probes).toBeLessThan(45)
  })
})

describe('a notification of APIv2', () => {
  it.each([
    ['an empty response', '', 'fail'],
    ['a FAIL', '<xml><return_code><![CDATA[FAIL]]></return_code></xml>', 'fail'],
    ['the response of v3', '{"code":"SUCCESS"}', 'fail'],
    ['a SUCCESS', '<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>', 'success'],
  ])('is taken by a return_code SUCCESS alone: %s', async (_, body, outcome) => {
    let requests = 0
    const { emulator } = await open()
    const server = createServer((request, response) => {
      requests += 1
      void text(request).then(() =>
        response.end(requests > 1 ? '<xml><return_code>SUCCESS</return_code></xml>' : body),
      )
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => server.close())
    const client = new Wechatpay(emulator.merchant)
    closing.push(() => client.close())
    await client.v2.pay.unifiedorder.post({
      xml: {
        ...{
          appid: 'wxd678efh567hg6787',
          body: 'QQ',
          out_trade_no: 'V2-ORDER-1',
          total_fee: 1,
          trade_type: 'NATIVE',
        },
        spbill_create_ip: '123.12.12.123',
        notify_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      },
    })
    await emulator.pay('V2-ORDER-1')
    await expect.poll(() => emulator.deliveries.at(-1)?.done).toBe(true)
    expect(requests).toBe(outcome === 'fail' ? 2 : 1)
  })
})
