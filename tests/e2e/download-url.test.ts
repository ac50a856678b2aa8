import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, describe, expect, expectTypeOf, it } from 'vitest'
import { RequestError, VerificationError, Wechatpay } from '../../lib/index.js'
import { rejection } from '../protocols/v2/gateway.js'
import { startRig } from './client.js'

const rig = startRig()
const folder = mkdtempSync(join(tmpdir(), 'download-url-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name))
})
const sink = join(folder, 'file')
const announced = async () =>
  (await rig.wxpay.v3.bill.tradebill.get({ query: { bill_date: '2024-01-01' } })).data

describe('a file by the URL that WeChat Pay gave out', () => {
  it('is downloaded into memory, as a stream and into a file, checked by its digest', async () => {
    const bill = await announced()
    const { data, headers } = await rig.wxpay.download(bill.download_url, { digest: bill })
    expectTypeOf(data).toEqualTypeOf<Buffer>()
    expect(createHash('sha1').update(data).digest('hex')).toBe(bill.hash_value)
    expect(headers['content-type']).toBeDefined()
    for (const digest of [undefined, bill]) {
      const url = bill.download_url
      const { data: stream } = await rig.wxpay.download(url, { responseType: 'stream', digest })
      expectTypeOf(stream).toEqualTypeOf<Readable>()
      expect(await buffer(stream)).toEqual(data)
      const { data: nothing } = await rig.wxpay.download(url, { sink, digest })
      expect([nothing, readFileSync(sink)]).toEqual([undefined, data])
    }
    expect(rig.emulator.requests.every(({ verified }) => verified)).toBe(true)
  })

  it('is right where it is zipped, and what is in it has the digest', async () => {
    const request = { query: { bill_date: '2024-01-01', tar_type: 'GZIP' } } as const
    const { data: digest } = await rig.wxpay.v3.bill.tradebill.get(request)
    const { data } = await rig.wxpay.download(digest.download_url, { digest })
    expect(createHash('sha1').update(gunzipSync(data)).digest('hex')).toBe(digest.hash_value)
    const own = { hash_type: 'SHA1', hash_value: createHash('sha1').update(data).digest('hex') }
    await rig.wxpay.download(digest.download_url, { digest: own, sink })
    expect(readFileSync(sink)).toEqual(data)
    const wrong = { hash_type: 'SHA1', hash_value: '0'.repeat(40) }
    const error = await rejection(rig.wxpay.download(digest.download_url, { digest: wrong }))
    expect(error).toBeInstanceOf(VerificationError)
  })

  it('leaves nothing behind when it has another digest', async () => {
    const { download_url } = await announced()
    const digest = { hash_type: 'SHA256', hash_value: '0'.repeat(64) }
    for (const options of [{ digest }, { digest, sink }]) {
      const error = await rejection(rig.wxpay.download(download_url, options))
      expect(error).toBeInstanceOf(VerificationError)
      expect(error).toMatchObject({
        message: expect.stringContaining('does not have the SHA-256 that is announced'),
      })
    }
    const { data } = await rig.wxpay.download(download_url, { digest, responseType: 'stream' })
    expect(await rejection(buffer(data))).toBeInstanceOf(VerificationError)
    expect(readdirSync(folder)).toEqual([])
  })

  it('may have an id in its path', async () => {
    const id = 'AAHkbQSR-hkr_x6Zn/Y4C=='
    const { data } = await rig.wxpay.download(
      `${rig.emulator.url}/v3/merchant-service/images/${encodeURIComponent(id)}`,
    )
    expect(data.length).toBeGreaterThan(0)
    expect(rig.emulator.requests.at(-1)).toMatchObject({
      path: `/v3/merchant-service/images/${encodeURIComponent(id)}`,
      verified: true,
    })
  })

  it('keeps the plus signs of its token', async () => {
    await rig.wxpay.download(`${rig.emulator.url}/v3/billdownload/file?token=a+b%2Fc`)
    expect(rig.emulator.requests.at(-1)?.url).toBe('/v3/billdownload/file?token=a%2Bb%2Fc')
  })

  it('fails with the error of the API', async () => {
    rig.emulator.fail({ path: 'v3/billdownload/file', status: 404, code: 'NO_STATEMENT_EXIST' })
    const call = rig.wxpay.download(`${rig.emulator.url}/v3/billdownload/file?token=t`, { sink })
    expect(await rejection(call)).toMatchObject({ code: 'NO_STATEMENT_EXIST' })
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a URL of somebody else', () => {
  it.each([
    'https://evil.example/v3/billdownload/file?token=t',
    'https://mch.weixin.qq.com.evil.example/v3/billdownload/file',
    'https://evilmch.weixin.qq.com/v3/billdownload/file',
    'http://api.mch.weixin.qq.com/v3/billdownload/file',
    'https://user@api.mch.weixin.qq.com/v3/billdownload/file',
    'ftp://api.mch.weixin.qq.com/x',
    '/v3/billdownload/file',
    '',
  ])('is refused, and gets no signature: %s', async (url) => {
    expect(await rejection(rig.wxpay.download(url))).toBeInstanceOf(RequestError)
    expect(rig.emulator.requests).toEqual([])
  })

  it('is asked at the host of WeChat Pay that it names, by a client without a baseURL', async () => {
    const { baseURL: _, ...merchant } = rig.emulator.merchant
    const hosts: string[] = []
    const wxpay = new Wechatpay({
      ...merchant,
      lookup: ((host: string, _options: object, found: (error: Error) => void) => {
        hosts.push(host)
        found(new Error('there is no such host here'))
      }) as never,
    })
    await rejection(
      wxpay.download('https://api2.mch.weixin.qq.com/v3/billdownload/file?token=t', { retry: false }),
    )
    await rejection(
      wxpay.download('https://apihk.mch.weixin.qq.com/hk/v3/statements?date=1', { retry: false }),
    )
    expect(hosts).toEqual(['api2.mch.weixin.qq.com', 'apihk.mch.weixin.qq.com'])
    wxpay.close()
  })
})

describe('options of a download', () => {
  it.each([
    [{ json: {} }, "there is no option 'json'"],
    [{ digest: { hash_type: 'MD5', hash_value: 'x' } }, 'digest must be { hash_type, hash_value }'],
    [{ digest: {} }, 'digest must be { hash_type, hash_value }'],
    [{ responseType: 'json' }, "responseType is 'arraybuffer'"],
    [{ responseType: 'stream', sink: 'file' }, 'goes to the sink, or comes as'],
    ['file', 'takes a URL and an object of options'],
  ])('are checked: %j', async (options, problem) => {
    const error = await rejection(
      rig.wxpay.download(`${rig.emulator.url}/v3/billdownload/file`, options as never),
    )
    expect(error).toMatchObject({ name: 'RequestError', message: expect.stringContaining(problem) })
    expect(rig.emulator.requests).toEqual([])
  })
})
