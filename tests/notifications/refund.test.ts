import { createCipheriv, createHash } from 'node:crypto'
import Keyv from 'keyv'
import { describe, expect, it, vi } from 'vitest'
import { post, startReceivers } from './rig.js'

const rig = startReceivers()

const refund = {
  refund_id: '50000000382019052709732678859',
  out_refund_no: 'r-1',
  transaction_id: '4200000215201811190261405420',
  out_trade_no: 'o-1',
  refund_status: 'SUCCESS',
  total_fee: '9000',
  refund_account: 'REFUND_SOURCE_UNSETTLED_FUNDS',
  refund_fee: '1000',
}

/** The blocks of a `req_info`, which no chaining ties to one another. */
function blocksOf(fields: object, more = ''): Buffer {
  const xml = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`)
  const key = createHash('md5').update(rig.emulator.merchant.secret).digest('hex')
  const cipher = createCipheriv('aes-256-ecb', key, null)
  return Buffer.concat([cipher.update(`<root>${xml.join('')}${more}</root>`), cipher.final()])
}

function message(blocks: Buffer, outer: object = {}) {
  const { mchid: mch_id } = rig.emulator.merchant
  const fields = {
    return_code: 'SUCCESS',
    appid: 'wx1',
    mch_id,
    nonce_str: 'n',
    req_info: blocks.toString('base64'),
    ...outer,
  }
  const xml = Object.entries(fields).flatMap(([name, value]) => value && `<${name}>${value}</${name}>`)
  return { headers: {}, body: `<xml>${xml.join('')}</xml>` }
}

/** The message of one refund with the last blocks of another: its amount. */
function spliced() {
  const other = blocksOf({ ...refund, out_refund_no: 'r-2', refund_fee: '8000' })
  return message(Buffer.concat([blocksOf(refund).subarray(0, -64), other.subarray(-64)]))
}

describe('a refund told by v2', () => {
  it('says that no signature vouches for it, because another amount may be put into it', async () => {
    const genuine = await rig.wxpay.notifications.parse(message(blocksOf(refund)))
    expect(genuine).toEqual({ event_type: 'refund-processed', resource: refund, authenticated: false })
    const forged = await rig.wxpay.notifications.parse(spliced())
    expect(forged).toEqual({ ...genuine, resource: { ...refund, refund_fee: '8000' } })
  })

  it('that was handled is not handled again with another amount', async () => {
    const handler = vi.fn()
    const url = await rig.serve({ 'refund-processed': handler }, { store: new Keyv() })
    for (const one of [message(blocksOf(refund)), spliced(), message(blocksOf(refund), { nonce_str: 'm' })]) {
      expect((await post(url, one)).status).toBe(200)
    }
    expect(handler).toHaveBeenCalledOnce()
    expect(rig.receipts.map(({ type }) => type)).toEqual(['handled', 'repeated', 'repeated'])
  })

  it.each<[string, object, object]>([
    ['refund_fee is no amount up to its total_fee', { refund_fee: '9001' }, {}],
    ['refund_fee is no amount up to its total_fee', { refund_fee: '-1' }, {}],
    ['refund_fee is no amount up to its total_fee', { refund_fee: '1e3' }, {}],
    ['refund_fee is no amount up to its total_fee', { total_fee: '' }, {}],
    ['refund has no refund_fee', { refund_fee: undefined }, {}],
    ['settlement_refund_fee is no amount up to its refund_fee', { settlement_refund_fee: '1001' }, {}],
    ['settlement_total_fee is no amount up to its total_fee', { settlement_total_fee: '9001' }, {}],
    ['refund has no refund_id', { refund_id: '' }, {}],
    ['refund has no out_refund_no', { out_refund_no: undefined }, {}],
    ['refund has no transaction_id', { transaction_id: undefined }, {}],
    ['refund has no out_trade_no', { out_trade_no: undefined }, {}],
    ['refund has no refund_status', { refund_status: undefined }, {}],
    ['it has no appid', {}, { appid: undefined }],
    ["mch_id is '1', not 1", {}, { mch_id: '1' }],
    ["mch_id is '', not 1", {}, { mch_id: undefined }],
  ])('is refused where its %s', async (flaw, inner, outer) => {
    const present = Object.entries({ ...refund, ...inner }).filter(([, value]) => value !== undefined)
    const notification = message(blocksOf(Object.fromEntries(present)), outer)
    const handler = vi.fn()
    const { status } = await post(await rig.serve(handler), notification)
    expect([status, handler.mock.calls]).toEqual([401, []])
    await expect(rig.wxpay.notifications.parse(notification)).rejects.toMatchObject({
      name: 'VerificationError',
      code: 'SIGNATURE_INVALID',
      message: expect.stringContaining(flaw),
    })
  })

  it('is refused where a field stands in it twice, or holds others', async () => {
    for (const more of ['<refund_fee>1</refund_fee>', '<extra><refund_fee>1</refund_fee></extra>']) {
      const parsed = rig.wxpay.notifications.parse(message(blocksOf(refund, more)))
      await expect(parsed).rejects.toMatchObject({ name: 'VerificationError', code: 'SIGNATURE_INVALID' })
    }
  })
})
