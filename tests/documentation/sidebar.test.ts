import { join } from 'node:path'
import { expect, it } from 'vitest'
import { pagesOf } from '../../docs/generate/pages.js'
import { loadSite } from '../../docs/generate/site.js'

const site = loadSite(join(import.meta.dirname, '../..'))

it.each([
  ['en', '/api/payments/', 'Place an order by JSAPI · partners', 'Place an order by JSAPI · merchants'],
  ['zh', '/zh/api/payments/', 'JSAPI下单 · 服务商', 'JSAPI下单 · 直连商户'],
] as const)(
  'tells endpoints of one title apart by who calls them, merchants first: %s',
  (language, base, ...texts) => {
    const groups = pagesOf(site, language, ['payments']).sidebars[base] ?? []
    const shown = groups.flatMap(({ items }) => items.map(({ text }) => text))
    expect(shown).toEqual(expect.arrayContaining([...texts]))
    const [partners = '', merchants = ''] = texts
    expect(shown.indexOf(merchants)).toBeLessThan(shown.indexOf(partners))
  },
)
