/** What an editor offers after a dot: the next segments and the node's own members, in the spellings people write. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Endpoint } from '../../catalog/model.js'
import { repositoryCatalogue } from '../catalog/loaded.js'
import { judge, properties } from './catalogue/program.js'
import { type LanguageServer, startLanguageServer } from './language-server.js'

const root = join(import.meta.dirname, '..', '..')
const { endpoints } = repositoryCatalogue
const segments = new Set(endpoints.flatMap(({ template }) => template.split('/')))

/** Every path of the catalogue, with the segments that come next and the endpoints that are right there. */
const nodes = new Map<string, { readonly next: Set<string>; readonly here: Endpoint[] }>()
for (const endpoint of endpoints) {
  const path = endpoint.template.split('/')
  path.forEach((_, depth) => {
    const where = path.slice(0, depth + 1).join('/')
    const node = nodes.get(where) ?? { next: new Set(), here: [] }
    nodes.set(where, node)
    const next = path[depth + 1]
    if (next === undefined) node.here.push(endpoint)
    else node.next.add(next)
  })
}

/** A segment as it is and, where that takes brackets, as a property. */
function spellings(segment: string): string[] {
  const placeholder = /^\{(.+)\}$/.exec(segment)?.[1]
  if (placeholder !== undefined) return [segment, `_${placeholder}_`, `$${placeholder}$`]
  return [segment, segment.replace(/-([a-z\d])/g, (_, letter: string) => letter.toUpperCase())]
}

function membersOf({ verb, response }: Endpoint): string[] {
  if (response.redirect) return ['url']
  return [verb, `${verb}Async`, ...(verb === 'get' ? ['url'] : [])]
}

/** Sorted, without repeats. */
function offered(path: string): string[] {
  const { next, here } = nodes.get(path) ?? { next: [], here: [] }
  return [...new Set(['chain', ...[...next].flatMap(spellings), ...here.flatMap(membersOf)])].sort()
}

/** What every function has, and with them a node that is POST when called; `Symbol` is for `[Symbol.hasInstance]`. */
const OF_FUNCTIONS = new Set([...Object.getOwnPropertyNames(Function.prototype), 'prototype', 'Symbol'])

/** The nodes that offer most, and those with something to get wrong: placeholders, verb words, redirects. */
const SAMPLES = [
  ...[...nodes.keys()].sort((a, b) => offered(b).length - offered(a).length).slice(0, 4),
  'v3/pay/transactions',
  'v3/marketing/membercard-open/cards',
  'v3/profitsharing/receivers',
  'v3/profitsharing/receivers/delete',
  'v2/papay/entrustweb',
  'v2/secapi/mch',
]

describe('a node', () => {
  it('has the next segments and its own members, and nothing else, wherever it stands', () => {
    const text = (path: string): string =>
      `holds<Same<keyof NodeOf<'${path}'>, ${offered(path)
        .map((name) => `'${name}'`)
        .join(' | ')}>>()`
    const head = [
      "import type { NodeOf } from './types/index.js'",
      'type Same<Left, Right> = [Left, Right] extends [Right, Left] ? true : false',
      'declare function holds<Claim extends true>(): Claim',
    ]
    const verdicts = judge(
      root,
      [...nodes.keys()].map((path) => ({ path, text: text(path) })),
      head,
    )
    expect(verdicts.filter(({ error }) => error).map(({ path }) => path)).toEqual([])
  }, 60_000)

  it('has no name of several segments, and no upper-case initial that is not documented', () => {
    const names = [...nodes.keys()].flatMap(offered)
    expect(names.filter((name) => name.includes('/'))).toEqual([])
    expect(names.filter((name) => /^[A-Z]/.test(name) && !segments.has(name))).toEqual([])
  })
})

describe('an editor', () => {
  const HEAD = "import type { Chain } from '../../types/index.js'\ndeclare const wxpay: Chain\n"
  let editor: LanguageServer

  beforeAll(async () => {
    editor = await startLanguageServer(root, join(import.meta.dirname, 'open-in-the-editor.ts'))
  }, 30_000)
  afterAll(() => editor.close())

  const shown = async (expression: string): Promise<readonly string[]> => {
    editor.edit(HEAD + expression)
    return editor.completions(HEAD.length + expression.length)
  }

  it.each(SAMPLES)('offers what comes next behind %s, and nothing else', async (path) => {
    const names = offered(path)
    const labels = await shown(`wxpay${properties(path)}.`)
    expect(labels.filter((name) => names.includes(name) || !OF_FUNCTIONS.has(name)).sort()).toEqual(names)
  })

  it('offers every version of the API on the client, and its paths in brackets', async () => {
    const versions = new Set(endpoints.map(({ template }) => template.split('/')[0]))
    expect(await shown('wxpay.')).toEqual(expect.arrayContaining(['chain', ...versions]))
    editor.edit(`${HEAD}wxpay['']`)
    const paths = await editor.completions(`${HEAD}wxpay['`.length)
    expect(paths).toEqual(expect.arrayContaining([...nodes.keys()].filter((path) => path.includes('/'))))
  })

  it('offers the paths from there on in a string given to chain()', async () => {
    const folder = 'v3/pay/transactions'
    const text = "wxpay.v3.pay.transactions.chain('')"
    editor.edit(HEAD + text)
    const below = [...nodes.keys()].filter((path) => path.startsWith(`${folder}/`))
    expect([...(await editor.completions(HEAD.length + text.length - 2))].sort()).toEqual(
      below.map((path) => path.slice(folder.length + 1)).sort(),
    )
  })
})
