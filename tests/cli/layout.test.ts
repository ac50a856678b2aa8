import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { endpointDocument } from '../../lib/catalog/document.js'
import { loadGlossary } from '../../lib/catalog/glossary.js'
import { breakBefore, formatColumns, WIDTH, widthOf, wrap } from '../../lib/cli/layout.js'
import { catalogue } from '../../lib/cli/routes/catalogue.js'
import { describeFields } from '../../lib/cli/routes/show-endpoint.js'

const widest = (text: string): number => Math.max(...text.split('\n').map(widthOf))

describe('the width of a text', () => {
  it('is two for a wide character, and nothing for colours', () => {
    expect(widthOf('abc')).toBe(3)
    expect(widthOf('退款（全额）')).toBe(12)
    expect(widthOf('😀')).toBe(2)
    expect(widthOf('\x1b[1m退款\x1b[22m · 1')).toBe(8)
  })
})

describe('a wrapped text', () => {
  it('is broken at spaces, and between wide characters', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three'])
    expect(wrap('商户订单号', 6)).toEqual(['商户订', '单号'])
    expect(wrap('商户订单号 · number', 12)).toEqual(['商户订单号 ·', 'number'])
    expect(wrap('short', 8)).toEqual(['short'])
    expect(wrap('', 8)).toEqual([''])
  })

  it('has a mark in the line of what it belongs to', () => {
    expect(wrap('商户号（mchid）。', 8)).toEqual(['商户号', '（mchid', '）。'])
    expect(wrap('商户号（mchid）。订单', 12)).toEqual(['商户号', '（mchid）。', '订单'])
    expect(wrap('一二三，四', 6)).toEqual(['一二', '三，四'])
    expect(wrap('一二 GET、POST', 8)).toEqual(['一二', 'GET、', 'POST'])
  })

  it('keeps a bar with what it follows, and cuts only what is too long for a line', () => {
    expect(wrap('AAA | BBB | CCC', 9)).toEqual(['AAA |', 'BBB | CCC'])
    expect(wrap('a ABCDEFGHIJ b', 4)).toEqual(['a', 'ABCD', 'EFGH', 'IJ b'])
  })

  it('loses nothing', () => {
    const text = 'SUBJECT_TYPE_ENTERPRISE | 商户订单号，长度 6 到 32 个字符 · merchant order number | X'
    for (let width = 2; width < 40; width++) {
      expect(wrap(text, width).join('').replaceAll(' ', ''), String(width)).toBe(text.replaceAll(' ', ''))
      expect(widest(wrap(text, width).join('\n'))).toBeLessThanOrEqual(width)
    }
  })
})

describe('columns', () => {
  it('are as wide as they need where all of them fit', () => {
    const rows = [
      ['a', 'string', 'required'],
      ['名称', 'integer', ''],
    ]
    expect(formatColumns(rows, [1])).toBe('a     string   required\n名称  integer')
  })

  it('share what is left by the fixed ones, with room for a label', () => {
    const rows = [
      [
        '  out_trade_no',
        'string',
        'required',
        '商户订单号 · the merchant’s own number of the order, unique to the merchant',
      ],
      ['  trade_type', 'JSAPI | NATIVE | APP | MICROPAY | MWEB | FACEPAY', '', '交易类型'],
    ]
    const text = formatColumns(rows, [1, 3], 70)
    expect(text).toBe(
      [
        '  out_trade_no  string                 required  商户订单号 · the',
        '                                                 merchant’s own number',
        '                                                 of the order, unique',
        '                                                 to the merchant',
        '  trade_type    JSAPI | NATIVE |                 交易类型',
        '                APP | MICROPAY |',
        '                MWEB | FACEPAY',
      ].join('\n'),
    )
    expect(widest(text)).toBeLessThanOrEqual(70)
  })

  it('take no space where none has a text', () => {
    expect(formatColumns([['a', '', 'b', '']], [3])).toBe('a  b')
    expect(formatColumns([['a', 'b']], [3])).toBe('a  b')
    expect(formatColumns([])).toBe('')
  })
})

describe('a path or chain that is too long', () => {
  it('is broken before a joint', () => {
    expect(breakBefore(/\//, 'GET v3/a/bb/ccc', '  ', 10)).toBe('GET v3/a\n  /bb/ccc')
    expect(breakBefore(/[.[]/, "wxpay.v3['a/b'].get({ … })", '  ', 16)).toBe("wxpay.v3['a/b']\n  .get({ … })")
  })
})

describe('what is shown of an endpoint', { timeout: 60_000 }, () => {
  it('fits, whatever the endpoint; only addresses of pages stay whole', async () => {
    const wide: string[] = []
    for (const endpoint of catalogue()) {
      const text = describeFields(
        endpoint,
        await endpointDocument(endpoint.path, endpoint.verb),
        await loadGlossary(),
      )
      const lines = stripVTControlCharacters(text).split('\n')
      wide.push(...lines.filter((line) => !line.startsWith('https://') && widthOf(line) > WIDTH))
    }
    expect(wide).toEqual([])
  })

  it('has the fields of a field below it, and where a request goes if that is not the path', async () => {
    const endpoint = catalogue().find(({ path }) => path === 'v3/applyment4sub/applyment')
    if (!endpoint) throw new Error('not documented')
    const text = describeFields(
      endpoint,
      await endpointDocument(endpoint.path, endpoint.verb),
      await loadGlossary(),
    )
    expect(text).toContain('\nsent to /v3/applyment4sub/applyment/\n')
    expect(text).toMatch(/\n {2}contact_info +object +required +超级管理员信息 · .+\n/)
    expect(text).toMatch(/\n {4}contact_type +LEGAL \| SUPER +required +超级管理员类型 · .+\n/)
  })
})
