import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RequestError } from '../lib/index.js'
import { fen, toFen, yuan } from '../lib/money.js'

describe('an amount in fen', () => {
  it.each([
    ['1.00', 100],
    ['0.00', 0],
    ['-0.00', 0],
    ['0.1', 10],
    ['12', 1200],
    ['0.01000', 1],
    ['-0.06000', -6],
    ['90071992547409.91', Number.MAX_SAFE_INTEGER],
    ['4.35', 435],
  ])('%s is %d', (text, fen) => {
    expect(toFen(text)).toBe(fen)
  })

  it.each(['', '-', '1.005', '1,000.00', '1.0.0', 'x', '１.00', '90071992547409.92', '1e3', ' 1.00', '.'])(
    '%j is none',
    (text) => {
      expect(toFen(text)).toBeNaN()
    },
  )

  it('is exact for every amount', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (fen) => {
        const digits = String(Math.abs(fen)).padStart(3, '0')
        const text = `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
        expect(toFen(text)).toBe(fen)
      }),
    )
  })
})

describe('fen and yuan', () => {
  it.each([
    ['0', 0],
    ['12', 1_200],
    ['12.3', 1_230],
    ['12.34', 1_234],
    ['12.3400', 1_234],
    ['-0.01', -1],
    ['-0.00', 0],
    ['0.29', 29],
    ['4.35', 435],
    ['90071992547409.91', Number.MAX_SAFE_INTEGER],
  ])('%s yuan are %i fen', (text, amount) => {
    expect(fen(text)).toBe(amount)
    expect(fen(yuan(amount))).toBe(amount)
  })

  it.each([
    [0, '0.00'],
    [1, '0.01'],
    [10, '0.10'],
    [1_234, '12.34'],
    [-5, '-0.05'],
    [-1_234, '-12.34'],
    [Number.MAX_SAFE_INTEGER, '90071992547409.91'],
  ])('%i fen are %s yuan', (amount, text) => {
    expect(yuan(amount)).toBe(text)
  })

  it('are each other turned round, for every amount', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (amount) => fen(yuan(amount)) === amount))
  })

  it.each([
    '',
    ' 1',
    '1 ',
    '1,000',
    '1.',
    '.5',
    '1.234',
    '¥1',
    '1e2',
    '0x1',
    '+1',
    '--1',
    '１',
    'NaN',
    '90071992547409.92',
  ])('refuse %j as yuan', (text) => {
    expect(() => fen(text)).toThrow(RequestError)
  })

  it.each([12.34, 1234, null, undefined, {}])('refuse %j as yuan, which is no text', (value) => {
    expect(() => fen(value as never)).toThrow("fen() takes an amount in yuan as text, such as '12.34'")
  })

  it.each([1.5, Number.NaN, Infinity, 2 ** 53, '1', null, undefined])('refuse %j as fen', (value) => {
    expect(() => yuan(value as never)).toThrow('yuan() takes whole fen')
  })
})
