import { exactSegments, lookup } from '../../catalog/lookup.js'
import { documentedPaths } from '../../catalog/routes.js'
import { normalizeSegment } from '../../chain/names.js'
import { names } from '../../data/names.js'
import type { Verb } from '../../index.js'

const AUDIENCES = ['merchant', 'partner', 'brand', 'hk', 'global'] as const

export type Audience = (typeof AUDIENCES)[number]

export interface CataloguedEndpoint {
  readonly verb: Verb
  readonly path: string
  readonly name: string
  /** Other names that people call it by. */
  readonly otherNames: readonly string[]
  readonly products: readonly string[]
  /** Who may call it: merchants or partners in the mainland, a brand, or merchants at an access point abroad. */
  readonly audience: readonly Audience[]
  /** Whether the API does not offer it any more. */
  readonly isClosed: boolean
  /** Whether only some merchants may call it. */
  readonly isLimited: boolean
  /** Its rank among those that merchants use every day. */
  readonly everyday: number | undefined
  /** The URLs of the merchant's and the partner's page. */
  readonly docs: readonly string[]
  /** The URLs of its other pages, one for each product that it is part of. */
  readonly otherDocs: readonly string[]
}

const BASE = 'https://pay.weixin.qq.com/'

let all: readonly CataloguedEndpoint[] | undefined

/** All documented endpoints, in the order of their paths. */
export function catalogue(): readonly CataloguedEndpoint[] {
  all ??= readCatalogue()
  return all
}

function readCatalogue(): CataloguedEndpoint[] {
  const lines = names.split('\n')
  const endpoints = documentedPaths().flatMap(({ path, verbs }) =>
    verbs.map((verb) => ({ verb, path: path.join('/') })),
  )
  return endpoints.map((endpoint, at) => ({ ...endpoint, ...fromLine(lines[at] ?? '') }))
}

function fromLine(line: string): Omit<CataloguedEndpoint, 'verb' | 'path'> {
  const [name = '', everyday = '', ...lists] = line.split('\t')
  const [otherNames = [], products = [], marks = [], docs = [], otherDocs = []] = lists.map((list) =>
    list === '' ? [] : list.split('|'),
  )
  const urlOf = (end: string): string => (end.startsWith('http') ? end : BASE + end)
  return {
    ...{ name, otherNames, products },
    audience: AUDIENCES.filter((one) => marks.includes(one)),
    isClosed: marks.includes('closed'),
    isLimited: marks.includes('limited'),
    everyday: everyday === '' ? undefined : Number(everyday),
    docs: docs.map(urlOf),
    otherDocs: otherDocs.map(urlOf),
  }
}

/** The path, also with the slash at its end where the documentation has one. */
export function pathsOf({ path, verb }: Pick<CataloguedEndpoint, 'path' | 'verb'>): readonly string[] {
  return lookup(path, verb)?.wire === `${path}/` ? [path, `${path}/`] : [path]
}

/** The call of an endpoint as it is written in code. */
export function chainOf({ path, verb }: Pick<CataloguedEndpoint, 'path' | 'verb'>): string {
  const names = path.split('/').map((segment) => {
    const placeholder = /^\{(\w+)\}$/.exec(segment)?.[1]
    if (placeholder) return `._${placeholder}_`
    const camel = segment.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
    const isName = /^[A-Za-z]\w*$/.test(camel) && normalizeSegment(camel, exactSegments) === segment
    return isName ? `.${camel}` : `['${segment}']`
  })
  return `wxpay${names.join('')}.${verb}({ … })`
}
