import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { get as getHttps } from 'node:https'
import { connect } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../../lib/emulator/index.js'
import {
  authorizationOf,
  call,
  IMPORT,
  IMPORT_BODY,
  isSignedBy,
  nativeOrder,
  publicKeyPem,
} from './client.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator()
})
afterAll(() => emulator.close())

describe('the member-card import', () => {
  test('answers the code it was given, or makes one up', async () => {
    const { code: _, ...body } = { ...IMPORT_BODY, out_request_no: 'no code' }
    const first = await call(emulator, 'POST', IMPORT, body)
    expect(first.json.code).toMatch(/^\d{12}$/)
    expect((await call(emulator, 'POST', IMPORT, body)).json).toEqual(first.json)
  })

  test('is idempotent by out_request_no: another body under the same number is refused', async () => {
    const body = { ...IMPORT_BODY, out_request_no: 'same' }
    expect((await call(emulator, 'POST', IMPORT, body)).status).toBe(200)
    const other = await call(emulator, 'POST', IMPORT, { ...body, openid: 'another' })
    expect(other).toMatchObject({
      status: 400,
      json: { code: 'INVALID_REQUEST', detail: { field: '/out_request_no' } },
    })
    expect(
      (await call(emulator, 'POST', IMPORT.replace('pb', 'xx'), { ...body, openid: 'another' })).status,
    ).toBe(200)
  })

  test('names the field that is missing', async () => {
    const { json } = await call(emulator, 'POST', IMPORT, { openid: 'x' })
    expect(json).toMatchObject({
      code: 'PARAM_ERROR',
      detail: { field: '/out_request_no', location: 'body' },
    })
  })

  test('takes an encoded card id as one segment', async () => {
    const url = `/v3/marketing/membercard-open/cards/${encodeURIComponent('../../x?y=1#z%2F')}/users/import`
    expect((await call(emulator, 'POST', url, { ...IMPORT_BODY, out_request_no: 'enc' })).status).toBe(200)
    expect(emulator.requests.at(-1)?.path).toBe(url)
    const broken = await call(emulator, 'POST', IMPORT.replace('pb', '%'), IMPORT_BODY)
    expect(broken.json.detail).toMatchObject({ field: 'card_id', location: 'uri_template' })
  })
})

describe('an unknown path', () => {
  test.each([
    ['GET', '/v3/no/such/thing'],
    ['GET', '/'],
    ['DELETE', '/v3/certificates'],
    ['GET', '/v3/certificates/'],
    ['GET', '/v3//certificates'],
  ])('%s %s is a signed 404', async (method, url) => {
    const answer = await call(emulator, method, url)
    expect([answer.status, answer.json.code]).toEqual([404, 'RESOURCE_NOT_EXISTS'])
    expect(isSignedBy(answer, publicKeyPem(emulator))).toBe(true)
  })
})

describe('what is recorded and shown', () => {
  test('never holds the signature of a request', async () => {
    const { header } = authorizationOf(emulator, 'POST', IMPORT, JSON.stringify(IMPORT_BODY))
    await call(emulator, 'POST', IMPORT, IMPORT_BODY, { authorization: header })
    const signature = /signature="([^"]+)"/.exec(header)?.[1] ?? ''
    const recorded = emulator.requests.at(-1)
    expect(JSON.stringify(emulator.requests)).not.toContain(signature)
    expect(recorded?.headers.authorization).toContain('nonce_str="NONCE0123456789"')
    expect(recorded?.headers.authorization).toContain('signature="[redacted]"')
    await call(emulator, 'POST', IMPORT, IMPORT_BODY, { authorization: `Bearer ${signature}` })
    expect(JSON.stringify(emulator.requests)).not.toContain(signature)
  })

  test('of the emulator itself has no secret in it', () => {
    const { privateKey, apiv3Key, secret } = emulator.merchant
    const shown = [
      inspect(emulator, { depth: Infinity, showHidden: true }),
      JSON.stringify(emulator),
      String(emulator.url),
    ]
    for (const text of [
      ...shown,
      inspect(emulator, { customInspect: false, depth: Infinity, showHidden: true }),
    ]) {
      for (const hidden of [privateKey.split('\n')[1] ?? '', apiv3Key, secret])
        expect(text).not.toContain(hidden)
    }
    expect(shown[0]).toBe(`Emulator <${emulator.url}>`)
  })

  test('is the newest 10,000 requests at most', async () => {
    const { createRecorder } = await import('../../lib/emulator/control/recorder.js')
    const recorder = createRecorder()
    const one = {
      method: 'GET',
      path: '/',
      query: {},
      url: '/',
      headers: {},
      body: '',
      verified: true,
      message: '',
    }
    for (let time = 0; time < 10_005; time++) recorder.record({ ...one, time })
    expect(recorder.requests).toHaveLength(10_000)
    expect(recorder.requests[0]?.time).toBe(5)
    const large = 'x'.repeat(50 * 1024 * 1024)
    for (let time = 0; time < 4; time++) recorder.record({ ...one, body: large, time })
    expect(recorder.requests.length).toBeLessThan(4)
  })
})

describe('bad input on the wire', () => {
  const raw = (bytes: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1', () => socket.write(bytes))
      let text = ''
      socket
        .on('data', (chunk) => (text += chunk))
        .on('close', () => resolve(text))
        .on('error', reject)
    })

  test('that is no HTTP is answered 400 and cut off', async () => {
    expect(await raw('\u0000\u0001garbage\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/)
  })

  test('announcing more than 110 MB is answered 413 without reading it', async () => {
    const head = `POST /v3/x HTTP/1.1\r\nHost: x\r\nWechatpay-Serial: ${Object.keys(emulator.merchant.certs)[0]}\r\n`
    expect(await raw(`${head}Content-Length: 999999999\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 413[\s\S]*INVALID_REQUEST/,
    )
  })

  test('cut off within the body harms nobody', async () => {
    const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
    socket.write('POST /v3/x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\nhalf')
    // The gateway reads.
    await once(socket, 'data')
    socket.destroy()
    expect((await call(emulator, 'POST', IMPORT, IMPORT_BODY)).status).toBe(200)
  })

  test('that is not UTF-8 is kept byte for byte', async () => {
    const { port } = new URL(emulator.url)
    await new Promise<void>((resolve, reject) => {
      const sent = request({ port, path: '/v3/x', method: 'POST' }, (response) =>
        response.resume().on('end', resolve),
      )
      sent.on('error', reject).end(Buffer.from([0xff, 0xfe, 0x41]))
    })
    expect(emulator.requests.at(-1)?.body).toBe('\u00ff\u00feA')
  })
})

describe('an emulator', () => {
  test('is one of many in a process, each with ids and secrets of its own', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, () => createEmulator()))
    const answers = await Promise.all(many.map((each) => call(each, 'POST', IMPORT, IMPORT_BODY)))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    for (const of of ['url', 'serial', 'apiv3Key', 'secret'] as const) {
      expect(new Set(many.map((each) => (of === 'url' ? each.url : each.merchant[of]))).size).toBe(20)
    }
    const [first, second] = many as [Emulator, Emulator]
    const { merchant } = first
    const stranger = await call(second, 'POST', IMPORT, IMPORT_BODY, { serial: merchant.serial })
    expect(stranger.status).toBe(401)
    await Promise.all(many.map((each) => each.close()))
  })

  test('gives the same ids and secrets under the same seed', async () => {
    const run = async (seed: string) => {
      const each = await createEmulator({ seed, clock: () => 1_700_000_000_000 })
      const how = { timestamp: 1_700_000_000 }
      const { json } = await call(
        each,
        'POST',
        '/v3/pay/transactions/native',
        nativeOrder(each, 'SEEDED1'),
        how,
      )
      const { transaction_id } = await each.pay('SEEDED1')
      await each.close()
      const { apiv3Key, secret, serial, mchid } = each.merchant
      return { apiv3Key, secret, serial, mchid, id: Object.keys(each.merchant.certs), json, transaction_id }
    }
    const first = await run('a')
    expect(await run('a')).toEqual(first)
    expect(await run('b')).not.toEqual(first)
  })

  test('lives by the clock it is given', async () => {
    const each = await createEmulator({ platform: 'certificates', clock: () => 1_600_000_000_000 })
    expect((await call(each, 'GET', '/v3/certificates')).status).toBe(401)
    const answer = await call(each, 'GET', '/v3/certificates', undefined, { timestamp: 1_600_000_299 })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('wechatpay-timestamp')).toBe('1600000000')
    await each.close()
  })

  test('serves HTTPS that its own authority vouches for', async () => {
    const each = await createEmulator({ https: true, platform: 'certificates' })
    expect(each.url).toMatch(/^https:/)
    const { header } = authorizationOf(each, 'GET', '/v3/certificates', '')
    const options = {
      ca: each.ca ?? '',
      headers: { authorization: header, accept: '*/*', 'user-agent': 'test' },
      agent: false as const,
    }
    const status = await new Promise((resolve, reject) => {
      getHttps(`${each.url}/v3/certificates`, options, (response) =>
        resolve(response.resume().statusCode),
      ).on('error', reject)
    })
    expect(status).toBe(200)
    await expect(fetch(each.url)).rejects.toThrow()
    await each.close()
  })

  test('closes at once, with keep-alive connections and unfinished requests, and frees its port', async () => {
    const each = await createEmulator()
    const port = Number(new URL(each.url).port)
    const agent = new Agent({ keepAlive: true })
    await new Promise<void>((resolve, reject) => {
      request({ port, agent, path: '/v3/none' }, (response) => response.resume().on('end', resolve))
        .on('error', reject)
        .end()
    })
    each.fail({ path: IMPORT, fault: { delay: 120_000 } })
    const pending = call(each, 'POST', IMPORT, IMPORT_BODY).then(
      () => 'answered',
      () => 'cut off',
    )
    await expect.poll(() => each.requests.length).toBe(2)
    // The answer has two minutes and the idle connection eight seconds, which this test has not.
    await each.close()
    expect(await pending).toBe('cut off')
    const next = await createEmulator({ port })
    expect(new URL(next.url).port).toBe(String(port))
    await Promise.all([next.close(), next.close(), each.close()])
    agent.destroy()
  }, 60_000)

  test('says so when its port is taken', async () => {
    const port = Number(new URL(emulator.url).port)
    await expect(createEmulator({ port })).rejects.toThrow(/EADDRINUSE/)
  })

  test('runs as a process of its own that prints its merchant', async () => {
    const child = execFile(process.execPath, ['--import', 'tsx', 'lib/emulator/serve.ts', '--seed', '1'])
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout?.once('data', (text: string) => resolve(text))
      child.once('error', reject).once('exit', (code) => reject(new Error(`exit ${code}`)))
    })
    const { url, merchant, certificates } = JSON.parse(line)
    expect(merchant.baseURL).toBe(url)
    expect(Object.keys(certificates)).toHaveLength(1)
    const answer = await call({ url, merchant } as Emulator, 'POST', IMPORT, IMPORT_BODY)
    expect(answer.status).toBe(200)
    const ended = new Promise((resolve) => child.removeAllListeners('exit').once('exit', resolve))
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })
})
