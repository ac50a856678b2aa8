import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Endpoint } from '../../lib/catalog/endpoint.js'
import { mayHaveHappened } from '../../lib/protocols/open-outcome.js'
import { codesOfTheLibrary } from './library-codes.js'

const root = join(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

const PAGES = { en: read('docs/errors.md'), zh: read('docs/zh/errors.md') }
type Language = keyof typeof PAGES

/** The codes that sections of a page are about. */
const sectionsOf = (page: string): string[] =>
  [...page.matchAll(/^### (.*)$/gm)].flatMap(([, title = '']) => title.match(/(?<=`)[A-Z_]+(?=`)/g) ?? [])

interface ApiCode {
  readonly status?: number
  readonly zh: readonly [meaning: string, remedy?: string]
  readonly en: readonly [meaning: string, remedy?: string]
}

const { codes } = parse(read('catalog/errors.yaml')) as {
  codes: Record<'v2' | 'v3', Record<string, ApiCode>>
}

const EFFECT = {
  en: { none: 'nothing was done', money: 'open where money moves', open: 'open' },
  zh: { none: '没有执行', money: '资金类接口未定', open: '未定' },
} as const

/** Codes of bills, which are only read. */
const OF_BILLS = /^NO_(?:STATEMENT|BILL)_EXIST$|^(?:STATEMENT|BILL)_CREATING$/

/** Whether the client takes a call that was refused so for one that may have been carried out. */
function effectOf(code: string, status: number): 'none' | 'money' | 'open' {
  if (OF_BILLS.test(code)) return 'none'
  const isOpen = (path: string): boolean =>
    mayHaveHappened({ reads: false, path } as Endpoint, status, code, true)
  if (isOpen('v3/pay/transactions/native')) return 'open'
  return isOpen('v3/refund/domestic/refunds') ? 'money' : 'none'
}

/** The row of a code, as the page has it. */
function rowOf(
  code: string,
  { status = 200, ...words }: ApiCode,
  api: 'v2' | 'v3',
  language: Language,
): string {
  const [meaning, remedy] = words[language]
  const open =
    language === 'zh'
      ? '结果未定：用原单号查询或原样重发'
      : 'query, or send it again unchanged under the same number'
  const cells = [
    `\`${code}\``,
    ...(api === 'v3' ? [String(status)] : []),
    meaning,
    EFFECT[language][effectOf(code, status)],
    remedy ?? open,
  ]
  return `| ${cells.join(' | ')} |`
}

describe.each(['en', 'zh'] as const)('the page of error codes in %s', (language) => {
  it('has a section for every code of the library, and none too many', () => {
    const documented = sectionsOf(PAGES[language])
    expect(new Set(documented).size).toBe(documented.length)
    expect(documented.sort()).toEqual(codesOfTheLibrary())
  })

  it('has the common codes of the API, as the catalogue and the client know them', () => {
    const rows = PAGES[language].split('\n').filter((line) => line.startsWith('| `'))
    const expected = (['v3', 'v2'] as const).flatMap((api) =>
      Object.entries(codes[api]).map(([code, facts]) => rowOf(code, facts, api, language)),
    )
    expect(rows).toEqual(expected)
  })
})
