import { describe, expect, it } from 'vitest'
import { onSite, REPOSITORY } from '../../docs/.vitepress/repository-links.js'

describe('on the site, a link', () => {
  it.each([
    ['guide/first-call.md', '../errors.md'],
    ['zh/guide/first-call.md', '../errors.md#代码'],
    ['cookbook/jsapi-shop.md', '../guide/emulator.md'],
    ['guide/first-call.md', './emulator.md'],
    ['guide/first-call.md', 'https://pay.weixin.qq.com'],
  ])('of %s to %s stays as it is', (page, href) => {
    expect(onSite(href, page)).toBe(href)
  })

  it.each([
    ['guide/types.md', '../../catalog/README.md', 'catalog/README.md'],
    ['zh/guide/types.md', '../../../catalog/README.md', 'catalog/README.md'],
    ['architecture.md', '../lib/wechatpay.ts#L1', 'lib/wechatpay.ts#L1'],
  ])('of %s to %s, outside of docs/, leads to the repository', (page, href, file) => {
    expect(onSite(href, page)).toBe(`${REPOSITORY}/blob/main/${file}`)
  })

  it('to the twin of a document leads to the other language', () => {
    expect(onSite('architecture.zh-CN.md', 'architecture.md')).toBe('/zh/architecture')
    expect(onSite('architecture.md', 'architecture.zh-CN.md')).toBe('/architecture')
  })
})
