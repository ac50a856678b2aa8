import { describe, expect, it } from 'vitest'
import { ApiError, NetworkError, VerificationError } from '../../lib/index.js'
import { untilArrived } from '../e2e/arrival.js'
import { startRig } from '../e2e/client.js'

const rig = startRig({ platform: { mode: 'switching', probes: 0 } })
const path = 'v3/marketing/membercard-open/cards/{card_id}/users/import'
let number = 0
const importUser = () =>
  rig.wxpay[path].post({ card_id: 'c1', json: { openid: 'o', code: 'c', out_request_no: `no-${number++}` } })

describe('an answer that is not to be trusted never reaches the caller as data', () => {
  it.each([
    ['forged', 'forged-signature', 'SIGNATURE_INVALID'],
    ['tampered with', 'tampered', 'SIGNATURE_INVALID'],
    ['unsigned', 'unsigned', 'SIGNATURE_MISSING'],
    ['stale', 'stale', 'TIMESTAMP_INVALID'],
    ['from the future', 'skew', 'TIMESTAMP_INVALID'],
    ['signed by an unknown serial', 'unknown-serial', 'SERIAL_UNKNOWN'],
    ['a probe', 'probe', 'SIGNATURE_PROBE'],
  ] as const)('when it is %s', async (_, fault, code) => {
    rig.emulator.fail({ path, fault, times: 1 })
    const error = await importUser().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(VerificationError)
    const { message, ...fields } = error as VerificationError
    const known = Object.keys(rig.emulator.merchant.certs)
    expect(fields).toMatchObject({ code, knownSerials: expect.arrayContaining(known) })
    expect(message).toContain(`POST ${path}: the answer is not to be trusted`)
    expect(message).toContain('The order may exist all the same')
    expect(fields).toMatchObject({ mayHaveHappened: true, response: { status: 200, statusText: 'OK' } })
    expect(fields.response?.headers).toHaveProperty('request-id')
    expect(fields.response).not.toHaveProperty('data')
  })

  it('names the serial that signed it', async () => {
    rig.emulator.fail({ path, fault: 'unknown-serial', times: 1 })
    const error = (await importUser().catch((reason: unknown) => reason)) as VerificationError
    expect(error.serial).toMatch(/^[0-9A-Z_]+$/)
    expect(error.knownSerials).not.toContain(error.serial)
    expect(error.message).toContain(String(error.serial))
  })

  it('and says nothing of an order when it was a query', async () => {
    rig.emulator.fail({ path: 'v3/certificates', fault: 'forged-signature', times: 1 })
    const error = (await rig.wxpay.v3.certificates
      .get()
      .catch((reason: unknown) => reason)) as VerificationError
    expect(error).toBeInstanceOf(VerificationError)
    expect(error.message).not.toContain('order')
  })
})

describe('a probe, in place of the answer,', () => {
  const asked = () => rig.emulator.requests.length

  it('makes a query ask again', async () => {
    rig.emulator.fail({ path: 'v3/certificates', fault: 'probe', times: 1 })
    expect((await rig.wxpay.v3.certificates.get()).data).toHaveProperty('data')
    expect(asked()).toBe(2)
  })

  it('is called one when it comes again and again', async () => {
    rig.emulator.fail({ path: 'v3/certificates', fault: 'probe' })
    const call = rig.wxpay.v3.certificates.get()
    await expect(call).rejects.toMatchObject({
      code: 'SIGNATURE_PROBE',
      message: expect.stringContaining('is a probe'),
    })
    expect(asked()).toBe(3)
  })

  it.each([{ retry: false }, { retry: 0 }])('is not asked for again with %o', async (limit) => {
    rig.emulator.fail({ path: 'v3/certificates', fault: 'probe', times: 1 })
    await expect(rig.wxpay.v3.certificates.get(limit)).rejects.toMatchObject({ code: 'SIGNATURE_PROBE' })
    expect(asked()).toBe(1)
  })

  it('never makes a write go out again', async () => {
    rig.emulator.fail({ path, fault: 'probe', times: 1 })
    const json = { openid: 'o', code: 'c', out_request_no: 'probed' }
    const call = rig.wxpay[path].post({ card_id: 'c1', json, retry: true })
    await expect(call).rejects.toMatchObject({
      code: 'SIGNATURE_PROBE',
      message: expect.stringContaining('may exist all the same'),
    })
    expect(asked()).toBe(1)
  })

  it('of the certificates does not stand in the way of a write', async () => {
    const wxpay = rig.client({ certs: undefined as never })
    rig.emulator.fail({ path: 'v3/certificates', fault: 'probe', times: 1 })
    const json = { openid: 'o', code: 'c', out_request_no: 'after a probe' }
    expect((await wxpay[path].post({ card_id: 'c1', json })).data.code).toBe('c')
  })
})

describe('an error answer', () => {
  it('becomes an ApiError with all the API said', async () => {
    rig.emulator.fail({ path, status: 403, code: 'NO_AUTH', message: '商户号无权限', times: 1 })
    const error = (await importUser().catch((reason: unknown) => reason)) as ApiError
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({
      name: 'ApiError',
      status: 403,
      code: 'NO_AUTH',
      method: 'POST',
      path,
      verified: true,
      response: { status: 403, data: { code: 'NO_AUTH', message: '商户号无权限' } },
    })
    expect(error.requestId).toBe(error.response.headers['request-id'])
    expect(error.requestId).toBeTruthy()
    expect(error.message).toBe(`POST ${path}: 403 NO_AUTH; 商户号无权限; Request-ID ${error.requestId}`)
  })

  it.each(['forged-signature', 'unsigned', 'stale'] as const)('that is %s says so', async (fault) => {
    rig.emulator.fail({ path, status: 400, code: 'PARAM_ERROR', fault })
    const error = (await importUser().catch((reason: unknown) => reason)) as ApiError
    expect(error).toMatchObject({ name: 'ApiError', code: 'PARAM_ERROR', verified: false })
    expect(error.message).toContain('not verified')
    expect(error.message).toContain('The order may exist all the same')
  })

  it('shows its code on a failed signature, and the gateway names the message it computed', async () => {
    const impostor = rig.client({ serial: 'ABCDEF' })
    const error = (await impostor.v3.certificates.get().catch((reason: unknown) => reason)) as ApiError
    expect(error).toMatchObject({ status: 401, code: 'SIGN_ERROR' })
    expect(JSON.stringify(error.detail)).toContain('/v3/certificates')
  })

  it('may be a redirect, which neither body nor signature follows', async () => {
    const headers = { Location: `${rig.emulator.url}/v3/certificates` }
    rig.emulator.fail({ path, status: 302, headers, times: 1 })
    const error = (await importUser().catch((reason: unknown) => reason)) as ApiError
    expect(error).toMatchObject({ name: 'ApiError', status: 302 })
    expect(error.message).toContain('redirects are not followed')
    expect(rig.emulator.requests.map(({ path: arrived }) => arrived)).toEqual([
      '/v3/marketing/membercard-open/cards/c1/users/import',
    ])
  })
})

describe('no answer', () => {
  it.each([
    ['dropped', 'drop'],
    ['torn in the middle', 'torn'],
  ] as const)('because the connection was %s is a NetworkError', async (_, fault) => {
    rig.emulator.fail({ path, fault })
    const error = (await importUser().catch((reason: unknown) => reason)) as NetworkError
    expect(error).toBeInstanceOf(NetworkError)
    expect(error.code).toBe('CONNECTION_FAILED')
    expect(error.message).toContain('The order may exist all the same')
  })

  it('because nobody listens is a NetworkError that may be retried', async () => {
    const request = { baseURL: 'http://127.0.0.1:1' }
    const error = (await rig.wxpay.v3.certificates
      .get(request)
      .catch((reason: unknown) => reason)) as NetworkError
    expect(error).toMatchObject({ name: 'NetworkError', code: 'CONNECTION_FAILED', retryable: true })
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('within the timeout is a NetworkError', async () => {
    rig.emulator.fail({ path, fault: { delay: 60_000 } })
    const request = { card_id: 'c', json: { openid: 'o', out_request_no: 't' }, timeout: 100 }
    const error = (await rig.wxpay[path].post(request).catch((reason: unknown) => reason)) as NetworkError
    expect(error).toMatchObject({ name: 'NetworkError', code: 'TIMEOUT' })
  })

  it('because of an AbortSignal keeps its reason', async () => {
    rig.emulator.fail({ path, fault: { delay: 60_000 }, times: 1 })
    const controller = new AbortController()
    const request = { card_id: 'c', json: { openid: 'o', out_request_no: 'a' }, signal: controller.signal }
    const call = rig.wxpay[path].post(request)
    await untilArrived(rig.emulator)
    controller.abort(new Error('the user left'))
    const error = (await call.catch((reason: unknown) => reason)) as NetworkError
    expect(error).toMatchObject({ name: 'NetworkError', code: 'ABORTED', retryable: false })
    expect(error.cause).toMatchObject({ message: 'the user left' })
  })

  it('after close() never comes for what still queued: it is not sent', async () => {
    rig.emulator.fail({ path: '*', fault: { delay: 60_000 } })
    const wxpay = rig.client({ timeout: 60_000 })
    // More than there are connections, over axios' own adapter and over the lean one.
    const query = { mchid: '1' }
    const call = (way: object) =>
      wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.get({
        out_trade_no: 'n',
        query,
        ...way,
        retry: false,
      })
    const calls = Array.from({ length: 150 }, () => [call({ onDownloadProgress: () => undefined }), call({})])
    const settled = Promise.allSettled(calls.flat())
    await untilArrived(rig.emulator, 201)
    wxpay.close()
    expect((await settled).every(({ status }) => status === 'rejected')).toBe(true)
    expect(rig.emulator.requests.length).toBeLessThanOrEqual(256)
  })

  it('after close() is a NetworkError for calls in flight', async () => {
    const wxpay = rig.client()
    rig.emulator.fail({ path: 'v3/certificates', fault: { delay: 60_000 }, times: 1 })
    const refused = expect(wxpay.v3.certificates.get()).rejects.toBeInstanceOf(NetworkError)
    const arrived = () => rig.emulator.requests.map((request) => request.path)
    await expect.poll(arrived).toContain('/v3/certificates')
    wxpay.close()
    await refused
  })
})
