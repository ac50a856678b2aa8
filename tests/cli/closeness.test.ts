import { describe, expect, it } from 'vitest'
import { closeness, without } from '../../lib/cli/closeness.js'

describe('how well a text has a word', () => {
  it('is less at the beginning of another word, and still less within one', () => {
    const [word, beginning, inside] = ['v3/refund/domestic', 'v3/refundable', 'pay/prerefund'].map((text) => {
      return closeness('refund', text)
    })
    expect(word).toBe(1)
    expect(beginning).toBeLessThan(word ?? 0)
    expect(inside).toBeLessThan(beginning ?? 0)
    expect(closeness('refund', 'v3/refunds')).toBe(1)
    expect(closeness('city', 'provinces/cities')).toBe(1)
    expect(closeness('teapot', 'v3/refunds')).toBe(0)
  })

  it('is nothing for a short word that is only part of another', () => {
    expect(closeness('app', 'transactions/app')).toBe(1)
    expect(closeness('app', 'transactions/apply')).toBe(0)
  })

  it('takes words for one that are written as one', () => {
    expect(closeness('profit sharing', 'v3/profitsharing/orders')).toBe(1)
    expect(closeness('profit sharing', 'v3/global/profit sharing/orders')).toBe(1)
  })

  it('is whole in Chinese where a word stands within a longer one, and nothing across two', () => {
    expect(closeness('券', '发放代金券')).toBe(1)
    expect(closeness('账单', '下载对账单')).toBe(1)
    expect(closeness('账单', '商户单号查询转账单')).toBe(0)
    expect(closeness('退款', '申请退款')).toBe(1)
  })
})

describe('a text without a word', () => {
  it('has what else it says', () => {
    expect(without('退款', '申请退款')).toBe('申请 ')
    expect(without('refund', 'refunds apply')).toBe('  apply')
    expect(without('退款', '关单')).toBe('关单')
  })
})
