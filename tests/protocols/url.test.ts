import { describe, expect, it } from 'vitest'
import { RequestError } from '../../lib/errors.js'
import { resolveUrl, serializeQuery, type UrlParts } from '../../lib/protocols/url.js'

const resolve = (parts: { path: string; baseURL?: string; query?: unknown; origin?: string }) => {
  const { origin, ...given } = parts
  return resolveUrl({ endpoint: { traits: { ...(origin && { origin }) } }, ...given } as unknown as UrlParts)
}

describe('the URL of a call', () => {
  it.each([
    ['api.mch.weixin.qq.com by itself', { path: 'v3/x' }, 'https://api.mch.weixin.qq.com', '/v3/x'],
    [
      "the endpoint's own access point",
      { path: 'v3/x', origin: 'https://fraud.mch.weixin.qq.com' },
      'https://fraud.mch.weixin.qq.com',
      '/v3/x',
    ],
    [
      "the caller's baseURL before that",
      { path: 'v3/x', origin: 'https://fraud.mch.weixin.qq.com', baseURL: 'http://127.0.0.1:8080' },
      'http://127.0.0.1:8080',
      '/v3/x',
    ],
    [
      'a baseURL with a path',
      { path: 'v3/x', baseURL: 'https://shop.example/proxy/' },
      'https://shop.example',
      '/proxy/v3/x',
    ],
    [
      'a baseURL with slashes at its end',
      { path: 'v3/x', baseURL: 'https://shop.example//' },
      'https://shop.example',
      '/v3/x',
    ],
    ['a path with a slash before it', { path: '//v3/x' }, 'https://api.mch.weixin.qq.com', '/v3/x'],
    ['a path with a slash behind it', { path: 'v3/x/' }, 'https://api.mch.weixin.qq.com', '/v3/x/'],
    [
      'a path with an encoded segment',
      { path: 'v3/%E4%B8%AD/a.b' },
      'https://api.mch.weixin.qq.com',
      '/v3/%E4%B8%AD/a.b',
    ],
    [
      'a path that is not encoded yet',
      { path: 'v3/中 文' },
      'https://api.mch.weixin.qq.com',
      '/v3/%E4%B8%AD%20%E6%96%87',
    ],
    ['a path with dots', { path: 'v3/a/../b/./c' }, 'https://api.mch.weixin.qq.com', '/v3/b/c'],
    ['a path with an empty segment', { path: 'v3//x' }, 'https://api.mch.weixin.qq.com', '/v3//x'],
    ['a path that begins with a dot', { path: './v3/x' }, 'https://api.mch.weixin.qq.com', '/v3/x'],
    ['a query', { path: 'v3/x', query: { a: 1 } }, 'https://api.mch.weixin.qq.com', '/v3/x?a=1'],
    [
      'a query that is encoded already',
      { path: 'v3/x', query: 'a=%20' },
      'https://api.mch.weixin.qq.com',
      '/v3/x?a=%20',
    ],
    ['an empty query', { path: 'v3/x', query: {} }, 'https://api.mch.weixin.qq.com', '/v3/x'],
    [
      'a query after that of the path',
      { path: 'v3/x?a=1', query: { b: 2 } },
      'https://api.mch.weixin.qq.com',
      '/v3/x?a=1&b=2',
    ],
    ['a query of the path alone', { path: 'v3/x?a=1' }, 'https://api.mch.weixin.qq.com', '/v3/x?a=1'],
    ['a fragment', { path: 'v3/x#y', query: { a: 1 } }, 'https://api.mch.weixin.qq.com', '/v3/x?a=1'],
    [
      'an absolute path, which has an access point of its own',
      { path: 'HTTPS://pay.example/v3/x?a=1', baseURL: 'https://shop.example', query: { b: 2 } },
      'https://pay.example',
      '/v3/x?a=1&b=2',
    ],
    ['an absolute path without a query', { path: 'http://pay.example/v3/x' }, 'http://pay.example', '/v3/x'],
  ])('has %s', (_, parts, origin, target) => {
    expect(resolve(parts)).toEqual({ href: origin + target, target })
  })

  it('is the same for calls by turns to different access points', () => {
    for (const host of ['a.example', 'b.example', 'a.example', 'a.example']) {
      expect(resolve({ path: 'v3/x', baseURL: `https://${host}` }).href).toBe(`https://${host}/v3/x`)
    }
  })

  it.each([
    ['a query', 'https://shop.example/?a=1', 'host and path alone'],
    ['a fragment', 'https://shop.example/#a', 'host and path alone'],
    ['a user', 'https://user:geheim@shop.example', 'host and path alone'],
    ['another protocol', 'ftp://shop.example', "'ftp://shop.example' is no http(s) URL; check baseURL"],
    ['no host', 'https://', "'https://' is no http(s) URL"],
    ['no protocol', 'shop.example/https:', 'is no http(s) URL'],
    ['a protocol that ends like another', 'xhttps://shop.example', 'is no http(s) URL'],
  ])('is not made of a baseURL with %s', (_, baseURL, why) => {
    expect(() => resolve({ path: 'v3/x', baseURL })).toThrow(RequestError)
    expect(() => resolve({ path: 'v3/x', baseURL })).toThrow(why)
    expect(() => resolve({ path: 'v3/x', baseURL })).not.toThrow('geheim')
  })

  it('is quoted without the user of it', () => {
    expect(() => resolve({ path: 'https://user:geheim@shop.example:x/' })).toThrow(
      "'https://shop.example:x/' is no",
    )
  })
})

describe('a query', () => {
  it.each([
    ['texts, encoded', { a: 'x y', b: '中', c: "!'()*" }, 'a=x%20y&b=%E4%B8%AD&c=%21%27%28%29%2A'],
    ['names, encoded', { 'a b': 1 }, 'a%20b=1'],
    ['lists, by repeating the name', { a: [1, 'two', true], b: [] }, 'a=1&a=two&a=true'],
    ['no value, left out', { a: undefined, b: null, c: [undefined, null, 0], d: '' }, 'c=0&d='],
    ['other values', { a: 0, b: false, c: 10n, d: 1.5 }, 'a=0&b=false&c=10&d=1.5'],
    ['URLSearchParams, as they are', new URLSearchParams('a=1&a=2&b=x+y'), 'a=1&a=2&b=x+y'],
    ['nothing', {}, ''],
  ])('is made of %s', (_, params, text) => {
    expect(serializeQuery(params)).toBe(text)
  })

  it.each([
    ['a text', 'a=1'],
    ['a list', [1]],
    ['null', null],
    ['a Map', new Map()],
  ])('is not %s', (_, params) => {
    expect(() => serializeQuery(params)).toThrow(RequestError)
    expect(() => serializeQuery(params)).toThrow('query must be a plain object or URLSearchParams')
  })

  it.each([
    ['an object', { b: 1 }],
    ['a list in a list', [[1]]],
    ['a function', () => 1],
    ['nothing that has text', Symbol('x')],
  ])('has no value that is %s', (_, value) => {
    expect(() => serializeQuery({ a: value })).toThrow(RequestError)
    expect(() => serializeQuery({ a: value })).toThrow(
      'query.a must be a string, number, boolean or an array',
    )
  })

  it('has no date that is not written as the endpoint documents it', () => {
    const day = new Date(0)
    expect(() => serializeQuery({ bill_date: day })).toThrow(RequestError)
    expect(() => serializeQuery({ bill_date: day })).toThrow(
      'query.bill_date must be text: write the date as',
    )
  })

  it.each([
    ['an endless number', Number.POSITIVE_INFINITY, 'query.a is Infinity'],
    ['no number', Number.NaN, 'query.a is NaN'],
    ['half a character', '\ud83d', 'query.a is not well-formed Unicode'],
  ])('says what is wrong with %s', (_, a, why) => {
    expect(() => serializeQuery({ a })).toThrow(RequestError)
    expect(() => serializeQuery({ a })).toThrow(why)
  })

  it('has no name with half a character', () => {
    expect(() => serializeQuery({ a: 1, 'b\ud83d': 1 })).toThrow(RequestError)
    expect(() => serializeQuery({ a: 1, 'b\ud83d': 1 })).toThrow('query has a name that is not well-formed')
  })
})
