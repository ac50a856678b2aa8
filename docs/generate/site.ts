import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { loadCatalogue } from '../../catalog/load.js'
import type { Catalogue, Endpoint, Notification } from '../../catalog/model.js'
import { baseOf, type Language, type Text } from './language.js'
import { collectValues, type Values } from './values.js'

type Titles = Readonly<Record<'endpoints' | 'products' | 'notifications', Readonly<Record<string, string>>>>

/** An error code: its status, and in each language what it means and what to do. */
export interface ErrorCode {
  readonly status?: number
  readonly zh: readonly [meaning: string, remedy?: string]
  readonly en: readonly [meaning: string, remedy?: string]
}

interface ErrorFile {
  readonly codes: Readonly<Record<'v2' | 'v3', Readonly<Record<string, ErrorCode>>>>
  readonly endpoints: readonly {
    readonly path: string
    readonly verb?: string
    readonly codes: readonly string[]
  }[]
}

/** What the pages are made of, beside the entry that each is about. */
export interface Site extends Catalogue {
  readonly values: Values
  readonly titles: Titles
  readonly errors: ErrorFile
}

export function loadSite(root: string): Site {
  const read = <Content>(file: string): Content =>
    parse(readFileSync(join(root, 'catalog', file), 'utf8')) as Content
  const catalogue = loadCatalogue(root)
  const titles = read<Titles>('titles.yaml')
  return {
    ...catalogue,
    titles,
    errors: read<ErrorFile>('errors.yaml'),
    values: collectValues([...catalogue.endpoints, ...catalogue.notifications].map(({ example }) => example)),
  }
}

/** A name of the catalogue in a language. */
export function titleOf(site: Site, kind: keyof Titles, name: string, language: Language): string {
  if (language === 'zh') return kind === 'notifications' ? withoutMarks(name) : name
  const title = site.titles[kind][name]
  if (title === undefined) throw new Error(`catalog/titles.yaml: ${kind} has no English for ${name}`)
  return title
}

/** The name of a notification without what its page says in brackets: its event type and its format. */
function withoutMarks(name: string): string {
  const bare = name.replace(/\((?:[A-Z_]+\.[A-Z_.]+|JSON|XML)\)/g, '').replace(/回调(通知)?$|通知$/, '')
  return /通知|回调|事件|结果$/.test(bare) ? bare : `${bare}通知`
}

export const nameOf = ({ verb, template }: Endpoint): string => `${verb.toUpperCase()} /${template}`

/** The last part of the address of an endpoint's page. */
export const slugOf = ({ verb, template }: Endpoint): string =>
  `${verb}-${template.replaceAll('/', '-').replace(/[{}]/g, '')}`

export const endpointLink = (endpoint: Endpoint, language: Language): string =>
  `${baseOf(language)}api/${endpoint.family}/${slugOf(endpoint)}`

/** The last part of the address of a notification's page. Messages of v2 have names that differ in their marks alone. */
export const eventSlug = ({ eventType, api }: Notification): string =>
  api === 'v2'
    ? `v2-${eventType.toLowerCase().replace('.', '_')}`
    : eventType.toLowerCase().replace(/[._]/g, '-')

export const notificationLink = (notification: Notification, language: Language): string =>
  `${baseOf(language)}notifications/${eventSlug(notification)}`

/** The codes known for an endpoint, the particular ones first. */
export function errorsOf(site: Site, { api, template, verb }: Endpoint): [code: string, ErrorCode][] {
  const groups = site.errors.endpoints.filter(({ path, verb: only }) => {
    return new RegExp(path).test(template) && (only === undefined || only === verb)
  })
  const codes = new Set([...groups].reverse().flatMap((group) => group.codes))
  return [...codes].map((code) => {
    const found = site.errors.codes[api][code]
    if (!found)
      throw new Error(`catalog/errors.yaml: ${code} of ${template} is not among the codes of ${api}`)
    return [code, found]
  })
}

/** Official pages, by what they are: at most a few, so that the list can be read. */
export function officialLinks(docs: readonly string[], language: Language): string[] {
  const words: readonly (readonly [RegExp, Text])[] = [
    [/\/merchant\//, { zh: '商户文档', en: 'Merchant documentation' }],
    [/\/partner\//, { zh: '服务商文档', en: 'Partner documentation' }],
    [/\/brand\//, { zh: '品牌文档', en: 'Brand documentation' }],
    [
      /\/global|wechatpay-api|\/en\/|pay\.weixin\.qq\.com\/doc\/global/,
      { zh: '境外文档', en: 'Global documentation' },
    ],
    [/\/institution\//, { zh: '机构文档', en: 'Institution documentation' }],
  ]
  const official = [...new Set(docs)].filter((url) => url.startsWith('https://pay.weixin.qq.com/'))
  return official.slice(0, MAX_LINKS).map((url) => {
    const found = words.find(([pattern]) => pattern.test(url))?.[1] ?? {
      zh: '官方文档',
      en: 'Official documentation',
    }
    const number = /(\d{6,})/.exec(url)?.[1]
    return `- [${found[language]}${number ? ` ${number}` : ''}](${url})`
  })
}

const MAX_LINKS = 8
