import { describe, expect, it } from 'vitest'
import { normalizeText, wordsOf } from '../../lib/cli/routes/vocabulary.js'

const words = (text: string): string[] => wordsOf(text).map((word) => word.text)

describe('the words of a query', () => {
  it('are the longest that are known', () => {
    expect(words('查询退款')).toEqual(['查询', '退款'])
    expect(words('查询订单')).toEqual(['查询订单'])
    expect(words('小程序下单')).toEqual(['小程序', '下单'])
    expect(words('特约商户进件')).toEqual(['特约商户', '进件'])
    expect(words('order query')).toEqual(['order query'])
    expect(words('close complaint')).toEqual(['close', 'complaint'])
  })

  it('end where letters end', () => {
    expect(words('apple')).toEqual(['apple'])
    expect(words('app支付')).toEqual(['app', '支付'])
    expect(words('H5签约')).toEqual(['h5', '签约'])
  })

  it('are kept together where none is known, and are then found by most of their pairs', () => {
    const [word] = wordsOf('魑魅魍魉')
    expect(word?.text).toBe('魑魅魍魉')
    expect(word?.parts().map((part) => part.text)).toEqual(['魑魅', '魅魍', '魍魉'])
  })

  it('are told from those that only ask', () => {
    const telling = wordsOf('怎么申请退款的接口').filter(({ isTelling }) => isTelling)
    expect(telling.map(({ text }) => text)).toEqual(['退款'])
    expect(wordsOf('子商户号').map(({ text, isTelling }) => [text, isTelling])).toEqual([
      ['子商户', true],
      ['号', false],
    ])
  })

  it('have synonyms in both languages, which count less than the word, and one-way words, which count still less', () => {
    const weightOf = (text: string, wording: string): number =>
      wordsOf(text)[0]?.wordings.find((one) => one.text === wording)?.weight ?? 0
    expect(weightOf('退款', '退款')).toBe(1)
    expect(weightOf('退款', 'refund')).toBe(weightOf('refunds', '退款'))
    expect(weightOf('退款', 'refund')).toBeLessThan(1)
    expect(weightOf('小程序', 'jsapi')).toBeGreaterThan(0)
    expect(weightOf('小程序', 'jsapi')).toBeLessThan(weightOf('小程序', 'mini program'))
    expect(weightOf('jsapi', '小程序')).toBe(0)
  })
})

describe('a text as it is compared', () => {
  it('has one spelling', () => {
    expect(normalizeText('ＡＰＰ支付（H5）')).toBe('app支付 h5')
    expect(normalizeText('outTradeNo')).toBe('out trade no')
    expect(normalizeText('mini-program_x')).toBe('mini program x')
    expect(normalizeText('JSAPI')).toBe('jsapi')
  })
})
