import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { startRig } from '../../e2e/client.js'
import { rejection, startGateway } from './gateway.js'
import { xmlOf } from './protocol.js'

const rig = startRig()
const gateway = startGateway()
const folder = mkdtempSync(join(tmpdir(), 'wechatpay-v2-'))
afterAll(() => rmSync(folder, { recursive: true }))

const xml = { appid: 'wx1', bill_date: '20240101', bill_type: 'ALL' as const }
const failure = xmlOf({ return_code: 'FAIL', return_msg: 'No Bill Exist', error_code: '20002' })

describe('a download', () => {
  it('is the file, as bytes', async () => {
    const { data } = await rig.wxpay.v2.pay.downloadbill.post({ xml })
    expect(data).toBeInstanceOf(Buffer)
    expect(data.toString()).toMatch(/^\uFEFF交易时间,/)
  })

  it('is the archive as it came', async () => {
    const { data } = await rig.wxpay.v2.pay.downloadbill.post({ xml: { ...xml, tar_type: 'GZIP' } })
    expect(gunzipSync(data).toString()).toMatch(/^\uFEFF交易时间,/)
  })

  it('is the text, where the endpoint has texts', async () => {
    const request = { appid: 'a', begin_time: '20170724000000', end_time: '20170725000000', offset: 0 }
    const { data } = await rig.wxpay.v2.billcommentsp.batchquerycomment.post({ xml: request })
    expect(data).toContain('赞，水果很新鲜')
  })

  it.each(['20990101', '30000101'])('fails in XML when there is none: %s', async (bill_date) => {
    const error = await rejection(rig.wxpay.v2.pay.downloadbill.post({ xml: { ...xml, bill_date } }))
    expect(error).toMatchObject({
      name: 'ApiError',
      code: 'FAIL',
      message: expect.stringContaining('No Bill Exist'),
    })
  })

  it('streams, and tells a failure from a file all the same', async () => {
    const ask = (bill_date: string) =>
      rig.wxpay.v2.pay.downloadbill.post({ xml: { ...xml, bill_date }, responseType: 'stream' })
    const { data } = await ask('20240101')
    expect((await buffer(data)).toString()).toMatch(/^\uFEFF交易时间,/)
    expect(await rejection(ask('20990101'))).toMatchObject({ name: 'ApiError', code: 'FAIL' })
  })

  it('goes to a sink, and leaves nothing there when it fails', async () => {
    const sink = join(folder, 'bill.csv')
    const { data } = await rig.wxpay.v2.pay.downloadbill.post({ xml, sink })
    expect(data).toBeUndefined()
    expect(readFileSync(sink, 'utf8')).toMatch(/^\uFEFF交易时间,/)
    const missing = join(folder, 'none.csv')
    await rejection(
      rig.wxpay.v2.pay.downloadbill.post({ xml: { ...xml, bill_date: '20990101' }, sink: missing }),
    )
    expect(readdirSync(folder)).toEqual(['bill.csv'])
  })

  it('of any size comes whole, however its first bytes arrive', async () => {
    const file = Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(3_000_000, 7)])
    gateway.answer({ body: file })
    const sink = join(folder, 'large')
    await gateway.wxpay.v2.pay.downloadbill.post({ xml, sink })
    expect(readFileSync(sink).equals(file)).toBe(true)
    gateway.answer({ body: '' })
    expect((await gateway.wxpay.v2.pay.downloadbill.post({ xml })).data).toHaveLength(0)
    gateway.answer({ body: gzipSync('x'), headers: { 'Content-Encoding': 'gzip' } })
    expect(String((await gateway.wxpay.v2.pay.downloadbill.post({ xml })).data)).toBe('x')
  })

  it('whose failure names a code has it', async () => {
    for (const body of [failure, `\uFEFF\n<?xml version="1.0"?>${failure}`]) {
      gateway.answer({ body })
      for (const options of [{}, { responseType: 'stream' as const }, { sink: join(folder, 'x') }]) {
        expect(await rejection(gateway.wxpay.v2.pay.downloadbill.post({ xml, ...options }))).toMatchObject({
          name: 'ApiError',
          code: '20002',
          response: { data: { return_msg: 'No Bill Exist' } },
        })
      }
    }
  })

  it('that breaks off or does not come is a NetworkError', async () => {
    rig.emulator.fail({ path: 'v2/pay/downloadbill', fault: 'torn' })
    for (const options of [{}, { sink: join(folder, 'torn') }]) {
      const error = await rejection(rig.wxpay.v2.pay.downloadbill.post({ xml, retry: false, ...options }))
      expect(error).toMatchObject({ name: 'NetworkError' })
    }
    const silent = createServer((_, response) => response.writeHead(200).flushHeaders())
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const baseURL = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const options = { baseURL, timeout: 100, retry: false, responseType: 'stream' as const }
    expect(await rejection(rig.wxpay.v2.pay.downloadbill.post({ xml, ...options }))).toMatchObject({
      name: 'NetworkError',
    })
    silent.closeAllConnections()
    silent.close()
    expect(readdirSync(folder)).not.toContain('torn')
  })

  it('is not believed where a user redirects it to an endpoint that signs', async () => {
    const wxpay = gateway.client()
    wxpay.client.v2.interceptors.request.use((config) => ({ ...config, url: 'pay/orderquery' }))
    gateway.answer({ body: 'no XML' })
    expect(await rejection(wxpay.v2.pay.downloadbill.post({ xml }))).toMatchObject({
      name: 'VerificationError',
    })
  })
})

describe('an upload', () => {
  const media = Buffer.from('\x89PNG\r\n an image \xff', 'latin1')

  it.each([
    ['a Buffer', () => media],
    ['a Blob', () => new Blob([media])],
    ['a File', () => new File([media], '名片.jpg')],
  ])('sends %s beside its digest and signature', async (_, make) => {
    const { data } = await rig.wxpay.v2.secapi.mch.uploadmedia.post({ multipart: { media: make() } })
    expect(data).toMatchObject({ result_code: 'SUCCESS' })
    expect(rig.emulator.requests.at(-1)).toMatchObject({ path: '/secapi/mch/uploadmedia', verified: true })
  })

  it('keeps a digest that the caller made', async () => {
    const error = await rejection(
      rig.wxpay.v2.secapi.mch.uploadmedia.post({ multipart: { media, media_hash: '0'.repeat(32) } }),
    )
    expect(error).toMatchObject({ name: 'ApiError', code: 'PARAM_ERROR' })
  })

  it.each([
    [{}, /multipart must be a plain object/],
    [{ multipart: {} }, /multipart.media must be a Buffer/],
    [{ multipart: { media: 'file:///no/such/file' } }, /cannot be read/],
    [{ xml: {} }, /pass its parts as 'multipart'/],
  ])('of %j is refused before anything is sent', async (request, why) => {
    const error = await rejection(rig.wxpay.v2.secapi.mch.uploadmedia.post(request as never))
    expect(error).toMatchObject({ name: 'RequestError', message: expect.stringMatching(why) })
    expect(rig.emulator.requests).toEqual([])
  })
})
