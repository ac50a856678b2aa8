import { describe, expect, it } from 'vitest'
import { indexed } from '../../../lib/protocols/v2/indexed.js'
import { failureOf, hasOutcome } from '../../../lib/protocols/v2/outcome.js'

const FAIL = { return_code: 'FAIL' }
const DONE = { return_code: 'SUCCESS', result_code: 'FAIL' }

describe('an answer of v2', () => {
  it.each([
    { return_code: 'SUCCESS' },
    { return_code: 'SUCCESS', result_code: 'SUCCESS', err_code: 'X' },
    { retcode: '0', retmsg: 'ok' },
    { retcode: 0 },
    {},
  ])('is no failure: %j', (answer) => {
    expect(failureOf(answer)).toBeUndefined()
  })

  it.each([
    ['its own code and words', { ...DONE, err_code: 'NOAUTH', err_code_des: '无权限' }, 'NOAUTH', '无权限'],
    ['the code before its words', { ...DONE, error_code: 'E', error_code_des: '错' }, 'E', '错'],
    ['words in result_msg', { ...DONE, err_code: 'E', result_msg: '错' }, 'E', '错'],
    [
      'words in result_msg beside an OK',
      { ...DONE, return_msg: 'OK', err_code: 'E', result_msg: '错' },
      'E',
      '错',
    ],
    ['a result_msg alone', { ...DONE, result_msg: '签名错误' }, 'SIGNERROR', '签名错误'],
    ['a code as a number', { retcode: 40029, retmsg: 'invalid code' }, '40029', 'invalid code'],
    ['a code that is all of the message', { ...FAIL, return_msg: 'SIGN_ERROR' }, 'SIGN_ERROR', undefined],
    ['a code too short for one', { ...FAIL, return_msg: 'ABC' }, 'FAIL', 'ABC'],
    ['a message of more than a code', { ...FAIL, return_msg: 'ABCD is wrong' }, 'FAIL', 'ABCD is wrong'],
    ['a message before the code', { ...FAIL, return_msg: 'is ABCD' }, 'FAIL', 'is ABCD'],
    ['a message about the signature', { ...FAIL, return_msg: '签名错误' }, 'SIGNERROR', '签名错误'],
    ['a message about XML', { ...FAIL, return_msg: '请使用xml格式' }, 'XML_FORMAT_ERROR', '请使用xml格式'],
    ['a message about a parameter', { ...FAIL, return_msg: '缺少参数' }, 'LACK_PARAMS', '缺少参数'],
    ['a message about the body', { ...FAIL, return_msg: 'POST数据为空' }, 'POST_DATA_EMPTY', 'POST数据为空'],
    ['a message about the certificate', { ...FAIL, return_msg: '证书已过期' }, 'CERT_ERROR', '证书已过期'],
    ['no words but OK', { ...DONE, return_msg: 'OK' }, 'FAIL', undefined],
    ['empty words', { ...DONE, err_code: '', err_code_des: '', return_msg: '' }, 'FAIL', undefined],
    ['nothing', FAIL, 'FAIL', undefined],
    ['lists where texts belong', { ...FAIL, return_msg: ['a'], err_code: {} }, 'FAIL', undefined],
  ])('fails with %s', (_, answer, code, reason) => {
    expect(failureOf(answer)).toEqual({ code, reason })
  })

  it('says how it went, or is no answer of the API', () => {
    expect([{ return_code: 'FAIL' }, { retcode: 0 }, { html: '' }].map(hasOutcome)).toEqual([
      true,
      true,
      false,
    ])
  })
})

describe('fields with a running index', () => {
  it('are a list, in the order of their numbers, with gaps', () => {
    const answer = {
      coupon_id_2: 'c',
      coupon_id_0: 'a',
      coupon_id: 'x',
      coupon_id_: 'y',
      my_coupon_id_1: 'z',
    }
    expect(indexed(answer, 'coupon_id_$n')).toEqual(['a', '', 'c'])
    expect(indexed({ coupon_fee_0: 5 }, 'coupon_fee_$n')).toEqual(['5'])
    expect(indexed({}, 'coupon_id_$n')).toEqual([])
  })

  it('are lists in a list where they have two', () => {
    const answer = { coupon_id_2_1: 'd', coupon_id_0_0: 'a', coupon_id_1: 'x', coupon_id_2_0: 'c' }
    expect(indexed(answer, 'coupon_id_$n_$m')).toEqual([['a'], [], ['c', 'd']])
    expect(indexed(answer, 'coupon_id_$n')).toEqual(['', 'x'])
    expect(indexed({ coupon_id_0_10: 'k' }, 'coupon_id_$n_$m')[0]).toHaveLength(11)
    expect(indexed({}, 'coupon_id_$n_$m')).toEqual([])
  })

  it('are none where the number is more than a number, or makes a list without end', () => {
    const answer = {
      a_10000: 'x',
      a_1x: 'x',
      a_x1: 'x',
      'a_1 ': 'x',
      a_1_2_3: 'x',
      a_1_10000: 'x',
      a_9999: '',
    }
    expect(indexed(answer, 'a_$n')).toHaveLength(10_000)
    expect(indexed(answer, 'a_$n').filter((value) => value !== '')).toEqual([])
    expect(indexed(answer, 'a_$n_$m')).toEqual([])
  })
})
