import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decryptOaep, encryptOaep } from '../../../lib/crypto/index.js'
import { Ciphertext, RequestError, sensitive, VerificationError } from '../../../lib/index.js'
import { createFixedKeys } from '../../../lib/protocols/v3/platform-keys.js'
import { decryptFields, encryptFields } from '../../../lib/protocols/v3/sensitive.js'
import { startRig } from '../../e2e/client.js'

const old = generateKeyPairSync('rsa', { modulusLength: 2048 })
const fresh = generateKeyPairSync('rsa', { modulusLength: 2048 })
const day = 86_400_000
const what = 'POST v3/x: the answer'
const keys = createFixedKeys([
  { serial: 'AA', key: old.publicKey, notBefore: Date.now() - 9 * day, notAfter: Date.now() + day },
  { serial: 'BB', key: fresh.publicKey, notBefore: Date.now() - day, notAfter: Date.now() + 9 * day },
])

describe('sensitive texts', () => {
  it('are encrypted wherever they stand, with the newest key, and everything else stays', () => {
    const date = new Date(0)
    const body = { name: sensitive('张三'), list: [{ phone: sensitive('138') }, 'x', null], date, n: 1 }
    const { body: encryptedBody, serial } = encryptFields({ body, query: undefined }, undefined, keys)
    const encrypted = encryptedBody as {
      name: string
      list: [{ phone: string }, string, null]
      date: Date
      n: number
    }
    expect(serial).toBe('BB')
    expect(decryptOaep(encrypted.name, fresh.privateKey)).toBe('张三')
    expect(decryptOaep(encrypted.list[0].phone, fresh.privateKey)).toBe('138')
    expect([encrypted.list[1], encrypted.list[2], encrypted.date, encrypted.n]).toEqual(['x', null, date, 1])
    expect(String(body.name)).not.toContain('张三')
  })

  it('are encrypted for the key that the caller pins', () => {
    const { query, serial } = encryptFields(
      { body: undefined, query: { name: sensitive('张三') } },
      'AA',
      keys,
    )
    expect(serial).toBe('AA')
    expect(decryptOaep((query as { name: string }).name, old.privateKey)).toBe('张三')
  })

  it('join a ciphertext that is there already, in its key', () => {
    const ready = new Ciphertext(encryptOaep('李四', old.publicKey), 'AA')
    const parts = { body: { name: sensitive('张三') }, query: { other: ready } }
    const { body, query, serial } = encryptFields(parts, undefined, keys)
    const { name, other } = Object.assign({}, body, query) as { name: string; other: string }
    expect(serial).toBe('AA')
    expect([name, other].map((text) => decryptOaep(text, old.privateKey))).toEqual(['张三', '李四'])
  })

  it.each<[string, unknown, string | undefined]>([
    ['of two keys', [new Ciphertext('a', 'AA'), new Ciphertext('b', 'BB')], undefined],
    ['of another key than the pinned one', [new Ciphertext('a', 'AA')], 'BB'],
    ['for a key that is unknown', [sensitive('x')], 'CC'],
  ])('%s are refused', (_, fields, pinned) => {
    expect(() => encryptFields({ body: fields, query: undefined }, pinned, keys)).toThrow(RequestError)
  })

  it.each(['', undefined, 42])('are not made from %j', (text) => {
    expect(() => sensitive(text as never)).toThrow(RequestError)
  })

  it('do not slip out where nothing encrypts them', () => {
    expect(() => JSON.stringify({ name: sensitive('张三') })).toThrow(RequestError)
  })
})

describe('the encrypted fields of an answer', () => {
  const { privateKey } = fresh
  const secret = () => encryptOaep('张三', fresh.publicKey)

  it('are decrypted by their paths, deep in lists too', () => {
    const data = {
      name: secret(),
      data: [{ payee: { phone: secret() } }, { payee: null }],
      plain: 'x',
      empty: '',
    }
    const paths = ['name', 'data[].payee.phone', 'empty', 'missing.field', 'missing[].field']
    expect(decryptFields(data, paths, privateKey, what)).toEqual({
      name: '张三',
      data: [{ payee: { phone: '张三' } }, { payee: null }],
      plain: 'x',
      empty: '',
    })
  })

  it('that are meant for somebody else say so', () => {
    const open = () => decryptFields({ name: encryptOaep('x', old.publicKey) }, ['name'], privateKey, what)
    // No RequestError: that would say that nothing was sent.
    expect(open).toThrow(VerificationError)
    expect(open).toThrow(/^POST v3\/x: the answer: name cannot be decrypted/)
  })
})

describe('over a socket', () => {
  const rig = startRig()
  const path = 'v3/merchant-service/complaints-v2/{complaint_id}'

  it('an answer keeps its encrypted fields, unless they are asked for', async () => {
    const out_trade_no = 'COMPLAINED-OF'
    const { mchid } = rig.emulator.merchant
    await rig.wxpay.v3.pay.transactions.native.post({
      json: {
        ...{ appid: 'wxd678efh567hg6787', mchid, description: 'QQ公仔', out_trade_no },
        ...{ notify_url: 'https://example.com/notify', amount: { total: 100 } },
      },
    })
    await rig.emulator.pay(out_trade_no)
    const complaint_id = rig.emulator.complain({ out_trade_no })
    const kept = await rig.wxpay.chain(path).get({ complaint_id })
    const opened = await rig.wxpay.chain(path).get({ complaint_id, decrypt: true })
    const phone = String(kept.data.payer_phone)
    expect(phone).toMatch(/^[A-Za-z0-9+/]{342}==$/)
    expect(opened.data.payer_phone).toBe(rig.wxpay.decrypt(phone))
  })

  it('a request carries ciphertext that encrypt() made before', async () => {
    const real_name = await rig.wxpay.encrypt('张三')
    await rig.wxpay
      .chain('v3/not-documented')
      .post({ json: { real_name } })
      .catch(() => undefined)
    const [arrived] = rig.emulator.requests
    expect(JSON.parse(arrived?.body ?? '').real_name).toBe(String(real_name))
    expect(arrived?.headers['wechatpay-serial']).toBe(real_name.serial)
  })

  it('fields are encrypted in a query too', async () => {
    await rig.wxpay
      .chain('v3/not-documented')
      .get({ query: { id_card: sensitive('4401') } })
      .catch(() => undefined)
    expect(rig.emulator.requests[0]?.query.id_card).toMatch(/^[A-Za-z0-9+/]{342}==$/)
    expect(rig.emulator.requests[0]?.verified).toBe(true)
  })
})
