import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import type { Endpoint } from '../../catalog/model.js'
import { requestOf } from '../../catalog/requests.js'
import { lookup } from '../../lib/catalog/lookup.js'
import type { RecordedRequest } from '../../lib/emulator/index.js'
import { RequestError, sensitive } from '../../lib/index.js'
import { repositoryCatalogue } from '../catalog/loaded.js'
import { startRig } from './client.js'

const rig = startRig()
const folder = mkdtempSync(join(tmpdir(), 'wechatpay-uploads-'))
afterAll(() => rmSync(folder, { recursive: true }))

const asides = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`wechatpay-upload-${process.pid}-`))
const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from('图片'.repeat(500))])
const path = join(folder, '店面.png')
writeFileSync(path, png)

/** The parts of a multipart body, as they came. */
function partsOf({ body, headers }: RecordedRequest): Record<string, { head: string; content: Buffer }> {
  const boundary = /boundary=(.+)$/.exec(String(headers['content-type']))?.[1]
  const raw = Buffer.from(
    body,
    Buffer.from(body, 'utf8').length === body.length ? 'utf8' : 'latin1',
  ).toString('latin1')
  const parts = raw.split(`--${boundary}`).slice(1, -1)
  return Object.fromEntries(
    parts.map((part) => {
      const [head = '', ...rest] = part.slice(2, -2).split('\r\n\r\n')
      const content = Buffer.from(rest.join('\r\n\r\n'), 'latin1')
      return [/name="(\w+)"/.exec(head)?.[1] ?? '', { head: Buffer.from(head, 'latin1').toString(), content }]
    }),
  )
}

const arrived = () => rig.emulator.requests.at(-1) as RecordedRequest
const metaOf = () => JSON.parse(String(partsOf(arrived()).meta?.content)) as Record<string, string>
const sha256 = createHash('sha256').update(png).digest('hex')

describe('an upload', () => {
  const upload = 'v3/merchant-service/images/upload'

  it.each([
    ['a Buffer', () => png, 'file.png'],
    ['a Uint8Array', () => new Uint8Array(png), 'file.png'],
    ['a Blob', () => new Blob([png]), 'file.png'],
    ['a File', () => new File([png], 'a.png'), 'a.png'],
    ['a stream', () => Readable.from([png.subarray(0, 100), png.subarray(100)]), 'file.png'],
    ['a stream from a file', () => createReadStream(path), '店面.png'],
    ['a file:// URL', () => pathToFileURL(path), '店面.png'],
    ['a file:// URL as text', () => pathToFileURL(path).href as `file://${string}`, '店面.png'],
  ])('is made from %s, its meta computed and signed', async (_, file, filename) => {
    const { data } = await rig.wxpay[upload].post({ multipart: { file: file() } })
    expect(data.media_id).toBeTruthy()
    expect(arrived()).toMatchObject({ verified: true, method: 'POST', path: `/${upload}` })
    expect(metaOf()).toEqual({ filename, sha256 })
    const { meta, file: part } = partsOf(arrived())
    expect(part?.content.equals(png)).toBe(true)
    expect(part?.head).toContain(`filename="${filename}"`)
    expect(part?.head).toContain('Content-Type: image/png')
    expect(meta?.head).toContain('Content-Type: application/json')
    expect(arrived().message.split('\n')[4]).toBe(String(meta?.content))
    expect(Number(arrived().headers['content-length'])).toBeGreaterThan(png.length)
  })

  it('leaves nothing of a stream on the disk', async () => {
    await rig.wxpay[upload].post({ multipart: { file: Readable.from([png]) } })
    expect(asides()).toEqual([])
  })

  it("keeps the caller's own meta", async () => {
    await rig.wxpay[upload].post({ multipart: { file: png, meta: { filename: 'x.jpg' } } })
    expect(metaOf()).toEqual({ filename: 'x.jpg', sha256 })
    expect(partsOf(arrived()).file?.head).toContain('filename="x.jpg"')
  })

  it('is sent again whole, when it may be repeated', async () => {
    rig.emulator.fail({ path: upload, status: 500, code: 'SYSTEM_ERROR', times: 1 })
    await rig.wxpay[upload].post({ multipart: { file: Readable.from([png]) }, retry: true })
    expect(rig.emulator.requests.map((request) => partsOf(request).file?.content.equals(png))).toEqual([
      true,
      true,
    ])
  })

  it('tells how far it is', async () => {
    const seen: number[] = []
    const onUploadProgress = ({ loaded }: { loaded: number }) => seen.push(loaded)
    await rig.wxpay[upload].post({ multipart: { file: png }, onUploadProgress })
    expect(seen.at(-1)).toBeGreaterThanOrEqual(png.length)
  })

  it('may be changed by interceptors before its meta is signed', async () => {
    const wxpay = rig.client()
    wxpay.client.v3.interceptors.request.use((config) => {
      config.data = { ...config.data, extra: '1' }
      return config
    })
    await wxpay
      .chain('v3/not-documented')
      .post({ multipart: { file: png } })
      .catch(() => undefined)
    expect(arrived().verified).toBe(true)
    expect(metaOf()).toEqual({ filename: 'file.png', sha256, extra: '1' })
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['no file', { multipart: {} }, 'multipart.file must be a Buffer'],
    [
      'a path without file://',
      { multipart: { file: path } },
      'must be a Buffer, Blob, Readable or file:// URL',
    ],
    [
      'a file that is not there',
      { multipart: { file: 'file:///nowhere.png' } },
      'multipart.file cannot be read',
    ],
    ['a file on another machine', { multipart: { file: 'file://host/a.png' } }, 'no usable file:// URL'],
    ['another part', { multipart: { file: png, media: png } }, "unknown part 'media'"],
    [
      'a meta that is no object',
      { multipart: { file: png, meta: '{}' } },
      'multipart.meta must be an object',
    ],
    ['json beside it', { multipart: { file: png }, json: {} }, "an upload has no 'json'"],
    ['no object', { multipart: 'a.png' }, 'multipart must be a plain object'],
    [
      'a stream that fails',
      { multipart: { file: failing() } },
      'multipart.file cannot be read: disk on fire',
    ],
  ])('is refused with %s', async (_, request, why) => {
    const error = (await rig.wxpay[upload].post(request as never).catch((reason: unknown) => reason)) as Error
    expect(error).toBeInstanceOf(RequestError)
    expect(error.message).toContain(why)
    expect(rig.emulator.requests).toEqual([])
  })

  it('is refused where the endpoint takes none', async () => {
    await expect(
      rig.wxpay.chain('v3/pay/transactions/jsapi').post({ multipart: { file: png } } as never),
    ).rejects.toThrow()
    const native = rig.wxpay.v3.pay.transactions.native
    await expect(native.post({ multipart: { file: png } } as never)).rejects.toThrow(
      "pass the body as 'json'",
    )
  })
})

describe('every upload of APIv3', () => {
  const endpoints = repositoryCatalogue.endpoints.filter(({ api }) => api === 'v3')
  const uploads = endpoints.filter(({ upload }) => upload)

  it('is known at run time', () => {
    const known = endpoints.filter(({ template, verb }) => lookup(template, verb)?.upload)
    expect(known).toEqual(uploads)
    expect(uploads).toEqual(endpoints.filter(({ multipart }) => multipart))
  })

  /** What the caller gives of `meta`: the documented request without what the client computes. */
  function givenMeta(endpoint: Endpoint): Readonly<Record<string, unknown>> {
    const { name, digest, fixed } = endpoint.upload ?? {}
    const computed = new Set([name, digest, ...Object.keys(fixed ?? {})])
    const { meta } = (requestOf(endpoint).multipart ?? {}) as { meta?: object }
    return Object.fromEntries(Object.entries(meta ?? {}).filter(([field]) => !computed.has(field)))
  }

  it.each(uploads.map((endpoint) => [endpoint.template, endpoint] as const))(
    '%s takes the file and its meta',
    async (template, endpoint) => {
      const { upload } = endpoint
      const file = upload?.file ?? ''
      const values = Object.fromEntries(Object.keys(endpoint.path ?? {}).map((name) => [name, 'x']))
      const meta = givenMeta(endpoint)
      await rig
        .clientFor(template)
        .chain(template)
        .post({ ...values, multipart: { [file]: png, meta } })
      const digest = createHash(upload?.algorithm ?? 'sha256')
        .update(png)
        .digest('hex')
      expect(arrived()).toMatchObject({ verified: true, path: `/${template.replace(/\{\w+\}/g, 'x')}` })
      expect(partsOf(arrived())[file]?.content.equals(png)).toBe(true)
      expect(metaOf()).toEqual({
        ...meta,
        ...(upload?.name && { [upload.name]: 'file.png' }),
        ...(upload?.digest && { [upload.digest]: digest }),
        ...upload?.fixed,
      })
    },
  )
})

describe('an encrypted field of meta', () => {
  it('is encrypted, and Wechatpay-Serial names the key', async () => {
    await rig.wxpay
      .chain('v3/not-documented')
      .post({ multipart: { file: png, meta: { phone: sensitive('13800000000') } } })
      .catch(() => undefined)
    expect(metaOf().phone).toHaveLength(344)
    expect(arrived()).toMatchObject({ verified: true })
  })
})

describe('a large upload', () => {
  it('of 100 MB streams with little memory', async () => {
    const large = join(folder, 'video.mp4')
    writeFileSync(large, Buffer.alloc(100 * 1024 * 1024, 'video'))
    const script = `
      import { Wechatpay } from './lib/index.ts'
      const wxpay = new Wechatpay({ ...JSON.parse(process.env.MERCHANT), timeout: 120_000 })
      const upload = (file) => wxpay.v3.merchant.media.video_upload.post({ multipart: { file } })
      await upload(Buffer.from('small'))
      globalThis.gc()
      const before = process.memoryUsage.rss()
      let peak = before
      const timer = setInterval(() => { peak = Math.max(peak, process.memoryUsage.rss()) }, 5)
      const { data } = await upload(process.env.FILE)
      clearInterval(timer)
      console.log(JSON.stringify({ media_id: data.media_id, growth: (peak - before) / 1024 / 1024 }))
    `
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--expose-gc', '--import', 'tsx', '--input-type=module', '-e', script],
      {
        env: {
          ...process.env,
          MERCHANT: JSON.stringify(rig.emulator.merchant),
          FILE: pathToFileURL(large).href,
        },
      },
    )
    const { media_id, growth } = JSON.parse(stdout) as { media_id: string; growth: number }
    expect(media_id).toBeTruthy()
    expect(arrived()).toMatchObject({ verified: true })
    expect(growth).toBeLessThan(64)
  }, 180_000)
})

it('a stream that stalls is given up with its call, and nothing of it stays', async () => {
  const stalled = () => {
    const stream = new Readable({ read: () => undefined })
    stream.push('abc')
    return stream
  }
  const before = asides()
  await expect(
    rig.wxpay.v3.merchant.media.upload.post({
      multipart: { file: stalled() },
      signal: AbortSignal.timeout(50),
    }),
  ).rejects.toMatchObject({ code: 'ABORTED', message: expect.stringContaining('nothing was sent') })
  const hurried = rig.client({ deadline: 50 })
  await expect(
    hurried.v3.merchant.media.upload.post({ multipart: { file: stalled() } }),
  ).rejects.toMatchObject({
    code: 'TIMEOUT',
  })
  expect(asides()).toEqual(before)
})

function failing(): Readable {
  return new Readable({
    read() {
      this.destroy(new Error('disk on fire'))
    },
  })
}
