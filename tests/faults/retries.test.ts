import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { CALL_CHANNEL, type CallEvent, type NetworkError } from '../../lib/index.js'
import { startRig } from '../e2e/client.js'

const rig = startRig({ platform: { mode: 'switching', probes: 0 } })
const path = 'v3/marketing/membercard-open/cards/{card_id}/users/import'
let number = 0
const request = () => ({
  card_id: 'c',
  json: { openid: 'o', code: 'c', out_request_no: `retry-${number++}` },
})
const arrivals = () => rig.emulator.requests.map(({ path: arrived }) => arrived)

describe('a call is tried again', () => {
  it.each([
    ['SYSTEM_ERROR', { status: 500, code: 'SYSTEM_ERROR' }],
    ['FREQUENCY_LIMITED', { status: 429, code: 'FREQUENCY_LIMITED' }],
    ['a dropped connection', { fault: 'drop' }],
    ['a torn answer', { fault: 'torn' }],
  ] as const)('after %s, when its number makes that harmless', async (_, failure) => {
    rig.emulator.fail({ path, times: 2, ...failure })
    expect((await rig.wxpay[path].post(request())).data.code).toBe('c')
    expect(arrivals()).toHaveLength(3)
  })

  it('with the same body and a signature of its own each time', async () => {
    rig.emulator.fail({ path, times: 2, status: 500, code: 'SYSTEM_ERROR' })
    await rig.wxpay[path].post(request())
    const { requests } = rig.emulator
    expect(new Set(requests.map(({ body }) => body)).size).toBe(1)
    expect(requests.every(({ verified }) => verified)).toBe(true)
    expect(new Set(requests.map(({ message }) => message)).size).toBe(3)
  })

  it("with the user's interceptors run once for each", async () => {
    const wxpay = rig.client()
    wxpay.client.v3.interceptors.request.use((config) => {
      config.data = { ...config.data, openid: `${config.data.openid}!` }
      return config
    })
    rig.emulator.fail({ path, times: 1, status: 500, code: 'SYSTEM_ERROR' })
    await wxpay[path].post(request())
    expect(rig.emulator.requests.map(({ body }) => JSON.parse(body).openid)).toEqual(['o!', 'o!'])
  })

  it('because it only reads', async () => {
    rig.emulator.fail({ path: 'v3/certificates', times: 1, fault: 'drop' })
    await rig.wxpay.v3.certificates.get()
    expect(arrivals()).toHaveLength(2)
  })

  it('as long as its limit says', async () => {
    rig.emulator.fail({ path, status: 500, code: 'SYSTEM_ERROR' })
    await expect(rig.wxpay[path].post({ ...request(), retry: 1 })).rejects.toMatchObject({
      code: 'SYSTEM_ERROR',
    })
    expect(arrivals()).toHaveLength(2)
  })

  it('when the answer says so', async () => {
    rig.emulator.fail({
      path,
      times: 1,
      status: 429,
      code: 'FREQUENCY_LIMITED',
      headers: { 'Retry-After': '1' },
    })
    const delays: number[] = []
    const listen = (event: unknown) => {
      const { type, ...fields } = event as CallEvent
      if (type === 'retry' && 'delay' in fields) delays.push(fields.delay)
    }
    subscribe(CALL_CHANNEL, listen)
    await rig.wxpay[path].post(request())
    unsubscribe(CALL_CHANNEL, listen)
    expect(delays).toEqual([1_000])
  })
})

describe('a call is not tried again', () => {
  const pay = () => rig.wxpay.chain('v3/not-documented').post({ json: { total: 1 } })

  it('when it is a write without a number that makes it harmless', async () => {
    rig.emulator.fail({ path: 'v3/not-documented', fault: 'drop' })
    await expect(pay()).rejects.toMatchObject({ name: 'NetworkError', retryable: false })
    expect(arrivals()).toHaveLength(1)
  })

  it('when its number is missing', async () => {
    rig.emulator.fail({ path, fault: 'drop' })
    const { out_request_no: _, ...json } = request().json
    await expect(rig.wxpay[path].post({ card_id: 'c', json: json as never })).rejects.toThrow()
    expect(arrivals()).toHaveLength(1)
  })

  it('unless it asks for it', async () => {
    rig.emulator.fail({ path: 'v3/not-documented', fault: 'drop', times: 1 })
    await expect(
      rig.wxpay.chain('v3/not-documented').post({ json: { total: 1 }, retry: true }),
    ).rejects.toMatchObject({ status: 404 })
    expect(arrivals()).toHaveLength(2)
  })

  it('when it asks not to be', async () => {
    rig.emulator.fail({ path, fault: 'drop' })
    await expect(rig.wxpay[path].post({ ...request(), retry: false })).rejects.toThrow()
    expect(arrivals()).toHaveLength(1)
  })

  it.each([
    ['the API refused it', { status: 400, code: 'PARAM_ERROR' }],
    ['its answer was forged', { fault: 'forged-signature' }],
    ['it failed for good', { status: 500, code: 'BIZ_ERR_NEED_RETRY' }],
  ] as const)('because %s', async (_, failure) => {
    rig.emulator.fail({ path, ...failure })
    await expect(rig.wxpay[path].post(request())).rejects.toThrow()
    expect(arrivals()).toHaveLength(1)
  })

  it.each([-1, 1.5, 'yes'])('and %j is no limit', async (retry) => {
    await expect(rig.wxpay[path].post({ ...request(), retry: retry as never })).rejects.toThrow(
      'retry must be',
    )
  })
})

describe('an AbortSignal', () => {
  it('ends a call at once, also while it waits to be tried again', async () => {
    rig.emulator.fail({ path, status: 429, code: 'FREQUENCY_LIMITED', headers: { 'Retry-After': '60' } })
    const controller = new AbortController()
    const listen = (event: unknown) =>
      (event as CallEvent).type === 'retry' && controller.abort(new Error('the user left'))
    subscribe(CALL_CHANNEL, listen)
    const call = rig.wxpay[path].post({ ...request(), signal: controller.signal })
    const error = (await call.catch((reason: unknown) => reason)) as NetworkError
    unsubscribe(CALL_CHANNEL, listen)
    expect(error).toMatchObject({
      name: 'NetworkError',
      code: 'ABORTED',
      cause: { message: 'the user left' },
    })
    expect(arrivals()).toHaveLength(1)
  })

  it('may be one for many calls', async () => {
    const warned = vi.fn()
    process.on('warning', warned)
    const { signal } = new AbortController()
    await Promise.all(Array.from({ length: 20 }, () => rig.wxpay[path].post({ ...request(), signal })))
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', warned)
    expect(warned).not.toHaveBeenCalled()
  })

  it('says what came before, and that the order may exist', async () => {
    rig.emulator.fail({ path, fault: 'drop' })
    const controller = new AbortController()
    const listen = (event: unknown) => (event as CallEvent).type === 'retry' && controller.abort()
    subscribe(CALL_CHANNEL, listen)
    const call = rig.wxpay[path].post({ ...request(), retry: 9, signal: controller.signal })
    await expect(call).rejects.toThrow(
      /aborted while waiting to try again after: .*no answer.*order may exist/s,
    )
    unsubscribe(CALL_CHANNEL, listen)
  })

  it('that is aborted already sends nothing', async () => {
    await expect(rig.wxpay[path].post({ ...request(), signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
      message: expect.not.stringContaining('may exist'),
    })
    expect(arrivals()).toEqual([])
  })
})

describe('a deadline', () => {
  it('ends a call with all its repeats', async () => {
    rig.emulator.fail({ path, fault: { delay: 5_000 } })
    const wxpay = rig.client({ deadline: 300, timeout: 150 })
    const error = (await wxpay[path].post(request()).catch((reason: unknown) => reason)) as NetworkError
    expect(error).toMatchObject({ name: 'NetworkError', code: 'TIMEOUT' })
    expect(error.message).toContain('the deadline of 300 ms')
  })
})

describe('failover', () => {
  it('goes to the next access point after a failed connection, and signs the same way', async () => {
    const { baseURL, ...merchant } = rig.emulator.merchant
    const closed = await unusedPort()
    const seen: string[] = []
    const wxpay = rig.client({ ...merchant, baseURL: undefined as never, failover: [closed, baseURL] })
    wxpay.client.v3.interceptors.request.use((config) => {
      // What would go to the real gateway goes to a closed port of this machine.
      config.baseURL ??= closed
      seen.push(config.baseURL)
      return config
    })
    const own = request()
    expect((await wxpay[path].post(own)).data.code).toBe('c')
    expect(seen).toEqual([closed, closed, baseURL])
    // What was on its way when the deadline of the test above ended its call may arrive only now.
    const arrived = rig.emulator.requests.filter(({ body }) => body.includes(own.json.out_request_no))
    expect(arrived).toMatchObject([{ verified: true }])
  })
})

describe('events', () => {
  it('tell of attempts, repeats and answers, and of nothing secret', async () => {
    const events: CallEvent[] = []
    const listen = (event: unknown) => events.push(event as CallEvent)
    rig.emulator.fail({ path, times: 1, status: 500, code: 'SYSTEM_ERROR' })
    subscribe(CALL_CHANNEL, listen)
    await rig.wxpay[path].post(request())
    unsubscribe(CALL_CHANNEL, listen)
    const facts = { method: 'POST', path }
    expect(events).toMatchObject([
      { type: 'attempt', attempt: 1, ...facts },
      { type: 'retry', attempt: 1, error: { code: 'SYSTEM_ERROR' }, ...facts },
      { type: 'attempt', attempt: 2, ...facts },
      { type: 'response', attempt: 2, status: 200, requestId: expect.any(String), ...facts },
    ])
    expect(inspect(events, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain('signature=')
  })
})

async function unusedPort(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}
