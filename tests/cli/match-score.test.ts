import { describe, expect, it } from 'vitest'
import { matchScore, removeWording } from '../../lib/cli/routes/match-score.js'

describe('how well a text has a word', () => {
  it('is less at the beginning of another word, and still less within one', () => {
    const [word, beginning, inside] = ['v3/refund/domestic', 'v3/refundable', 'pay/prerefund'].map((text) => {
      return matchScore('refund', text)
    })
    expect(word).toBe(1)
    expect(beginning).toBeLessThan(word ?? 0)
    expect(inside).toBeLessThan(beginning ?? 0)
    expect(matchScore('refund', 'v3/refunds')).toBe(1)
    expect(matchScore('city', 'provinces/cities')).toBe(1)
    expect(matchScore('teapot', 'v3/refunds')).toBe(0)
  })

  it('is nothing for a short word that is only part of another', () => {
    expect(matchScore('app', 'transactions/app')).toBe(1)
    expect(matchScore('app', 'transactions/apply')).toBe(0)
  })

  it('takes words for one that are written as one', () => {
    expect(matchScore('profit sharing', 'v3/profitsharing/orders')).toBe(1)
    expect(matchScore('profit sharing', 'v3/global/profit sharing/orders')).toBe(1)
  })

  it('is whole in Chinese where a word stands within a longer one, and nothing across two', () => {
    expect(matchScore('券', '发放代金券')).toBe(1)
    expect(matchScore('账单', '下载对账单')).toBe(1)
    expect(matchScore('账单', '商户单号查询转账单')).toBe(0)
    expect(matchScore('退款', '申请退款')).toBe(1)
  })
})

describe('a text without a word', () => {
  it('has what else it says', () => {
    expect(removeWording('退款', '申请退款')).toBe('申请 ')
    expect(removeWording('refund', 'refunds apply')).toBe('  apply')
    expect(removeWording('退款', '关单')).toBe('关单')
  })
})
