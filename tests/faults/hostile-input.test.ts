import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { encryptAesGcm, md5Sign } from '../../lib/crypto/index.js'
import { ConfigError, RequestError } from '../../lib/index.js'
import { startRig } from '../e2e/client.js'
import { rejection } from '../protocols/v2/gateway.js'

const rig = startRig()

describe('text of strangers', () => {
  it('is compared with no documented path when it is too long to be one', async () => {
    const error = (await rejection(rig.wxpay.chain(`v3/pay/${'x'.repeat(7_000)}`).post({}))) as Error
    expect(error.message).not.toContain('did you mean')
    const deep = (await rejection(rig.wxpay.chain(`v3/${'a/'.repeat(500)}b`).post({}))) as Error
    expect(deep.message).not.toContain('did you mean')
  })

  it('stands in messages on one line, escaped and short', async () => {
    const text = `a\r\n\u001b[31mb\u2028${'x'.repeat(2_000)}`
    rig.emulator.fail({ path: '*', status: 400, code: 'PARAM_ERROR', message: text, times: 1 })
    const error = (await rejection(rig.wxpay.chain('v3/x').post({}))) as Error & { apiMessage: string }
    expect(error.message).toContain('a\\u000d\\u000a\\u001b[31mb\\u2028xxx')
    expect(error.message).toMatch(/^\P{Cc}{0,1000}$/u)
    expect(error.apiMessage).toBe(text)
  })
})

describe('a polluted prototype', () => {
  afterEach(() => {
    for (const name of ['unsigned', 'baseURL']) delete (Object.prototype as Record<string, unknown>)[name]
  })

  it('neither switches verification off nor sends a request elsewhere', async () => {
    const server = createServer((_, response) => response.end('{"data":[]}'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const wxpay = rig.client({ baseURL: `http://127.0.0.1:${port}` })
    Object.assign(Object.prototype, { unsigned: true, baseURL: 'http://127.0.0.1:1' })
    const error = await rejection(wxpay.v3.certificates.get({ retry: false }))
    expect(error).toMatchObject({ name: 'VerificationError', code: 'SIGNATURE_MISSING' })
    server.close()
  })

  it('has no part in placeholders', () => {
    expect(() => rig.wxpay.chain('v3/{__proto__}').url({})).toThrow(RequestError)
  })
})

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wechatpay-hostile-'))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('that are downloaded belong to their owner alone', async () => {
    mkdirSync(folder, { recursive: true })
    const sink = join(folder, 'bill.csv')
    await rig.wxpay['v3/billdownload/file'].get({ query: { token: 't' }, sink })
    expect(statSync(sink).mode & 0o777).toBe(0o600)
  })

  it('that a killed process put aside are swept away', async () => {
    // No process has so high a number.
    const left = join(tmpdir(), 'wechatpay-upload-4999999-x')
    mkdirSync(left, { recursive: true })
    // A process looks once: this is the module as it begins.
    const beginning = '../../lib/pipeline/file-part.js?beginning'
    const { toFilePart } = (await import(beginning)) as typeof import('../../lib/pipeline/file-part.js')
    const part = await toFilePart(Readable.from([Buffer.from('x')]), 'file', undefined)
    await vi.waitUntil(() => !existsSync(left))
    await part.dispose()
  })
})

describe('a signal without a way to leave it', () => {
  it('is none', async () => {
    const signal = { aborted: false, addEventListener: () => undefined }
    const call = rig.wxpay.v3.certificates.get({ signal: signal as never })
    await expect(call).rejects.toThrow('signal must be an AbortSignal')
  })
})

describe('the pieces of cryptography', () => {
  it('refuse what is missing', () => {
    expect(() => md5Sign({ a: '1' }, undefined as never)).toThrow(ConfigError)
    expect(() => md5Sign({ a: '1' }, '')).toThrow(ConfigError)
    expect(() => encryptAesGcm('x', 'k'.repeat(32), '')).toThrow(RequestError)
  })
})

describe('headers as a list', () => {
  it('are refused', async () => {
    const call = rig.wxpay.v3.certificates.get({ headers: [['X-A', '1']] as never })
    await expect(call).rejects.toThrow('headers must be an object')
    expect(rig.emulator.requests).toEqual([])
  })
})
