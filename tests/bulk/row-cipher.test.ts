import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createRowCipher } from '../../lib/bulk/bullmq/row-cipher.js'
import { createSend } from '../../lib/bulk/index.js'
import { accountOf } from '../../lib/bulk/options.js'
import { startRig } from '../e2e/client.js'
import { startFolder } from './folder.js'

const rig = startRig()
const file = startFolder()
const path = 'v3/marketing/membercard-open/cards/{card_id}/users/import'
const request = { card_id: 'pCARD', json: { openid: 'o-secret', code: '1', out_request_no: 'N1' } }
const row = { number: 1, columns: {}, request }
const ok = { ok: true, status: 200, data: { openid: 'o-secret' } } as const
const call = () => ({ account: accountOf(rig.wxpay), verb: 'post', path, encrypts: [] }) as const
const cipher = (client = rig.wxpay) => createRowCipher(client)
const rowText = (id: string): string => cipher().encryptRow(id, call() as never, row)
const notAuthentic = expect.objectContaining({ ok: false, code: 'ROW_NOT_AUTHENTIC' })
afterEach(() => vi.useRealTimers())

describe('a row on its way to a worker', () => {
  it('is read by a client of the same private key, and shows nothing to anybody else', () => {
    const text = rowText('job-1')
    expect(cipher(rig.client()).decryptRow('job-1', text)).toMatchObject({ call: call(), number: 1, request })
    const privateKey = createPrivateKey(rig.emulator.merchant.privateKey).export({
      type: 'pkcs1',
      format: 'pem',
    })
    expect(cipher(rig.client({ privateKey })).decryptRow('job-1', text)).toMatchObject({ request })
    expect(Buffer.from(text, 'base64').toString('latin1')).not.toMatch(/o-secret|pCARD|N1|v3/)
    expect(rowText('job-1')).not.toBe(text)
  })

  it('is not believed when its key is another', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    for (const stranger of [rig.client({ privateKey }), rig.brand()]) {
      const text = cipher(stranger).encryptRow('job-1', call() as never, row)
      expect(cipher().decryptRow('job-1', text)).toEqual(notAuthentic)
    }
  })

  it('is not believed in the place of another, as a report, or changed by a bit', () => {
    expect(cipher().decryptRow('job-2', rowText('job-1'))).toEqual(notAuthentic)
    expect(cipher().decryptRow('job-1', cipher().encryptOutcome('job-1', ok))).toEqual(notAuthentic)
    const bytes = Buffer.from(rowText('job-1'), 'base64')
    for (const at of [0, 12, bytes.length - 17, bytes.length - 1]) {
      const changed = Buffer.from(bytes)
      changed[at] = Number(changed[at]) ^ 1
      expect(cipher().decryptRow('job-1', changed.toString('base64'))).toEqual(notAuthentic)
    }
  })

  it.each([
    ['what a stranger writes', { call: {}, number: 1, request: { baseURL: 'http://x' } }],
    ['nothing', undefined],
    ['null', null],
    ['a short text', 'QQ=='],
    ['a list', []],
  ])('is never %s', (_, data) => {
    expect(cipher().decryptRow('job-1', data)).toEqual(notAuthentic)
  })

  it('is worth nothing three days later', () => {
    const text = rowText('job-1')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * 24 * 3600 * 1000 + 1_000 })
    expect(cipher().decryptRow('job-1', text)).toMatchObject({ ok: false, code: 'ROW_EXPIRED' })
  })
})

describe('the report of a worker', () => {
  it('is that of one row, and of a worker with the same private key', () => {
    const text = cipher().encryptOutcome('job-1', ok)
    expect(cipher().decryptOutcome('job-1', text)).toEqual(ok)
    expect(cipher().decryptOutcome('job-2', text)).toBeUndefined()
    expect(cipher().decryptOutcome('job-1', rowText('job-1'))).toBeUndefined()
    expect(cipher(rig.brand()).decryptOutcome('job-1', text)).toBeUndefined()
    expect(cipher().decryptOutcome('job-1', ok)).toBeUndefined()
  })
})

it.each([
  ['baseURL', 'http://127.0.0.1:9'],
  ['sink', file('written')],
  ['multipart', { file: 'file:///etc/hostname' }],
  ['timeout', 1],
  ['signal', {}],
  ['validate', false],
])('a row names no %s, whoever hands it to a sender', async (name, value) => {
  const send = createSend(rig.wxpay, call())
  const outcome = await send({ ...row, request: { ...request, [name]: value } })
  expect(outcome).toMatchObject({ ok: false, code: 'ROW_REFUSED' })
  expect((outcome as { message: string }).message).toContain(
    `the row has ${name}, but a row has card_id, json`,
  )
  expect(rig.emulator.requests).toEqual([])
})
