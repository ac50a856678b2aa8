import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expandTemplate, parseTemplate } from '../../lib/chain/template.js'
import { RequestError } from '../../lib/errors.js'

const expand = (path: string, values: Record<string, unknown>) => expandTemplate(parseTemplate(path), values)

describe('a URL template', () => {
  it('takes strings and numbers for its placeholders', () => {
    expect(expand('v3/cards/{card_id}/users/{n}', { card_id: 'pbLat', n: 7 })).toBe('v3/cards/pbLat/users/7')
  })

  it('fills several placeholders of one segment', () => {
    expect(expand('v3/{a}-{b}/x', { a: '1', b: '2' })).toBe('v3/1-2/x')
  })

  it('makes one encoded segment of a value that looks like a path', () => {
    expect(expand('v3/cards/{id}/users', { id: '../../x?y=1#z%2F' })).toBe(
      'v3/cards/..%2F..%2Fx%3Fy%3D1%23z%252F/users',
    )
  })

  it.each([
    ['missing', {}, 'is missing'],
    ['null', { id: null }, 'is missing'],
    ['empty', { id: '' }, 'is empty'],
    ['a dot', { id: '.' }, "must not be '.'"],
    ['two dots', { id: '..' }, "must not be '..'"],
    ['an object', { id: {} }, 'not an object'],
    ['an array', { id: ['a'] }, 'not an array'],
    ['a boolean', { id: true }, 'not a boolean'],
    ['NaN', { id: Number.NaN }, 'is NaN'],
    ['a fraction', { id: 1.5 }, 'is 1.5'],
    ['a number that has lost digits', { id: 2 ** 60 }, 'give numbers beyond'],
    ['half a surrogate pair', { id: '\ud800' }, 'well-formed'],
  ])('refuses a value that is %s, naming endpoint and placeholder', (_, values, why) => {
    const attempt = () => expand('v3/cards/{id}/users', values)
    expect(attempt).toThrow(RequestError)
    expect(attempt).toThrow(`v3/cards/{id}/users: the value of {id}`)
    expect(attempt).toThrow(why)
  })

  it('does not take values from the prototype of the request', () => {
    expect(() => expand('v3/{toString}', {})).toThrow('is missing')
  })

  it.each([
    ['', 'is empty'],
    ['https://example.com/v3/pay', 'whole URL'],
    ['v3/../secapi', 'dot segment'],
    ['v3/%2e%2E/x', 'dot segment'],
    ['v3/./x', 'dot segment'],
    ['v3//x', 'empty segment'],
    ['v3\\x', 'back-slash'],
    ['v3/x?y=1', "pass it as 'query'"],
    ['v3/x#y', "pass it as 'query'"],
    ['v3/{x', 'brace'],
    ['v3/x}', 'brace'],
    ['v3/{a-b}', 'brace'],
  ])('%j is no template', (path, why) => {
    expect(() => parseTemplate(path)).toThrow(RequestError)
    expect(() => parseTemplate(path)).toThrow(why)
  })

  it('keeps the case of literals, and encodes what a URL cannot carry', () => {
    expect(expand('/v3/Id/AbC@1:2', {})).toBe('v3/Id/AbC@1:2')
    expect(expand('v3/订单/a b|c', {})).toBe('v3/%E8%AE%A2%E5%8D%95/a%20b%7Cc')
    expect(expand('v3/50%/%E8%AE%A2', {})).toBe('v3/50%25/%E8%AE%A2')
  })

  it('keeps a trailing slash', () => {
    expect(expand('v3/ecommerce/applyments/', {})).toBe('v3/ecommerce/applyments/')
  })

  it('gives any value back from the URL it makes, as one segment', () => {
    const value = fc
      .string({ unit: 'grapheme', minLength: 1 })
      // Blanks around it, or an escape, are a mistake of the caller's.
      .filter((text) => text !== '.' && text !== '..' && text.trim() === text && !/%[0-9a-f]{2}/i.test(text))
    fc.assert(
      fc.property(value, (id) => {
        const { pathname } = new URL(expand('v3/cards/{id}/users', { id }), 'https://localhost')
        const segments = pathname.split('/')
        expect(segments).toHaveLength(5)
        expect(decodeURIComponent(segments[3] as string)).toBe(id)
      }),
    )
  })
})
