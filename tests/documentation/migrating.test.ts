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
import { LANGUAGES, type Language, namesIn, partOf, type Section, sectionsOf } from './migrating-page.js'

const require = createRequire(import.meta.url)
const root = join(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const readPeer = (file: string): string => read(`node_modules/${file}`)

/** The sections of both pages. What is looked up in the other packages and in ours is the same in both, so one is enough. */
const sections = { en: sectionsOf('en'), zh: sectionsOf('zh') }
const [pluginPart, nodePart] = [partOf(sections.en, 1), partOf(sections.en, 2)] as const

/** The names in the first column of a table. */
const namesThere = (part: readonly Section[], section: number): string[] =>
  (part[section]?.rows ?? []).flatMap(([there = '']) => namesIn(there))

describe('the page for those who come from other clients', () => {
  it('has the same parts, rows, names and code in both languages', () => {
    const outline = (language: Language): unknown[] =>
      sections[language].map(({ level, rows, code }) => ({
        level,
        rows: rows.map((cells) => cells.map(namesIn)),
        code: code.map(({ language: of, text }) => [of, text.replace(/(^|\s)(?:\/\/|#) .*$/gm, '')]),
      }))
    expect(outline('zh')).toEqual(outline('en'))
  })

  it('leads to pages of its own language', () => {
    const links = (page: string): string[] =>
      [...read(page).matchAll(/\]\((docs\/[^)#]*)/g)].map(([, href = '']) => href)
    const english = links(LANGUAGES.en).map((href) => href.replace('docs/', 'docs/zh/'))
    expect(links(LANGUAGES.zh).sort()).toEqual(english.sort())
  })

  it('has a link in either README', () => {
    expect(read('README.md')).toContain('](MIGRATING.md)')
    expect(read('README.zh-CN.md')).toContain('](MIGRATING.zh-CN.md)')
  })
})

describe('wechatpay-axios-plugin', () => {
  const plugin = require('wechatpay-axios-plugin') as Readonly<Record<string, object>>

  it('has its helpers in the table, all of them, and no other', () => {
    const inherent = new Set([...Object.getOwnPropertyNames(class {}), 'default'])
    const isGroup = (value: unknown): value is object =>
      (typeof value === 'object' && value !== null) || /^class /.test(String(value))
    const membersOf = (path: string, value: object): string[] =>
      Object.getOwnPropertyNames(value)
        .filter((name) => !inherent.has(name))
        .flatMap((name) => {
          const member = (value as Readonly<Record<string, unknown>>)[name]
          const isLeaf = !isGroup(member) || name === 'defaults' || name === 'FormData'
          return isLeaf ? [`${path}.${name}`] : membersOf(`${path}.${name}`, member)
        })
    const { Wechatpay: _, default: __, ...groups } = plugin
    const all = Object.entries(groups).flatMap(([name, value]) =>
      isGroup(value) ? membersOf(name, value) : [],
    )
    const whole = ['FormData', 'Multipart', 'Wechatpay.normalize']
    expect(namesThere(pluginPart, 3).sort()).toEqual([...all, ...whole].sort())
  })

  it('has its options in the table', () => {
    const [, declared = ''] =
      /type apiConfig = \{(.*?)\n {4}\}/s.exec(readPeer('wechatpay-axios-plugin/index.d.ts')) ?? []
    const names = [...declared.matchAll(/^ +(\w+)\??: /gm)].map(([, name = '']) => name)
    expect(names).toHaveLength(6)
    expect(namesThere(pluginPart, 2)).toEqual(expect.arrayContaining(names))
  })

  it('has its codes of errors in the table', () => {
    const sources = readdirSync(join(root, 'node_modules/wechatpay-axios-plugin/lib'))
    const text = sources.map((name) => readPeer(`wechatpay-axios-plugin/lib/${name}`)).join('\n')
    const codes = new Set(text.match(/(?<=')EV\d_[A-Z_]+(?=')/g))
    const shown = namesThere(pluginPart, 4).filter((name) => name.startsWith('EV'))
    expect(shown.sort()).toEqual([...codes].sort())
  })
})

describe('wechatpay-node-v3', () => {
  it('has its methods in the table, all of them, and no other', () => {
    const { prototype } = require('wechatpay-node-v3') as { prototype: object }
    const methods = Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor')
    // An order is queried by either of two numbers, which the row names.
    const byNumber = ['query', 'transaction_id', 'out_trade_no']
    expect(namesThere(nodePart, 2).sort()).toEqual([...methods, ...byNumber].sort())
  })

  it('has its options in the table, all of them, and no other', () => {
    const [, declared = ''] =
      /interface Ipay \{(.*?)\n\}/s.exec(readPeer('wechatpay-node-v3/dist/lib/interface.d.ts')) ?? []
    const names = [...declared.matchAll(/^ +(\w+)\??: /gm)].map(([, name = '']) => name)
    expect(namesThere(nodePart, 1).sort()).toEqual([...names, 'verifySign'].sort())
  })

  it('has the messages of its errors in the table, all of them, and no other', () => {
    const source = readPeer('wechatpay-node-v3/dist/index.js')
    const thrown = new Set(
      [...source.matchAll(/Error\('(\p{sc=Han}[^']*)'\)/gu)].map(([, text = '']) => text),
    )
    // One row stands for all arguments that are missing.
    const isArgument = (message: string): boolean => /^缺少[a-z_]+_/.test(message)
    const shown = namesThere(nodePart, 3).filter((name) => /\p{sc=Han}/u.test(name))
    expect(shown.filter(isArgument)).toEqual(['缺少out_trade_no'])
    expect(shown.filter((name) => !isArgument(name)).sort()).toEqual(
      [...thrown].filter((message) => !isArgument(message)).sort(),
    )
  })

  it('is described in Chinese on the Chinese page', () => {
    const rows = sections.zh.flatMap(({ rows: all }) => all)
    const english = rows.flatMap((cells) => cells.map((cell) => cell.replace(/`[^`]*`|\]\([^)]*\)/g, '')))
    expect(english.filter((text) => /[a-z]{3,} [a-z]{2,}/.test(text))).toEqual([])
  })
})

describe('what the tables say of this package', () => {
  const wxpay = new entry.Wechatpay({ mchid: '1900000109', secret: 'a'.repeat(32) })
  const optionNames = read('lib/option-types.ts').match(/(?<=^ {2}readonly )\w+(?=\??:)/gm) ?? []
  const [, requestNames = ''] =
    /OPTION_KEYS.*?\[(.*?)\]/s.exec(read('lib/pipeline/build.ts').replace('<string>', '')) ?? []
  const errorFields = read('lib/errors.ts').match(/(?<=^ {2}readonly )\w+(?=:)/gm) ?? []
  const codes = read('docs/errors.md').match(/(?<=^### `)[A-Z_]+/gm) ?? []
  const known = new Set([
    ...[...Object.keys(crypto), ...Object.keys(entry), ...Object.keys(nodeCrypto)],
    ...[...optionNames, ...AXIOS_OPTIONS, ...(requestNames.match(/\w+/g) ?? [])],
    ...[...errorFields, ...codes, 'PARAM_ERROR', 'err_code', 'cause', 'workwx_sign', 'wx_serial_no'],
    ...['transactions_jsapi', 'castCsvBill', 'file', 'Buffer'],
  ])

  /** Whether what stands in backticks is there: an endpoint, a member of the client, or a name that is exported or an option. */
  function isThere(name: string): boolean {
    const [, path = '', verb = ''] = /^wxpay\.(v[23]\..*)\.(\w+)\(.*\)$/.exec(name) ?? []
    if (path) {
      const node = path.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], wxpay)
      return lookup(/<(.*)>/.exec(String(node))?.[1] ?? '', verb as Verb) !== undefined
    }
    if (name.startsWith('wxpay.')) {
      const value = name
        .split('.')
        .slice(1)
        .reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], wxpay)
      return value !== undefined && !String(value).startsWith('Wechatpay <')
    }
    const [word] = /^\w+(?=$|\(|: )/.exec(name) ?? []
    return word === undefined || known.has(word)
  }

  const rows = [...pluginPart, ...nodePart].flatMap((section) => section.rows)
  const names = new Set(rows.flatMap(([, here = '']) => namesIn(here)))
  it.each([...names])('%s is there', (name) => {
    expect(isThere(name)).toBe(true)
  })

  it('would not take a name that is not there', () => {
    for (const name of [
      'encryptAesCbc',
      'wxpay.sign',
      'wxpay.v3.pay.transactions.natve.post({ json })',
      'appId: 1',
    ]) {
      expect(isThere(name)).toBe(false)
    }
  })
})
