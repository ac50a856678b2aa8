import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { ApiError, NetworkError, VerificationError, WechatpayError } from '../../lib/index.js'
import { startRig } from './client.js'

const rig = startRig({ platform: { mode: 'switching', probes: 0 } })
const folder = mkdtempSync(join(tmpdir(), 'wechatpay-downloads-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name))
})

const bill = 'v3/billdownload/file'
const statement = 'v3/statements'
const query = { token: 't' }
const sink = join(folder, 'bill.csv')
const rejection = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (reason: unknown) => reason,
  )

interface Download {
  readonly url: string
  readonly downloads: () => number
  readonly close: () => void
}

/** A gateway that has zeros to download, which gzip packs to a thousandth. */
async function packedDownload(size: number): Promise<Download> {
  const packed = gzipSync(Buffer.alloc(size))
  return serveDownload((response) => {
    response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Type': 'text/plain' })
    response.end(packed)
  })
}

/** A gateway that has 3 MB to download, or sends half of them and falls silent. */
async function bigDownload(sent: 'all' | 'half' = 'all'): Promise<Download> {
  const bytes = Buffer.alloc(3 * 1024 * 1024, 'x')
  return serveDownload((response) => {
    response.writeHead(200, { 'Content-Length': bytes.length })
    if (sent === 'all') response.end(bytes)
    else response.write(bytes.subarray(bytes.length / 2))
  })
}

async function serveDownload(serve: (response: ServerResponse) => void): Promise<Download> {
  let downloads = 0
  const server = createServer((_, response) => {
    downloads++
    serve(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}`, downloads: () => downloads, close }
}

describe('a download that the API does not sign', () => {
  it('comes as bytes, as a stream, or into a file or stream', async () => {
    const { data: bytes } = await rig.wxpay[bill].get({ query })
    expect(Buffer.isBuffer(bytes)).toBe(true)
    expect(bytes.length).toBeGreaterThan(0)

    const { data: stream } = await rig.wxpay[bill].get({ query, responseType: 'stream' })
    expect(stream).toBeInstanceOf(Readable)
    expect(await buffer(stream)).toEqual(bytes)

    const { data: nothing, status } = await rig.wxpay[bill].get({ query, sink })
    expect([nothing, status]).toEqual([undefined, 200])
    expect(readFileSync(sink)).toEqual(bytes)
    expect(readdirSync(folder)).toEqual(['bill.csv'])

    const through = new PassThrough()
    const [gathered] = await Promise.all([buffer(through), rig.wxpay[bill].get({ query, sink: through })])
    expect(gathered).toEqual(bytes)
  })

  it('comes as a stream over fetch, too', async () => {
    const { file } = rig.client({ adapter: 'fetch' }).v3.billdownload
    const query = { token: 't' }
    const { data: bytes } = await file.get({ query })
    const { data: stream } = await file.get({ query, responseType: 'stream' })
    expect(await buffer(stream as Readable)).toEqual(bytes)
  })

  it('replaces the file that was there only when it is whole', async () => {
    await rig.wxpay[bill].get({ query, sink })
    const before = readFileSync(sink)
    rig.emulator.fail({ path: bill, fault: 'torn' })
    expect(await rejection(rig.wxpay[bill].get({ query, sink, retry: false }))).toBeInstanceOf(NetworkError)
    expect(readFileSync(sink)).toEqual(before)
    expect(readdirSync(folder)).toEqual(['bill.csv'])
  })

  it('leaves a file its permissions, a link its target, and a pipe what it is', async () => {
    const [target, link, pipe] = ['target', 'link', 'pipe'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    const bytes = (await rig.wxpay[bill].get({ query })).data
    writeFileSync(target, '', { mode: 0o600 })
    symlinkSync(target, link)
    await rig.wxpay[bill].get({ query, sink: link })
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect([readFileSync(target), statSync(target).mode & 0o777]).toEqual([bytes, 0o600])
    execFileSync('mkfifo', [pipe])
    const [read] = await Promise.all([readFile(pipe), rig.wxpay[bill].get({ query, sink: pipe })])
    expect(read).toEqual(bytes)
    expect(lstatSync(pipe).isFIFO()).toBe(true)
  })

  it('is tried again when it breaks off', async () => {
    rig.emulator.fail({ path: bill, fault: 'torn', times: 1 })
    await rig.wxpay[bill].get({ query, sink })
    expect(existsSync(sink)).toBe(true)
    expect(rig.emulator.requests).toHaveLength(2)
  })

  it('is not tried again into a stream, which has half of it already', async () => {
    rig.emulator.fail({ path: bill, fault: 'torn', times: 1 })
    const through = new PassThrough().resume()
    const error = await rejection(rig.wxpay[bill].get({ query, sink: through }))
    expect(error).toBeInstanceOf(NetworkError)
    expect(rig.emulator.requests).toHaveLength(1)
  })

  it('fails with the error of the API, whatever form was asked for', async () => {
    rig.emulator.fail({ path: bill, status: 400, code: 'NO_STATEMENT_EXIST' })
    for (const request of [{ query }, { query, sink }, { query, responseType: 'stream' as const }]) {
      const error = (await rejection(rig.wxpay[bill].get(request))) as ApiError
      expect(error).toBeInstanceOf(ApiError)
      expect(error).toMatchObject({
        code: 'NO_STATEMENT_EXIST',
        response: { data: { code: 'NO_STATEMENT_EXIST' } },
      })
    }
    expect(readdirSync(folder)).toEqual([])
  })

  it('of any size says once that its sink cannot be written', async () => {
    rig.emulator.requests.length = 0
    for (const sink of [join(folder, 'missing', 'bill.csv'), folder, '/dev/full', 'a\0b', 'x'.repeat(300)]) {
      const gateway = await bigDownload()
      const wxpay = rig.client({ baseURL: gateway.url })
      const error = await rejection(wxpay[bill].get({ query, sink }))
      expect(error).toMatchObject({ name: 'WechatpayError', code: 'SINK_FAILED' })
      expect(gateway.downloads()).toBe(1)
      gateway.close()
    }
  })

  it('waits for a sink that pauses, and not for a sender that falls silent', async () => {
    const gateway = await bigDownload('half')
    const wxpay = rig.client({ baseURL: gateway.url, timeout: 400 })
    let paused = false
    const slow = new Writable({
      highWaterMark: 1,
      write(_chunk, _encoding, callback) {
        // Longer than the timeout, once.
        if (paused) callback()
        else setTimeout(callback, 900)
        paused = true
      },
    })
    const error = await rejection(wxpay[bill].get({ query, sink: slow }))
    expect(error).toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('no data for 400 ms') })
    expect(paused).toBe(true)
    const { data } = await wxpay[bill].get({ query, responseType: 'stream' })
    await expect(buffer(data as Readable)).rejects.toMatchObject({ name: 'NetworkError', code: 'TIMEOUT' })
    gateway.close()
  })

  it('takes no more bytes than the call or the client allows, however small they were packed', async () => {
    const gateway = await packedDownload(64 * 1024 * 1024)
    const limit = 1024 * 1024
    const byCall = rig.client({ baseURL: gateway.url })
    const byClient = rig.client({ baseURL: gateway.url, maxContentLength: limit })
    const byInstance = rig.client({ baseURL: gateway.url, maxContentLength: limit })
    byInstance.client.v3.defaults.timeout = 10_000
    const limited = { query, maxContentLength: limit }
    for (const [wxpay, request] of [
      [byCall, limited],
      [byClient, { query }],
      [byInstance, { query }],
      [byInstance, { ...limited, maxContentLength: limit - 1 }],
    ] as const) {
      let written = 0
      const counting = new Writable({
        write(chunk: Buffer, _encoding, callback) {
          written += chunk.length
          callback()
        },
      })
      const tooLarge = {
        name: 'VerificationError',
        message: expect.stringMatching(/maxContentLength, 104857[56] bytes/),
      }
      for (const sink of [join(folder, 'bill.csv'), counting])
        expect(await rejection(wxpay[bill].get({ ...request, sink }))).toMatchObject(tooLarge)
      expect(written).toBeLessThanOrEqual(limit)
      const { data } = await wxpay[bill].get({ ...request, responseType: 'stream' })
      expect(await rejection(buffer(data))).toMatchObject(tooLarge)
      expect(await rejection(wxpay[bill].get(request))).toMatchObject(tooLarge)
    }
    expect(readdirSync(folder)).toEqual([])
    gateway.close()
  })

  it('may be larger for one call than the client allows', async () => {
    const gateway = await packedDownload(3 * 1024 * 1024)
    for (const wxpay of [
      rig.client({ baseURL: gateway.url, maxContentLength: 1024 }),
      rig.client({ baseURL: gateway.url, maxContentLength: 1024, timeoutErrorMessage: '' }),
    ]) {
      for (const maxContentLength of [3 * 1024 * 1024, -1]) {
        const { data } = await wxpay[bill].get({ query, maxContentLength })
        expect(data).toHaveLength(3 * 1024 * 1024)
        await wxpay[bill].get({ query, maxContentLength, sink })
        expect(statSync(sink).size).toBe(3 * 1024 * 1024)
      }
    }
    gateway.close()
  })

  it.each([1.5, -2, '1', null])('refuses %j as its largest size', async (wrong) => {
    const error = await rejection(rig.wxpay[bill].get({ query, maxContentLength: wrong as number }))
    expect(error).toMatchObject({
      message: expect.stringContaining('maxContentLength must be a number of bytes'),
    })
  })

  it('says that its sink cannot be written', async () => {
    const error = (await rejection(
      rig.wxpay[bill].get({ query, sink: join(folder, 'missing', 'bill.csv') }),
    )) as WechatpayError
    expect(error).toBeInstanceOf(WechatpayError)
    expect(error).toMatchObject({ code: 'SINK_FAILED', cause: { code: 'ENOENT' } })
    const full = new Writable({
      write: (_chunk, _encoding, callback) => callback(new Error('disk full')),
    })
    expect(await rejection(rig.wxpay[bill].get({ query, sink: full }))).toMatchObject({
      code: 'SINK_FAILED',
      message: expect.stringContaining('disk full'),
    })
  })

  it.each([42, '', {}])('refuses %j for a sink', async (wrong) => {
    await expect(rig.wxpay[bill].get({ query, sink: wrong as never })).rejects.toThrow('sink must be')
  })

  it('ends when its signal says so', async () => {
    rig.emulator.fail({ path: bill, fault: { delay: 5_000 } })
    const error = await rejection(rig.wxpay[bill].get({ query, sink, signal: AbortSignal.timeout(50) }))
    expect(error).toMatchObject({ name: 'NetworkError', code: 'ABORTED' })
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('an answer that is signed', () => {
  it('is verified before it goes into a sink', async () => {
    await rig.wxpay.v3.certificates.get({ sink })
    expect(JSON.parse(readFileSync(sink, 'utf8')).data).toHaveLength(1)
    rmSync(sink)
    rig.emulator.fail({ path: 'v3/certificates', fault: 'forged-signature' })
    expect(await rejection(rig.wxpay.v3.certificates.get({ sink }))).toBeInstanceOf(VerificationError)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a statement, of which the digest is signed', () => {
  const request = { query: { date: '20261124', mchid: '1900000109' } }

  it('comes when digest and signature fit', async () => {
    const response = await rig.wxpay[statement].get(request)
    const digest = createHash('sha1').update(response.data).digest('hex')
    expect(response.headers['wechatpay-statement-sha1']).toBe(digest)
    await rig.wxpay[statement].get({ ...request, sink })
    expect(readFileSync(sink)).toEqual(response.data)
    const { data: stream } = await rig.wxpay[statement].get({
      ...request,
      responseType: 'stream',
    })
    expect(await buffer(stream as unknown as Readable)).toEqual(response.data)
  })

  it.each(['forged-signature', 'unsigned', 'stale', 'tampered'] as const)(
    'is refused when %s',
    async (fault) => {
      rig.emulator.fail({ path: `hk/${statement}`, fault })
      expect(await rejection(rig.wxpay[statement].get(request))).toBeInstanceOf(VerificationError)
      const error = await rejection(rig.wxpay[statement].get({ ...request, sink }))
      expect(error).toBeInstanceOf(VerificationError)
      expect(readdirSync(folder)).toEqual([])
    },
  )

  it('fails at the end of its stream when the body is another', async () => {
    rig.emulator.fail({ path: `hk/${statement}`, fault: 'tampered' })
    const { data } = await rig.wxpay[statement].get({
      ...request,
      responseType: 'stream',
    })
    expect(await rejection(buffer(data))).toBeInstanceOf(VerificationError)
  })
})
