import { createServer } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { type ApiError, NetworkError, type VerificationError, type WechatpayError } from '../../lib/index.js'
import { startRig } from '../e2e/client.js'
import { rejection, startGateway } from '../protocols/v2/gateway.js'

const rig = startRig()
const gateway = startGateway()

const DOUBT = 'query it by your own number before sending it again, and never pay again under another number'

/** Calls of APIv3 that order something, or move money. */
const WRITES = [
  'v3/pay/transactions/jsapi',
  'v3/pay/transactions/codepay',
  'v3/refund/domestic/refunds',
  'v3/transfer/batches',
  'v3/fund-app/mch-transfer/transfer-bills',
  'v3/profitsharing/orders',
]
const PAYMENTS = WRITES.slice(1)

async function failing(path: string, failure: object): Promise<WechatpayError> {
  rig.emulator.fail({ path, times: 1, ...failure })
  const call = path.startsWith('v3/bill') ? 'get' : 'post'
  const error = await rejection(
    rig.wxpay.chain(path)[call]({ ...(call === 'post' && { json: {} }), retry: false }),
  )
  return error as WechatpayError
}

function expectOpen(error: WechatpayError, isOpen: boolean): void {
  expect([error.mayHaveHappened, error.message.includes(DOUBT)]).toEqual([isOpen, isOpen])
  expect(error.stack?.includes(DOUBT)).toBe(isOpen)
}

describe('a write that APIv3 answers with a signed error', () => {
  it.each(
    WRITES.flatMap((path) =>
      [
        { status: 500, code: 'SYSTEM_ERROR' },
        { status: 500, code: 'BANK_ERROR' },
        { status: 400, code: 'USERPAYING' },
        { status: 400, code: 'USER_PAYING' },
        { status: 502, code: 'SOMETHING_NEW' },
      ].map((failure) => ({ path, ...failure })),
    ),
  )('may have happened: $path, $status $code', async ({ path, ...failure }) => {
    const error = await failing(path, failure)
    expect(error).toMatchObject({ code: failure.code, verified: true })
    expectOpen(error, true)
  })

  it.each(
    WRITES.flatMap((path) =>
      [
        { status: 400, code: 'PARAM_ERROR' },
        { status: 403, code: 'NO_AUTH' },
        { status: 403, code: 'NOT_ENOUGH' },
        { status: 429, code: 'FREQUENCY_LIMITED' },
      ].map((failure) => ({ path, ...failure })),
    ),
  )('did not happen: $path, $status $code', async ({ path, ...failure }) => {
    expectOpen(await failing(path, failure), false)
  })

  it.each(PAYMENTS)('may have happened where money moves by a code nobody knows: %s', async (path) => {
    expectOpen(await failing(path, { status: 400, code: 'SOMETHING_NEW' }), true)
  })

  it('did not happen where an order gets a code nobody knows, and the request was refused', async () => {
    expectOpen(await failing('v3/pay/transactions/jsapi', { status: 400, code: 'SOMETHING_NEW' }), false)
  })

  it('did not happen where it only reads', async () => {
    expectOpen(await failing('v3/bill/tradebill', { status: 500, code: 'SYSTEM_ERROR' }), false)
  })
})

describe('a write of APIv2', () => {
  const redPack = () =>
    gateway.wxpay.v2.mmpaymkttransfers.sendredpack.post({ xml: { mch_billno: '1' } as never })
  const order = () =>
    gateway.wxpay
      .chain('v2/pay/unifiedorder')
      .post({ xml: { appid: 'a', out_trade_no: 'n' } as never, retry: false })
  const query = () =>
    gateway.wxpay.v2.pay.orderquery.post({ xml: { appid: 'a', out_trade_no: 'n' } as never })
  const refused = (err_code: string) => ({ result_code: 'FAIL', err_code, err_code_des: 'x' })

  it.each(['PROCESSING', 'SYSTEMERROR', 'BANKERROR', 'USERPAYING', 'SOMETHING_NEW'])(
    'that pays out may have happened: %s',
    async (code) => {
      gateway.answer(gateway.signed(refused(code)))
      const error = (await rejection(redPack())) as ApiError
      expect(error.code).toBe(code)
      expectOpen(error, true)
    },
  )

  it.each(['NOTENOUGH', 'PARAM_ERROR', 'NO_AUTH', 'OPENID_ERROR', 'FREQ_LIMIT'])(
    'that pays out did not happen: %s',
    async (code) => {
      gateway.answer(gateway.signed(refused(code)))
      expectOpen((await rejection(redPack())) as ApiError, false)
    },
  )

  it('that orders goes by the codes of what is under way', async () => {
    gateway.answer(gateway.signed(refused('SYSTEMERROR')))
    expectOpen((await rejection(order())) as ApiError, true)
    gateway.answer(gateway.signed(refused('SOMETHING_NEW')))
    expectOpen((await rejection(order())) as ApiError, false)
  })

  it('is not meant where it only reads', async () => {
    gateway.answer(gateway.signed(refused('SYSTEMERROR')))
    expectOpen((await rejection(query())) as ApiError, false)
    gateway.answer({ body: '<xml><return_code>SUCCESS</return_code></xml>' })
    expectOpen((await rejection(query())) as VerificationError, false)
  })

  it('that moves money has no outcome without a result_code', async () => {
    gateway.answer({ body: '<xml><return_code>SUCCESS</return_code></xml>' })
    const error = await rejection(redPack())
    expect(error).toMatchObject({ code: 'ANSWER_INVALID' })
    expectOpen(error as VerificationError, true)
  })

  it('that was not even read did not happen, though such a refusal is not signed', async () => {
    gateway.answer({ body: '<xml><return_code>FAIL</return_code><return_msg>签名错误</return_msg></xml>' })
    for (const call of [redPack, order]) {
      const error = (await rejection(call())) as ApiError
      expect(error).toMatchObject({ code: 'SIGNERROR' })
      expectOpen(error, false)
    }
  })

  it('without a good answer may have happened', async () => {
    gateway.answer({ body: '' })
    const error = await rejection(order())
    expect(error).toMatchObject({ code: 'ANSWER_INVALID', response: { status: 200 } })
    expectOpen(error as VerificationError, true)
    gateway.answer({ status: 502, body: '<html>Bad Gateway</html>' })
    expectOpen((await rejection(redPack())) as ApiError, true)
  })
})

describe('what an attempt has left open', () => {
  const path = 'v3/refund/domestic/refunds'
  const refund = { json: { out_trade_no: 'n', out_refund_no: 'r' } } as never

  it('a later refusal does not close', async () => {
    rig.emulator.fail({ path, status: 400, code: 'PARAM_ERROR', times: 1 })
    rig.emulator.fail({ path, fault: 'drop', times: 1 })
    const error = (await rejection(rig.wxpay.chain(path).post(refund))) as ApiError
    expect(rig.emulator.requests).toHaveLength(2)
    expect(error).toMatchObject({ code: 'PARAM_ERROR' })
    expectOpen(error, true)
  })

  it('a connection that was never made leaves nothing open', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    const wxpay = rig.client({ baseURL: `http://127.0.0.1:${port}` })
    const error = (await rejection(wxpay.chain(path).post(refund))) as NetworkError
    expect(error).toBeInstanceOf(NetworkError)
    expectOpen(error, false)
  })

  it('what still queued has not left', async () => {
    let sent = 0
    const server = createServer((socket) => socket.once('data', () => sent++).resume())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const wxpay = rig.client({ baseURL: `http://127.0.0.1:${port}` })
    const call = (timeout: number): Promise<unknown> =>
      rejection(wxpay.chain(path).post({ ...(refund as object), retry: false, timeout } as never))
    const underWay = Array.from({ length: 128 }, () => call(60_000))
    await vi.waitUntil(() => sent === 128, { timeout: 30_000 })
    // No connection becomes free while these wait for one.
    const waiting = await Promise.all(Array.from({ length: 12 }, () => call(1_000)))
    wxpay.close()
    const calls = [...underWay, ...waiting]
    const errors = (await Promise.all(calls)) as NetworkError[]
    const queued = errors.filter(({ mayHaveHappened }) => !mayHaveHappened)
    // As many as there are beyond the connections to one host.
    expect(queued).toHaveLength(140 - 128)
    for (const error of queued) {
      expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true })
      expect(error.message).toContain('no connection within 1000 ms')
      expectOpen(error, false)
    }
    server.close()
  })

  it('is said over the axios instances, too', async () => {
    const wxpay = rig.client()
    expect(wxpay.client.v3.defaults).toBeDefined()
    for (const [failure, isOpen] of [
      [{ status: 500, code: 'SYSTEM_ERROR' }, true],
      [{ fault: 'forged-signature' }, true],
      [{ fault: 'drop' }, true],
      [{ status: 400, code: 'PARAM_ERROR' }, false],
    ] as const) {
      rig.emulator.recover()
      rig.emulator.fail({ path, times: 1, ...failure })
      expectOpen(
        (await rejection(wxpay.chain(path).post({ json: {}, retry: false } as never))) as WechatpayError,
        isOpen,
      )
      rig.emulator.fail({ path, times: 1, ...failure })
      expectOpen((await rejection(wxpay.client.v3.post(path, {}))) as WechatpayError, isOpen)
    }
  })
})

describe('an error', () => {
  it('shows in JSON what is public of it', async () => {
    const path = 'v3/pay/transactions/jsapi'
    rig.emulator.fail({ path, status: 403, code: 'NO_AUTH', message: '商户号无权限', times: 1 })
    const error = (await rejection(rig.wxpay.chain(path).post({ json: {} } as never))) as ApiError
    expect(error).toMatchObject({ apiMessage: '商户号无权限', response: { statusText: 'Forbidden' } })
    const shown = JSON.parse(JSON.stringify(error)) as Record<string, unknown>
    expect(shown).toMatchObject({
      name: 'ApiError',
      code: 'NO_AUTH',
      message: error.message,
      apiMessage: '商户号无权限',
      status: 403,
      mayHaveHappened: false,
      path,
      response: { status: 403 },
    })
    expect(shown).not.toHaveProperty('stack')
  })
})
