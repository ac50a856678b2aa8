import { performance } from 'node:perf_hooks'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createEmulator, type Emulator, type Fault } from '../../../lib/emulator/index.js'
import { call, IMPORT, IMPORT_BODY, isSignedBy, publicKeyId, publicKeyPem } from '../client.js'

const TEMPLATE = 'v3/marketing/membercard-open/cards/{card_id}/users/import'
let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator()
})
afterEach(() => emulator.recover())
afterAll(() => emulator.close())

const send = () => call(emulator, 'POST', IMPORT, IMPORT_BODY)
const genuine = async (fault: Fault) => {
  emulator.fail({ path: TEMPLATE, fault })
  const answer = await send()
  const age = Math.floor(Date.now() / 1000) - Number(answer.headers.get('wechatpay-timestamp'))
  return { answer, age, signed: isSignedBy(answer, publicKeyPem(emulator)) }
}

describe('a scripted API error', () => {
  test('has the status and code asked for, and is signed', async () => {
    emulator.fail({
      path: TEMPLATE,
      status: 500,
      code: 'SYSTEM_ERROR',
      message: '系统错误',
      detail: { a: 1 },
    })
    const answer = await send()
    expect(answer.status).toBe(500)
    expect(answer.json).toEqual({ code: 'SYSTEM_ERROR', message: '系统错误', detail: { a: 1 } })
    expect(isSignedBy(answer, publicKeyPem(emulator))).toBe(true)
  })

  test.each([
    [{ status: 429 }, 429, 'FREQUENCY_LIMITED'],
    [{ status: 503 }, 503, 'SYSTEM_ERROR'],
    [{ code: 'NOT_ENOUGH' }, 403, 'NOT_ENOUGH'],
    [{ code: 'ANYTHING' }, 400, 'ANYTHING'],
  ])('with only %o fills in the rest', async (script, status, code) => {
    emulator.fail({ path: TEMPLATE, ...script })
    expect(await send()).toMatchObject({ status, json: { code } })
  })

  test('adds headers such as Retry-After', async () => {
    emulator.fail({ path: TEMPLATE, status: 429, headers: { 'Retry-After': '7' } })
    expect((await send()).headers.get('retry-after')).toBe('7')
  })

  test('may be a redirect', async () => {
    emulator.fail({ path: TEMPLATE, status: 302, headers: { Location: 'http://127.0.0.1:9/' }, times: 1 })
    const answer = await send()
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'http://127.0.0.1:9/'])
  })

  test('does not hide a wrong signature', async () => {
    emulator.fail({ path: TEMPLATE, status: 500 })
    const answer = await call(emulator, 'POST', IMPORT, IMPORT_BODY, { sent: { nonce: 'other' } })
    expect(answer.status).toBe(401)
  })
})

describe('a script', () => {
  test.each([
    TEMPLATE,
    `/${TEMPLATE}`,
    IMPORT,
    IMPORT.slice(1),
    'v3/marketing/membercard-open/cards/{any}/users/import',
  ])('concerns the path %s', async (path) => {
    emulator.fail({ path, status: 500 })
    expect((await send()).status).toBe(500)
  })

  test.each(['v3/marketing', 'v3/certificates', IMPORT.replace('pb', 'xx')])(
    'of %s leaves others alone',
    async (path) => {
      emulator.fail({ path, status: 500 })
      expect((await send()).status).toBe(200)
    },
  )

  test('with a method leaves other methods alone', async () => {
    emulator.fail({ path: TEMPLATE, method: 'get', status: 500 })
    expect((await send()).status).toBe(200)
  })

  test('holds until cleared, or as many times as it says; the newest counts', async () => {
    const handle = emulator.fail({ path: TEMPLATE, status: 500 })
    emulator.fail({ path: TEMPLATE, status: 403, times: 2 })
    const statuses = [await send(), await send(), await send(), await send()].map(({ status }) => status)
    expect(statuses).toEqual([403, 403, 500, 500])
    expect(handle.hits).toBe(2)
    handle.clear()
    expect((await send()).status).toBe(200)
  })

  test('that makes no sense is an error at once', () => {
    expect(() => emulator.fail({ path: TEMPLATE })).toThrow(/status, a code or a fault/)
    expect(() => emulator.fail({ path: TEMPLATE, fault: 'forged' as Fault })).toThrow(
      /unknown fault "forged"/,
    )
    expect(() => emulator.fail({ path: '', status: 500 })).toThrow(/needs a path/)
    expect(() => emulator.fail({ path: TEMPLATE, status: 99 })).toThrow(/status/)
    expect(() => emulator.fail({ path: TEMPLATE, status: 500, times: 0 })).toThrow(/times/)
  })

  test.each([
    [{ path: '*', status: 500, tmes: 1 }, 'fail() has no tmes; it takes path, method'],
    [{ path: '*', status: 500, times: 1.5 }, 'an integer'],
    [{ path: '*', status: 500, headers: { 'Retry After': '1' } }, 'Retry After'],
    [{ path: '*', status: 302, headers: { Location: '/\n' } }, 'Location'],
    [{ path: '*', fault: null }, 'unknown fault null'],
    [{ notification: '*', fault: 'lost', status: 500 }, 'fail() of notifications has no status'],
    [null, 'fail() must be an object'],
  ])('that is misspelt is not ignored: %j', async (script, message) => {
    expect(() => emulator.fail(script as never)).toThrow(message)
    await expect(createEmulator({ faults: [script as never] })).rejects.toThrow(message)
  })

  test('may be in force from the start', async () => {
    const other = await createEmulator({ faults: [{ path: 'v3/certificates', code: 'SYSTEM_ERROR' }] })
    expect((await call(other, 'GET', '/v3/certificates')).status).toBe(500)
    await other.close()
  })
})

describe('a fault', () => {
  test('forged-signature is signed by a stranger under the right serial', async () => {
    const { answer, signed } = await genuine('forged-signature')
    expect([answer.status, signed]).toEqual([200, false])
    expect(answer.headers.get('wechatpay-serial')).toBe(publicKeyId(emulator))
    expect(answer.headers.get('wechatpay-signature')).toHaveLength(344)
  })

  test('tampered does not fit its genuine signature', async () => {
    const { answer, signed } = await genuine('tampered')
    expect(signed).toBe(false)
    expect(isSignedBy({ ...answer, text: answer.text.slice(0, -1) }, publicKeyPem(emulator))).toBe(true)
  })

  test('unsigned has no signature headers', async () => {
    const { answer } = await genuine('unsigned')
    expect([...answer.headers.keys()].filter((name) => name.startsWith('wechatpay'))).toEqual([])
  })

  test('stale and skew are genuine but ten minutes off', async () => {
    const stale = await genuine('stale')
    expect(stale.signed).toBe(true)
    expect(stale.age).toBeGreaterThanOrEqual(600)
    const skew = await genuine('skew')
    expect(skew.signed).toBe(true)
    expect(skew.age).toBeLessThanOrEqual(-599)
  })

  test('unknown-serial names a key that is nowhere listed', async () => {
    const { answer } = await genuine('unknown-serial')
    const serial = answer.headers.get('wechatpay-serial') ?? ''
    expect(serial).toMatch(/^[0-9A-F]{40}$/)
    expect(await emulator.certificates()).not.toHaveProperty(serial)
  })

  test('probe marks a signature that does not fit', async () => {
    const { answer } = await genuine('probe')
    expect(answer.headers.get('wechatpay-signature')).toMatch(/^WECHATPAY\/SIGNTEST\/.+/)
  })

  test('drop cuts the connection before an answer, after the request was recorded', async () => {
    emulator.requests.length = 0
    await expect(genuine('drop')).rejects.toThrow()
    expect(emulator.requests.map(({ verified }) => verified)).toContain(true)
  })

  test('torn cuts the connection within the body', async () => {
    await expect(genuine('torn')).rejects.toThrow()
  })

  test('delay answers late, and goes with a status', async () => {
    emulator.fail({ path: TEMPLATE, status: 500, fault: { delay: 120 } })
    const start = performance.now()
    expect((await send()).status).toBe(500)
    expect(performance.now() - start).toBeGreaterThan(100)
  })
})
