import * as nodeCrypto from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lookup } from '../../lib/catalog/lookup.js'
import type { Verb } from '../../lib/catalog/traits.js'
import { AXIOS_OPTIONS } from '../../lib/check-options.js'
import * as crypto from '../../lib/crypto/index.js'
import * as entry from '../../lib/index.js'
import { LANGUAGES, namesIn, partOf, type Section, sectionsOf } from './migrating-page.js'

const require = createRequire(import.meta.url)
const root = join(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const peer = (file: string): string => read(`node_modules/${file}`)

const sections = { en: sectionsOf('en'), zh: sectionsOf('zh') }
const rowsOf = ({ rows }: Section): readonly (readonly string[])[] => rows

/** The names in the first column of tables. */
const namesThere = (part: readonly Section[]): string[] =>
  part.flatMap(rowsOf).flatMap(([there = '']) => namesIn(there))

const [, , axiosPlugin, nodeV3] = [0, 1, 2, 3].map((number) => partOf(sections.en, number)) as [
  Section[],
  Section[],
  Section[],
  Section[],
]

describe('the page for those who come from other clients', () => {
  it('has the same parts, rows and code in both languages', () => {
    const outline = (language: keyof typeof LANGUAGES): unknown[] =>
      sections[language].map(({ level, rows, code }) => ({
        level,
        rows: rows.map((cells) => cells.map((cell) => namesIn(cell))),
        code: code.map(({ language: of, text }) => [of, text.replace(/(^|\s)\/\/ .*$/gm, '')]),
      }))
    expect(outline('zh')).toEqual(outline('en'))
  })

  it('links to pages of its own language', () => {
    const links = (page: string): string[] =>
      [...read(page).matchAll(/\]\((docs\/[^)#]*)/g)].map(([, href = '']) => href)
    expect(links(LANGUAGES.zh)).toEqual(links(LANGUAGES.en).map((href) => href.replace('docs/', 'docs/zh/')))
  })
})

describe('wechatpay-axios-plugin', () => {
  const plugin = require('wechatpay-axios-plugin') as Readonly<Record<string, object>>
  const [calls, , options, helpers, errors] = axiosPlugin.slice(1)

  it('has its helpers, each of which is in the table', () => {
    const inherent = new Set([...Object.getOwnPropertyNames(class {}), 'default'])
    const own = (value: object): string[] =>
      Object.getOwnPropertyNames(value).filter((name) => !inherent.has(name))
    const membersOf = (path: string, value: object): string[] =>
      own(value).flatMap((name) => {
        const member = (value as Record<string, unknown>)[name]
        const isGroup = typeof member === 'object' || /^[A-Z]\w+[a-z]$/.test(name)
        return isGroup ? membersOf(`${path}.${name}`, member as object) : [`${path}.${name}`]
      })
    const { Rsa, Aes, Hash, Formatter, Transformer, Decorator } = plugin
    const all = Object.entries({ Rsa, Aes, Hash, Formatter, Transformer, Decorator }).flatMap(
      ([name, value]) => membersOf(name, value as object),
    )
    expect(namesThere([helpers as Section])).toEqual(expect.arrayContaining(all))
  })
})
