import { describe, expect, it, vi } from 'vitest'
import { RequestError } from '../../lib/errors.js'
import {
  acceptedResponse,
  acknowledgementOf,
  HandlerRefusal,
  needsSignature,
  refusedResponse,
} from '../../lib/notifications/ack.js'
import { handlerFinder, type NotificationHandlers } from '../../lib/notifications/handlers.js'
import { publishReceipt } from '../../lib/notifications/receipts.js'

const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' }
const XML_TYPE = { 'Content-Type': 'text/xml; charset=utf-8' }

describe('the response to a notification', () => {
  it('is in the format of the notification', () => {
    expect(acceptedResponse(false)).toEqual({ status: 200, headers: JSON_TYPE, body: '{"code":"SUCCESS"}' })
    const body = '<xml><return_code>SUCCESS</return_code><return_msg>OK</return_msg></xml>'
    expect(acceptedResponse(true)).toEqual({ status: 200, headers: XML_TYPE, body })
    expect(refusedResponse(500, false)).toEqual({ status: 500, headers: JSON_TYPE, body: '{"code":"FAIL"}' })
    const refusal = '<xml><return_code>FAIL</return_code></xml>'
    expect(refusedResponse(401, true)).toEqual({ status: 401, headers: XML_TYPE, body: refusal })
  })

  it('has the fields that a handler returned', () => {
    const fields = { code: 'SUCCESS', total_amount: 1 }
    expect(acceptedResponse(false, fields).body).toBe(JSON.stringify(fields))
    expect(refusedResponse(500, false, { code: 'FAIL', message: 'no such car' }).body).toBe(
      '{"code":"FAIL","message":"no such car"}',
    )
  })

  it('says which method is allowed, and closes the connection of who was too slow', () => {
    expect(refusedResponse(405, false).headers).toEqual({ ...JSON_TYPE, Allow: 'POST' })
    expect(refusedResponse(408, false).headers).toEqual({ ...JSON_TYPE, Connection: 'close' })
    expect(refusedResponse(413, false).headers).toEqual(JSON_TYPE)
  })

  it('is signed by the merchant where the event asks for it', () => {
    expect(needsSignature('CROSS_BORDER_PAY.GET_MCH_INFO')).toBe(true)
    expect(needsSignature('PARKING_FEE.QUERY_TRANS_INFO')).toBe(false)
    expect(needsSignature('TRANSACTION.SUCCESS')).toBe(false)
    expect(needsSignature('constructor')).toBe(false)
  })
})

describe('what a handler returns', () => {
  const SHOP = 'CROSS_BORDER_PAY.GET_MCH_INFO'
  const shop = { acq_tid: '1', mch_id: '9527', limit_bank_acc_type: 'UNLIMIT', client_ip: '1.1.1.1' }

  it('is the response to an event that asks for one, a success unless it says otherwise', () => {
    expect(acknowledgementOf(SHOP, shop)).toEqual({ code: 'SUCCESS', ...shop })
    expect(acknowledgementOf('PARKING_FEE.QUERY_TRANS_INFO', { a: 1 })).toEqual({ code: 'SUCCESS', a: 1 })
    for (const nothing of [undefined, null, 'x', 1, [1]]) {
      expect(acknowledgementOf('PARKING_FEE.QUERY_TRANS_INFO', nothing)).toEqual({ code: 'SUCCESS' })
    }
  })

  it.each<[unknown, string]>([
    [{ code: 'FAIL', message: 'no such shop' }, 'FAIL, no such shop'],
    [{ return_code: 'FAIL', return_msg: '签名失败' }, 'FAIL, 签名失败'],
    [{ code: 'FAIL' }, 'FAIL'],
    [{ code: 'BUSY', message: 'later' }, 'BUSY, later'],
    [{ code: 'FAIL', rows: 3 }, 'FAIL'],
    [{ ok: false, status: 503 }, '503'],
    [false, 'false'],
    ['FAIL', "'FAIL'"],
    [' fail: no', "' fail: no'"],
    ['<xml><return_code><![CDATA[FAIL]]></return_code></xml>', "'<xml>"],
    ['{"code": "FAIL"}', `'{"code": "FAIL"}'`],
    [new Error('no'), 'no'],
    [new Response(null, { status: 500 }), '500'],
  ])('is a refusal when it is one, in its own words: %j', (returned, words) => {
    const refusal = (eventType: string): HandlerRefusal => {
      try {
        acknowledgementOf(eventType, returned)
      } catch (error) {
        return error as HandlerRefusal
      }
      throw new Error('should have failed')
    }
    expect(refusal(SHOP)).toBeInstanceOf(HandlerRefusal)
    const isPlain =
      typeof returned === 'object' && !(returned instanceof Error || returned instanceof Response)
    const ack = { code: 'FAIL', ...(isPlain && (returned as object)) }
    expect(refusal(SHOP)).toMatchObject({ name: 'HandlerRefusal', ack, cause: returned })
    expect(refusal(SHOP).message).toContain(`The handler of ${SHOP} has refused it: ${words}`)
    expect(refusal('TRANSACTION.SUCCESS')).toMatchObject({ name: 'HandlerRefusal', ack: undefined })
  })

  it.each<[unknown]>([
    ...([[undefined], [null], [true], ['x'], ['it did not FAIL'], [1], [[{ code: 'FAIL' }]]] as [unknown][]),
    ...([
      [{}],
      [{ id: 1 }],
      [{ code: 'SUCCESS' }],
      [{ code: null }],
      [{ code: 'A1', rows: 3 }],
      [{ ok: true }],
    ] as [unknown][]),
    [new Response()],
  ])('is no refusal of an event that is acknowledged alike: %j', (returned) => {
    expect(acknowledgementOf('TRANSACTION.SUCCESS', returned)).toBeUndefined()
  })

  it('must be all that is asked for', () => {
    expect(() => acknowledgementOf(SHOP, { acq_tid: '1', client_ip: undefined })).toThrow(RequestError)
    expect(() => acknowledgementOf(SHOP, { acq_tid: '1', client_ip: undefined })).toThrow(
      `The handler of ${SHOP} must return what WeChat Pay asks for; missing: mch_id, limit_bank_acc_type, client_ip`,
    )
  })
})

describe('the handler of an event', () => {
  const found = (handlers: unknown, event_type: string) =>
    handlerFinder(handlers as NotificationHandlers)({ event_type, resource: {}, authenticated: true })
  const paid = vi.fn()
  const other = vi.fn()

  it('is that of its type, or the default, or the one for all', () => {
    expect(found({ 'TRANSACTION.SUCCESS': paid, default: other }, 'TRANSACTION.SUCCESS')).toBe(paid)
    expect(found({ 'TRANSACTION.SUCCESS': paid, default: other }, 'REFUND.SUCCESS')).toBe(other)
    expect(found({ 'TRANSACTION.SUCCESS': paid }, 'REFUND.SUCCESS')).toBeUndefined()
    expect(found({ 'TRANSACTION.SUCCESS': undefined, default: other }, 'TRANSACTION.SUCCESS')).toBe(other)
    expect(found(paid, 'REFUND.SUCCESS')).toBe(paid)
    expect(found({}, 'constructor')).toBeUndefined()
  })

  it.each([
    [null, 'Give a handler'],
    [[paid], 'Give a handler'],
    ['x', 'Give a handler'],
    [{ default: 1 }, 'The handler of default must be a function, not number'],
    [{ defaul: paid }, "There is no event type 'defaul'; did you mean 'default'?"],
    [{ 'TRANSACTION.SUCESS': paid }, "did you mean 'TRANSACTION.SUCCESS'?"],
  ])('is not %j', (handlers, why) => {
    expect(() => handlerFinder(handlers as never)).toThrow(RequestError)
    expect(() => handlerFinder(handlers as never)).toThrow(why)
  })

  it('may be for a type that nobody documents', () => {
    expect(found({ 'TEAPOT.BREWED': other }, 'TEAPOT.BREWED')).toBe(other)
  })
})

describe('a failure that nobody subscribed to', () => {
  it.each([
    [
      { event_type: 'TEAPOT.BREWED', id: 'EV-1', status: 500 },
      'TEAPOT.BREWED EV-1 failed and was answered 500: no',
    ],
    [{ event_type: 'refund-processed', status: 500 }, 'refund-processed failed and was answered 500: no'],
    [{ event_type: 'TEAPOT.BREWED', id: 'EV-1', status: undefined }, 'TEAPOT.BREWED EV-1 failed: no'],
    [{ status: 599 }, 'a notification failed and was answered 599: no'],
  ])('is a warning of the process: %j', (receipt, text) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const error = new Error('no')
    publishReceipt({ ...receipt, type: 'failed', error })
    publishReceipt({ ...receipt, type: 'failed', error: 'no' })
    publishReceipt({ ...receipt, type: 'refused', error })
    const [first, second, ...others] = warn.mock.calls as unknown as [
      string,
      { type: string; detail: string },
    ][]
    warn.mockRestore()
    expect([first?.[0], second?.[0], others]).toEqual([text, text, []])
    expect(first?.[1].type).toBe('WechatpayNotificationWarning')
    expect(first?.[1].detail).toContain("'wechatpay-fluent:notification'")
    expect(first?.[1].detail).toContain(error.stack)
    expect(second?.[1].detail).toMatch(/log this yourself\.\n$/)
  })
})
