import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { onSite, REPOSITORY } from '../../docs/.vitepress/repository-links.js'
import { migratingPage } from '../../docs/generate/migrating.js'

const root = join(import.meta.dirname, '../..')

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

  it('to MIGRATING.md leads to its page of the guide', () => {
    expect(onSite('../../MIGRATING.md', 'guide/first-call.md')).toBe('/guide/migrating')
    expect(onSite('../../../MIGRATING.zh-CN.md#回调通知', 'zh/guide/first-call.md')).toBe(
      '/zh/guide/migrating#回调通知',
    )
  })
})

describe('MIGRATING.md on the site', () => {
  it.each(['en', 'zh'] as const)('is whole, and its links lead where they led: %s', (language) => {
    const [path, text] = migratingPage(root, language)
    const document = readFileSync(
      join(root, language === 'zh' ? 'MIGRATING.zh-CN.md' : 'MIGRATING.md'),
      'utf8',
    )
    const targets = (markdown: string, from: string): string[] =>
      [...markdown.matchAll(/\]\((?!https?:|#)([^)]*)\)/g)].map(([, href = '']) => posix.join(from, href))
    expect(targets(text, posix.dirname(path))).toEqual(targets(document, ''))
    expect(text.split('\n').length).toBe(document.split('\n').length + 4)
  })
})
