import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { labelOf, leafOf, readLeaf, type Shape, toJsonSchema } from '../../lib/catalog/schema.js'

const ajv = new Ajv({ strict: false })
/** What YAML holds, where the type of a shape does not know that `$label` and the like are no fields. */
const written = (shape: unknown): Shape => shape as Shape
const accepts = (shape: Shape, value: unknown, options = {}): boolean =>
  ajv.validate(toJsonSchema(shape, options), value)

describe('a leaf', () => {
  it.each([
    ['string', { type: 'string' }],
    ['string 商户号', { type: 'string', label: '商户号' }],
    ['string 6..32 商户订单号', { type: 'string', min: 6, max: 32, label: '商户订单号' }],
    ['string ..64 /^[\\w-]+$/ 批次 号', { type: 'string', max: 64, pattern: '^[\\w-]+$', label: '批次 号' }],
    ['string /^https?:\\/\\/[^\\s]+$/', { type: 'string', pattern: '^https?:\\/\\/[^\\s]+$' }],
    ['integer -1.. 偏移', { type: 'integer', min: -1, label: '偏移' }],
    ['fen 1.. 订单金额', { type: 'integer', unit: 'fen', min: 1, label: '订单金额' }],
    ['minor 金额', { type: 'integer', unit: 'minor', label: '金额' }],
    ['encrypted 姓名', { type: 'encrypted', label: '姓名' }],
  ] as const)('%s is taken apart', (text, leaf) => {
    expect(leafOf(text)).toEqual(leaf)
  })

  it.each(['text', 'String', 'string  商户号', 'string6..32', '', 'yuan 金额'])('is none: %o', (text) => {
    expect(readLeaf(text)).toBeUndefined()
    expect(() => leafOf(text as 'string')).toThrow(`'${text}' is no leaf of the catalogue`)
  })

  it('keeps its limits in the schema: of a text how long it is, of a number how large', () => {
    expect(accepts('string 2..3 名', '张三')).toBe(true)
    expect(accepts('string 2..3 名', '张')).toBe(false)
    expect(accepts('string 2..3 名', '张三张三')).toBe(false)
    expect(accepts('string /^\\d+$/ 号', '12')).toBe(true)
    expect(accepts('string /^\\d+$/ 号', 'a')).toBe(false)
    expect(accepts('fen 1..100 额', 1)).toBe(true)
    for (const amount of [0, 101, 1.5, '1']) expect(accepts('fen 1..100 额', amount)).toBe(false)
  })

  it('that travels as text is one, an amount in digits', () => {
    expect(accepts('fen 额', '100', { text: true })).toBe(true)
    for (const amount of [100, '1.00', 'a']) expect(accepts('fen 额', amount, { text: true })).toBe(false)
  })

  it('that is encrypted is longer than its limits are about', () => {
    expect(accepts('encrypted ..8 姓名', 'A'.repeat(344))).toBe(true)
  })
})

describe('a shape', () => {
  it('has its label as title: of a list that of its items', () => {
    expect(labelOf(['string 图片'])).toBe('图片')
    expect(labelOf(written({ $label: '金额', total: 'fen 总金额' }))).toBe('金额')
    expect(toJsonSchema(written({ $label: '金额', 'total?': 'fen 总金额' }))).toMatchObject({
      title: '金额',
      properties: { total: { title: '总金额', unit: 'fen' } },
    })
  })

  it('knows how many items a list may have', () => {
    const list = written([{ $items: '1..2', name: 'string 名' }])
    expect(accepts(list, [{ name: 'a' }])).toBe(true)
    expect(accepts(list, [])).toBe(false)
    expect(accepts(list, [{ name: 'a' }, { name: 'b' }, { name: 'c' }])).toBe(false)
  })

  it('knows the groups of fields of which one has to be there whole', () => {
    const parties = written({
      $either: [['mchid'], ['sp_mchid', 'sub_mchid']],
      'mchid?': 'string',
      'sp_mchid?': 'string',
      'sub_mchid?': 'string',
    })
    expect(accepts(parties, { mchid: '1' })).toBe(true)
    expect(accepts(parties, { sp_mchid: '1', sub_mchid: '2' })).toBe(true)
    expect(accepts(parties, { sp_mchid: '1' })).toBe(false)
    expect(accepts(parties, {})).toBe(false)
  })
})
