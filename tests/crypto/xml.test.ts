import { execFileSync, spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { md5Sign } from '../../lib/crypto/hash.js'
import { decodeXml, encodeXml, MAX_XML_BYTES, MAX_XML_DEPTH, XmlProblem } from '../../lib/crypto/xml.js'

const decoded = (inner: string) => decodeXml(`<xml>${inner}</xml>`)
const has = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0
const hasXmllint = has('xmllint', '--version')
const hasPython = has('python3', '--version')

/** Every text that XML 1.0 can carry. */
const text = fc.string({ unit: 'binary' }).filter((value) => {
  return value.isWellFormed() && !/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(value)
})
const name = fc
  .stringMatching(/^[a-z][a-z0-9_]{0,20}$/)
  .filter((value) => !(value in Object.prototype) && value !== 'prototype')
const message = fc.dictionary(name, text, { noNullPrototype: true })

/** Texts that parsers are known to change. */
const AWKWARD = {
  plain: 'abc',
  leading_zeros: '0012',
  number: '1.0',
  chinese: '腾讯充值中心-QQ会员充值 🎉',
  markup: '<b>&amp;</b>',
  cdata_end: 'a]]>b]]>',
  carriage: 'a\r\nb\rc&<',
  spaces: '  a  ',
  empty: '',
  json: '{"goods_detail":[{"goods_id":"1"}]}',
  url: 'https://example.com/a?b=c&d=%20',
}

describe('encoding', () => {
  it('leaves out what is not signed either', () => {
    expect(encodeXml({ a: '1', b: undefined, c: null, d: 0, e: false })).toBe(
      '<xml><a>1</a><d>0</d><e>false</e></xml>',
    )
  })

  it.each([[{ goods: [] }], [['a']], [new Date(0)], [() => 1], [Symbol('a')]])(
    'refuses %o, which is no text',
    (detail) => {
      const message = 'detail is no text: write the JSON that the API wants'
      expect(() => encodeXml({ detail: detail as never })).toThrow(message)
      expect(() => md5Sign({ detail: detail as never }, 'key')).toThrow(message)
    },
  )

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d, which is no number', (total_fee) => {
    const message = `total_fee is ${total_fee}, which is no number`
    expect(() => encodeXml({ total_fee })).toThrow(message)
    expect(() => md5Sign({ total_fee }, 'key')).toThrow(message)
  })

  it('puts into CDATA what a parser might change, and nothing else', () => {
    expect(encodeXml({ a: '1', b: '中文', c: 'x<y', d: 'a]]>b', e: '' })).toBe(
      '<xml><a>1</a><b>中文</b><c><![CDATA[x<y]]></c><d><![CDATA[a]]]]><![CDATA[>b]]></d><e></e></xml>',
    )
  })

  it('survives the way there and back, whatever the text', () => {
    expect(decodeXml(encodeXml(AWKWARD))).toEqual(AWKWARD)
    fc.assert(
      fc.property(message, (fields) => {
        expect(decodeXml(encodeXml(fields))).toEqual(fields)
      }),
    )
  })

  it.each([
    ['a name with a space', { 'a b': '1' }],
    ['a name with markup', { 'a><b': '1' }],
    ['constructor', { constructor: '1' }],
    ['prototype', { prototype: '1' }],
    ['__proto__', JSON.parse('{"__proto__":"1"}') as Record<string, string>],
    ['a control character', { a: '\u0000' }],
    ['half a surrogate pair', { a: '\ud83d' }],
  ])('refuses %s', (_, fields) => {
    const encoding = () => encodeXml(fields as Record<string, string>)
    expect(encoding).toThrow(XmlProblem)
    expect(encoding).toThrow(/' is no name of an XML element|a holds a character that XML cannot carry/)
    expect(encoding).toThrow(expect.objectContaining({ name: 'WechatpayError', code: 'XML_INVALID' }))
  })

  it.skipIf(!hasXmllint)('is what xmllint takes for XML and reads the same way', () => {
    const args = ['--nonet', '--xpath', 'string(//markup)', '-']
    expect(
      execFileSync('xmllint', args, { input: encodeXml(AWKWARD) })
        .toString()
        .trim(),
    ).toBe(AWKWARD.markup)
  })

  it.skipIf(!hasPython)('is what expat reads the same way', () => {
    const script =
      'import sys,json,xml.etree.ElementTree as e;print(json.dumps({c.tag:c.text or "" for c in e.fromstring(sys.stdin.buffer.read())}))'
    const output = execFileSync('python3', ['-c', script], { input: encodeXml(AWKWARD) })
    expect(JSON.parse(output.toString())).toEqual(AWKWARD)
  })
})

describe('decoding', () => {
  it('keeps every value a text, digits and leading zeros included', () => {
    expect(decoded('<total_fee>0100</total_fee><rate>1e3</rate><flag>true</flag>')).toEqual({
      total_fee: '0100',
      rate: '1e3',
      flag: 'true',
    })
  })

  it.each(['<a></a>', '<a/>', '<a><![CDATA[]]></a>', '<a />'])('reads %s as an empty text', (element) => {
    expect(decoded(element)).toEqual({ a: '' })
  })

  it('takes white space around CDATA for layout, and within a text for text', () => {
    expect(decoded('\n  <a>\n<![CDATA[ x ]]>\n</a>\n<b> y </b>\n')).toEqual({ a: ' x ', b: ' y ' })
  })

  it('reads what is escaped, and leaves alone what only looks so in CDATA', () => {
    expect(decoded('<a>&lt;&amp;&#20013;&#x6587;&#13;</a><b><![CDATA[&lt;<!DOCTYPE]]></b>')).toEqual({
      a: '<&中文\r',
      b: '&lt;<!DOCTYPE',
    })
  })

  it('takes white space for text where there is no CDATA, and text beside CDATA for text', () => {
    expect(decoded('<a>x<!-- c --> <!-- d -->y</a><b> <!-- c --> </b>')).toEqual({ a: 'x y', b: '  ' })
    expect(decoded('<a>x<![CDATA[ ]]>\n<![CDATA[y]]></a>')).toEqual({ a: 'x y' })
  })

  it('finds CDATA however deep it stands', () => {
    expect(decoded('<a><b><c><![CDATA[1]]></c></b></a>')).toEqual({ a: { b: { c: '1' } } })
  })

  it('takes a document of the largest size, and white space around it', () => {
    const frame = '<xml><a></a></xml>'.length
    expect(decoded(`<a>${'x'.repeat(MAX_XML_BYTES - frame)}</a>`).a).toHaveLength(MAX_XML_BYTES - frame)
    expect(decodeXml('\n <?xml version="1.0"?><xml><a>1</a></xml>\n ')).toEqual({ a: '1' })
  })

  it('makes a list of elements that repeat', () => {
    expect(decoded('<a>1</a><a>2</a><a>3</a>')).toEqual({ a: ['1', '2', '3'] })
    expect(decoded('<list><item><id>1</id></item><item><id>2</id></item></list>')).toEqual({
      list: { item: [{ id: '1' }, { id: '2' }] },
    })
  })

  it('takes a declaration, comments and a byte order mark for what they are', () => {
    expect(
      decodeXml('\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<!-- c --><xml><a>1</a></xml>\n'),
    ).toEqual({ a: '1' })
  })

  it.each([
    ['a DTD', '<!DOCTYPE xml><xml><a>1</a></xml>', /DTD/],
    [
      'an external entity',
      '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><a>&e;</a></xml>',
      /DTD/,
    ],
    [
      'a billion laughs',
      `<!DOCTYPE x [<!ENTITY a "${'ha'.repeat(9)}"><!ENTITY b "&a;&a;">]><xml>&b;</xml>`,
      /DTD/,
    ],
    ['an entity nobody declared', '<xml><a>&secret;</a></xml>', /entity/],
    ['an entity that every object has', '<xml><a>&constructor;</a></xml>', /entity/],
    ['a character that is none', '<xml><a>&#0;</a></xml>', /entity/],
    ['__proto__', '<xml><__proto__><isAdmin>1</isAdmin></__proto__></xml>', /reserved/],
    ['constructor', '<xml><constructor>1</constructor></xml>', /reserved/],
    ['prototype', '<xml><a><prototype>1</prototype></a></xml>', /reserved/],
    ['toString', '<xml><toString>1</toString></xml>', /reserved/],
    ['hasOwnProperty', '<xml><hasOwnProperty>1</hasOwnProperty></xml>', /reserved/],
    ['too much nesting', `${'<a>'.repeat(MAX_XML_DEPTH + 2)}1${'</a>'.repeat(MAX_XML_DEPTH + 2)}`, /nested/],
    ['too large a document', `<xml><a>${'x'.repeat(MAX_XML_BYTES)}</a></xml>`, /larger/],
    ['a document cut short', '<xml><a>1</a>', /well-formed/],
    ['tags that cross', '<xml><a><b>1</a></b></xml>', /well-formed/],
    ['two roots', '<xml><a>1</a></xml><xml/>', /root|well-formed/],
    ['text between elements', '<xml>stray<a>1</a></xml>', /text/],
    ['HTML', '<html><p>502 Bad Gateway</html>', /well-formed/],
    ['nothing', '', /well-formed/],
    ['JSON', '{"code":"SYSTEM_ERROR"}', /well-formed/],
  ])('refuses %s', (_, document, why) => {
    expect(() => decodeXml(document)).toThrow(why)
    expect(() => decodeXml(Buffer.from(document))).toThrow(XmlProblem)
  })

  it('leaves the prototype of objects alone', () => {
    expect(() => decodeXml('<xml><__proto__><polluted>1</polluted></__proto__></xml>')).toThrow(XmlProblem)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})
