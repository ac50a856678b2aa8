import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toFen } from '../../lib/bills/amount.js'

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
