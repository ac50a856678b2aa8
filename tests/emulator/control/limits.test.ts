import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../lib/emulator/identity/random.js'
import { createEmulator } from '../../../lib/emulator/index.js'
import { Wechatpay } from '../../../lib/index.js'
import { startRig } from '../../e2e/client.js'
import { failure } from '../failure.js'

let now = Date.now
const rig = startRig({ seed: 'limits', platform: { mode: 'switching', probes: 0 }, clock: () => now() })

describe('a rate limit', () => {
  it('answers 429 with Retry-After beyond it, until time has passed', async () => {
    let time = Date.now()
    const emulator = await createEmulator({ platform: { mode: 'switching', probes: 0 }, clock: () => time })
    const wxpay = new Wechatpay(emulator.merchant)
    const limit = emulator.limit({ path: 'v3/certificates', rate: 2 })
    const ask = () => wxpay.v3.certificates.get({ retry: false })
    await ask()
    await ask()
    const error = await failure(ask())
    expect(error).toMatchObject({ status: 429, code: 'FREQUENCY_LIMITED' })
    expect(error.response.headers['retry-after']).toBe('1')
    time += 1_000
    await ask()
    expect(limit.hits).toBe(1)
    emulator.recover()
    for (let count = 0; count < 5; count++) await ask()
    wxpay.close()
    await emulator.close()
  })

  it('is passed by a client that waits as it is told', async () => {
    const limit = rig.emulator.limit({ path: 'v3/certificates', rate: 1 })
    const start = Date.now()
    // The gateway's time stands still until the second call has come, however slow this machine is.
    now = () => (limit.hits === 0 ? start : Date.now())
    await rig.wxpay.v3.certificates.get()
    await rig.wxpay.v3.certificates.get()
    now = Date.now
    expect(rig.emulator.requests.length).toBeGreaterThan(2)
  }, 20_000)
})

describe('in v2', () => {
  const query = (out_trade_no: string) =>
    rig.wxpay.v2.pay.orderquery.post({
      xml: { appid: 'wx8888888888888888', out_trade_no },
      retry: false,
    } as never)

  it('what comes too often is a signed no', async () => {
    rig.emulator.limit({ path: 'v2/pay/orderquery', rate: 0.01 })
    const first = await failure(query('NONE'))
    const second = await failure(query('NONE'))
    expect(first.code).not.toBe('FREQUENCY_LIMITED')
    expect(second).toMatchObject({ status: 200, code: 'FREQUENCY_LIMITED', verified: true })
  })

  it('a failure by chance has one chance at a request, whatever its names are', async () => {
    const fate = createRandom('twice/faults')
    const expected = Array.from({ length: 20 }, () => fate.fraction() < 0.5)
    const emulator = await createEmulator({ seed: 'twice', platform: { mode: 'switching', probes: 0 } })
    const wxpay = new Wechatpay(emulator.merchant)
    emulator.fail({ path: '*', code: 'SYSTEMERROR', probability: 0.5 })
    const hit: boolean[] = []
    for (const _ of expected) {
      const xml = { appid: 'wx8888888888888888', out_trade_no: 'NONE' }
      const error = await failure(wxpay.v2.pay.orderquery.post({ xml, retry: false } as never))
      hit.push(error.code === 'SYSTEMERROR')
    }
    wxpay.close()
    await emulator.close()
    expect(hit).toEqual(expected)
  })
})

describe('a fault', () => {
  const outcomes = async (seed: string): Promise<string> => {
    const emulator = await createEmulator({ seed, platform: { mode: 'switching', probes: 0 } })
    const wxpay = new Wechatpay(emulator.merchant)
    emulator.fail({ path: '*', status: 500, probability: 0.5 })
    const seen: string[] = []
    for (let count = 0; count < 40; count++) {
      const said = await wxpay.v3.certificates.get({ retry: false }).then(
        () => 'ok',
        () => 'no',
      )
      seen.push(said)
    }
    wxpay.close()
    await emulator.close()
    return seen.join()
  }

  it('that comes by chance is the same under the same seed', async () => {
    const [first, again, other] = [await outcomes('a'), await outcomes('a'), await outcomes('b')]
    expect(again).toBe(first)
    expect(other).not.toBe(first)
    expect(first).toMatch(/ok/)
    expect(first).toMatch(/no/)
  })

  it('is scripted by the path of the documentation, whatever access point it goes to', async () => {
    rig.emulator.fail({ path: 'v3/statements', status: 503 })
    const query = { date: '20240101' }
    const error = await failure(rig.wxpay.chain('hk/v3/statements').get({ query, retry: false } as never))
    expect(error.status).toBe(503)
  })
})
