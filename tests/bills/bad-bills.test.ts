import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { ApiError, NetworkError, VerificationError } from '../../lib/index.js'
import { startRig } from '../e2e/client.js'
import { ALL_SUMMARY, tradeBill, tradeRow } from './lines.js'
import { rejection, rowsOf, type Served, serve, sha1Of } from './serve.js'

const rig = startRig()
const folder = mkdtempSync(join(tmpdir(), 'wechatpay-bad-bills-'))
afterAll(() => rmSync(folder, { recursive: true }))
const download = 'v3/billdownload/file'
const bill_date = '2024-01-01'

function asked(served: Served, options = {}) {
  const wxpay = rig.client()
  serve(wxpay, served)
  return wxpay.bills.trade({ bill_date }, options)
}

/** What reading, summing up and saving reject with; all the same. */
async function failure(served: Served): Promise<unknown> {
  const bill = await asked(served)
  const error = await rejection(rowsOf(bill))
  const { name, message } = error as Error
  expect(await rejection(bill.summary())).toMatchObject({ name, message })
  return error
}

async function savingFailure(served: Served): Promise<unknown> {
  const bill = await asked(served)
  const error = await rejection(bill.save(join(folder, 'bill.csv')))
  expect(readdirSync(folder)).toEqual([])
  return error
}

const whole = tradeBill(tradeRow('a'), tradeRow('b'))

describe('a bill that is not to be trusted', () => {
  it.each([
    ['another one than announced', { body: whole, sha1: '0'.repeat(40) }],
    ['altered by one byte', { body: whole.replace('`0.01', '`9.01'), sha1: 'a'.repeat(40) }],
    ['zipped and another', { body: gzipSync(whole), sha1: '79bb0f45fc4c42234a918000b2668d689e2bde04' }],
  ])('shows at its end, before there is a summary: %s', async (_what, served) => {
    const error = await failure(served)
    expect(error).toBeInstanceOf(VerificationError)
    expect(error).toMatchObject({ code: 'SIGNATURE_INVALID' })
    expect((error as Error).message).toMatch(/its SHA-1 is [0-9a-f]{40}, announced was/)
    expect(await savingFailure(served)).toMatchObject({ message: (error as Error).message })
  })

  it('shows when the gateway alters it', async () => {
    rig.emulator.fail({ path: download, fault: 'tampered' })
    const bill = await rig.wxpay.bills.trade({ bill_date })
    const seen: string[] = []
    const reading = async () => {
      for await (const row of bill) seen.push(row.out_trade_no)
    }
    expect(await rejection(reading())).toBeInstanceOf(VerificationError)
    expect(await rejection(bill.summary())).toBeInstanceOf(VerificationError)
  })

  it('is the unzipped one that the digest is of, not the zipped file', async () => {
    const body = gzipSync(whole)
    expect(await failure({ body })).toMatchObject({ code: 'SIGNATURE_INVALID' })
    expect(await rowsOf(await asked({ body, sha1: sha1Of(whole) }))).toHaveLength(2)
  })

  it.each([
    [
      'cut off before its summary',
      { body: whole.slice(0, whole.indexOf(ALL_SUMMARY)) },
      'before its summary',
    ],
    ['a page', { body: '<!doctype html><html></html>' }, 'a document that begins "<!doctype html>'],
    ['other JSON', { body: '{"hello":1}' }, 'a document that begins'],
    ['text', { body: 'please wait\r\n' }, 'none of the headings of a bill'],
    ['nothing', { body: '' }, 'it is empty'],
    ['half of a gzip', { body: gzipSync(whole).subarray(0, 100) }, 'its gzip is broken'],
    [
      'a broken gzip',
      { body: Buffer.concat([gzipSync(whole).subarray(0, 60), Buffer.alloc(60)]) },
      'gzip is broken',
    ],
  ])('is named for what it is: %s', async (_what, served, why) => {
    const error = await failure(served)
    expect(error).toBeInstanceOf(VerificationError)
    expect(error).toMatchObject({ code: 'ANSWER_INVALID', message: expect.stringContaining(why) })
  })

  it('is an error of the API when it says so with status 200', async () => {
    const body = JSON.stringify({ code: 'SYSTEM_ERROR', message: '系统繁忙' }, undefined, 2)
    for (const error of [await failure({ body }), await savingFailure({ body })]) {
      expect(error).toBeInstanceOf(ApiError)
      expect(error).toMatchObject({ code: 'SYSTEM_ERROR', status: 200, verified: false, path: download })
    }
  })
})

describe('an announcement that is not to be trusted', () => {
  it.each([
    ['no URL', { download_url: undefined }, 'names no download_url'],
    ['another host', { download_url: `https://evil.example/${download}?token=t` }, 'at https://evil.example'],
    [
      'a host that only looks alike',
      { download_url: `https://api.mch.weixin.qq.com.evil/${download}` },
      '.evil',
    ],
    ['another port', { download_url: `https://api.mch.weixin.qq.com:8443/${download}?token=t` }, ':8443'],
    ['no TLS', { download_url: `http://api.mch.weixin.qq.com/${download}?token=t` }, 'http://api'],
    [
      'another path',
      { download_url: 'https://api.mch.weixin.qq.com/v3/certificates' },
      'the path /v3/certificates',
    ],
    ['broken encoding', { download_url: `https://api.mch.weixin.qq.com/${download}?token=%zz` }, 'encoded'],
    ['another digest', { hash_type: 'MD5' }, 'announces no SHA-1'],
    ['no digest', { hash_value: '' }, 'announces no SHA-1'],
  ])('sends no signature anywhere: %s', async (_what, announce, why) => {
    const error = await rejection(asked({ announce }))
    expect(error).toBeInstanceOf(VerificationError)
    expect((error as Error).message).toContain(why)
    expect(rig.emulator.requests.map(({ path }) => path)).toEqual(['/v3/bill/tradebill'])
  })

  it('leads to the client’s own access point, with the token as it was', async () => {
    const url = `https://api.mch.weixin.qq.com/${download}?token=a%2Bb+c%3D%3D&tartype=GZIP`
    const bill = await asked({ announce: { download_url: url } })
    await rejection(rowsOf(bill))
    expect(rig.emulator.requests.at(-1)?.query).toEqual({ token: 'a+b+c==', tartype: 'GZIP' })
  })
})

describe('a download', () => {
  it('fails when the API has no bill', async () => {
    const tomorrow = new Date(Date.now() + 40 * 3_600_000).toISOString().slice(0, 10)
    const error = await rejection(rig.wxpay.bills.trade({ bill_date: tomorrow }))
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({
      code: 'NO_STATEMENT_EXIST',
      status: 400,
      verified: true,
      path: 'v3/bill/tradebill',
    })
    const v2 = await rig.wxpay.bills.v2.trade({ appid: 'wx8888888888888888', bill_date: tomorrow })
    expect(await rejection(rowsOf(v2))).toBeInstanceOf(ApiError)
  })

  it('fails when its token is too old', async () => {
    rig.emulator.fail({ path: download, status: 400, code: 'INVALID_REQUEST' })
    const bill = await rig.wxpay.bills.trade({ bill_date })
    expect(await rejection(rowsOf(bill))).toMatchObject({ name: 'ApiError', code: 'INVALID_REQUEST' })
  })

  it('fails when the connection breaks', async () => {
    for (const tar_type of [undefined, 'GZIP'] as const) {
      rig.emulator.fail({ path: download, fault: 'torn' })
      const bill = await rig.wxpay.bills.trade({ bill_date, ...(tar_type && { tar_type }) })
      const error = await rejection(rowsOf(bill))
      expect(error).toBeInstanceOf(NetworkError)
      expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retryable: true })
      expect(await rejection(bill.save(join(folder, 'bill.csv')))).toBeInstanceOf(NetworkError)
      expect(readdirSync(folder)).toEqual([])
      rig.emulator.recover()
    }
  })

  it('fails when nothing comes any more, and not because its reader takes long', async () => {
    async function* slow(): AsyncGenerator<Buffer> {
      yield Buffer.from(whole.slice(0, 600))
      await new Promise((resolve) => setTimeout(resolve, 60_000).unref())
    }
    const stalled = await asked({ body: Readable.from(slow()), sha1: '0'.repeat(40) }, { timeout: 500 })
    expect(await rejection(rowsOf(stalled))).toMatchObject({ name: 'NetworkError', code: 'TIMEOUT' })

    const patient = await asked({ body: whole }, { timeout: 500 })
    let rows = 0
    for await (const row of patient) {
      expect(row.description).toMatch(/[ab]/)
      await new Promise((resolve) => setTimeout(resolve, 600))
      rows++
    }
    expect(rows).toBe(2)
  })

  it('ends when its signal says so', async () => {
    await rig.emulator.fillBill('2023-06-06', 200_000)
    const controller = new AbortController()
    const bill = await rig.wxpay.bills.trade({ bill_date: '2023-06-06' }, { signal: controller.signal })
    const reading = async () => {
      let rows = 0
      for await (const _ of bill) if (++rows === 10) controller.abort()
    }
    expect(await rejection(reading())).toMatchObject({
      name: 'NetworkError',
      code: 'ABORTED',
      retryable: false,
    })
  })
})

describe('an encrypted bill', () => {
  const request = { sub_mchid: '1900000109', bill_date, account_type: 'BASIC' } as const
  it.each([
    ['another nonce', { nonce: '000000000000' }, 'cannot be decrypted'],
    ['no nonce', { nonce: '' }, 'none of AES-256, or has no nonce'],
  ])('is not to be trusted with %s', async (_what, change, why) => {
    const wxpay = rig.client()
    wxpay.client.v3.interceptors.response.use((response) => {
      const data = response.data as { download_bill_list?: object[] }
      for (const part of data.download_bill_list ?? []) Object.assign(part, change)
      return response
    })
    const reading = wxpay.bills.subMerchantFundflow(request).then(rowsOf)
    const error = await rejection(reading)
    expect(error).toMatchObject({ name: 'VerificationError' })
    if (why !== 'cannot be decrypted') expect((error as Error).message).toContain(why)
  })

  it('shows when it is altered', async () => {
    rig.emulator.fail({ path: download, fault: 'tampered' })
    const bill = await rig.wxpay.bills.subMerchantFundflow(request)
    expect(await rejection(rowsOf(bill))).toMatchObject({ name: 'VerificationError', code: 'ANSWER_INVALID' })
  })

  it('is not asked for in a cipher that is not supported', async () => {
    const sm4 = { ...request, algorithm: 'SM4_GCM' as never }
    expect(await rejection(rig.wxpay.bills.subMerchantFundflow(sm4))).toMatchObject({ name: 'RequestError' })
  })
})
