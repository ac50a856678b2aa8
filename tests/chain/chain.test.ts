import { inspect, isDeepStrictEqual } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { createChain } from '../../lib/chain/chain.js'
import { PathNode } from '../../lib/chain/path-node.js'
import { RequestError } from '../../lib/errors.js'

type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete'
const verbs = new Map(
  (['get', 'post', 'put', 'patch', 'delete'] as const).flatMap((verb): [string, Verb][] => [
    [verb, verb],
    [`${verb}Async`, verb],
  ]),
)

interface AnyNode {
  (request?: unknown): Promise<unknown>
  [segment: string]: AnyNode
}

const sent: [Verb, string, unknown][] = []
afterEach(() => {
  sent.length = 0
})

function chain(isKept: (path: string) => boolean = () => false): AnyNode {
  const exactSegments = new Set(['addInstitutionsub'])
  const rules = { verbs, defaultVerb: 'post' as const, exactSegments, isKept, isId: () => false }
  const start = new PathNode<Verb>(rules)
  return createChain({} as Record<string, unknown>, start, {
    send: async (verb, path, request) => sent.push([verb, path, request]),
    url: (path, request) => `${path}?${JSON.stringify(request)}`,
  }) as unknown as AnyNode
}

const importUsers = 'v3/marketing/membercard-open/cards/{card_id}/users/import'

describe('a chain', () => {
  it('reaches one endpoint by properties, by chain() and by a bracket string', async () => {
    const root = chain()
    await root.v3?.marketing?.membercardOpen?.cards?._card_id_?.users?.import?.post?.({ a: 1 })
    await root.chain?.(importUsers as never)
    await (root.chain as unknown as (path: string) => AnyNode)(importUsers).post?.({ a: 2 })
    await root[importUsers]?.postAsync?.({ a: 3 })
    expect(sent).toEqual([
      ['post', importUsers, { a: 1 }],
      ['post', importUsers, { a: 2 }],
      ['post', importUsers, { a: 3 }],
    ])
  })

  it('mixes the styles freely', async () => {
    const cards = chain().v3?.['marketing/membercard-open']?.cards as AnyNode
    const users = (cards.chain as unknown as (path: string) => AnyNode)('{card_id}/users')
    await users.import?.({})
    expect(sent).toEqual([['post', importUsers, {}]])
  })

  it('is POST when a node is called without a verb', async () => {
    await chain().v3?.pay?.({ x: 1 })
    expect(sent).toEqual([['post', 'v3/pay', { x: 1 }]])
  })

  it('takes verb words for segments until they are called', async () => {
    const receivers = chain().v3?.receivers as AnyNode
    await receivers.delete?.post?.(1)
    await receivers.delete?.(2)
    await receivers.get?.put?.patch?.(3)
    await chain()['v3/receivers/delete']?.(4)
    expect(sent).toEqual([
      ['post', 'v3/receivers/delete', 1],
      ['delete', 'v3/receivers', 2],
      ['patch', 'v3/receivers/get/put', 3],
      ['post', 'v3/receivers/delete', 4],
    ])
  })

  it.each(['name', 'length', 'apply', 'bind', 'call', 'import', 'return', 'try', 'caller', 'arguments'])(
    'has a segment %s',
    async (segment) => {
      await chain().v3?.[segment]?.x?.get?.()
      expect(sent).toEqual([['get', `v3/${segment}/x`, undefined]])
    },
  )

  it('keeps the upper-case segments of APIv2 as plain properties', async () => {
    await chain().v2?.secapi?.mch?.addInstitutionsub?.post?.()
    expect(sent).toEqual([['post', 'v2/secapi/mch/addInstitutionsub', undefined]])
  })

  it('keeps the letters of an id in a path and of everything given to chain()', async () => {
    const root = chain()
    await root.v3?.id?.['4200-AbC']?.get?.()
    await (root.chain as unknown as (path: string) => AnyNode)('/v3/MixedCase').get?.()
    expect(sent.map(([, path]) => path)).toEqual(['v3/id/4200-AbC', 'v3/MixedCase'])
  })

  it('refuses what is no path in chain()', () => {
    expect(() => (chain().chain as unknown as (path: unknown) => unknown)({ v3: 1 })).toThrow(RequestError)
  })

  it('makes a URL without sending', () => {
    const { url } = chain()['v3/pay'] as unknown as { url: (request: unknown) => string }
    expect(url({ a: 1 })).toBe('v3/pay?{"a":1}')
    expect(sent).toEqual([])
  })
})

describe('a chain is inert', () => {
  const node = () => chain().v3?.pay as AnyNode
  const text = 'Wechatpay <v3/pay>'

  it('when awaited, returned from an async function or resolved with', async () => {
    expect(typeof (await node())).toBe('function')
    const fromAsync = await (async () => node())()
    expect(typeof fromAsync).toBe('function')
    expect(typeof (await Promise.resolve(node()))).toBe('function')
  })

  it('when printed, however deep', () => {
    expect(inspect(node())).toBe(text)
    expect(inspect(node(), { showHidden: true, depth: Number.POSITIVE_INFINITY })).toBe(text)
    expect(inspect({ deep: [node()] })).toContain(text)
    expect(inspect(node(), { showProxy: true })).toContain(text)
  })

  it('when turned into text, JSON or a copy', () => {
    expect(`${node() as unknown as string}`).toBe(text)
    expect(String(node())).toBe(text)
    expect(JSON.stringify({ node: node() })).toBe(JSON.stringify({ node: text }))
    expect({ ...node() }).toEqual({})
    expect(Object.keys(node())).toEqual([])
    expect((node() as unknown as { valueOf(): unknown }).valueOf()).toBeTypeOf('function')
  })

  it('when compared, in both directions', () => {
    const one = node()
    expect(one).toEqual(one)
    expect(() => expect(node()).toEqual({ a: 1 })).toThrow()
    expect(() => expect({ a: 1 }).toEqual(node())).toThrow()
    expect(isDeepStrictEqual(node(), {})).toBe(false)
  })

  it.each(['then', 'constructor', 'prototype', '__proto__', 'asymmetricMatch'])(
    'for who probes for %s',
    (name) => {
      expect(typeof node()[name]).not.toBe('function')
    },
  )

  it('for symbols', () => {
    expect((node() as unknown as Record<symbol, unknown>)[Symbol.iterator]).toBeUndefined()
    expect((node() as unknown as Record<symbol, unknown>)[Symbol.asyncIterator]).toBeUndefined()
  })

  afterEach(() => {
    expect(sent).toEqual([])
  })
})

describe('nodes', () => {
  it('are frozen, and share nothing that a stranger could mark', () => {
    const node = chain().v3?.pay as unknown as Record<string, unknown>
    expect(Object.isFrozen(node)).toBe(true)
    expect(Object.isFrozen(Object.getPrototypeOf(node))).toBe(true)
    expect(() => {
      node.x = 1
    }).toThrow(TypeError)
    expect(() => Object.defineProperty(node, 'x', { value: 1 })).toThrow(TypeError)
  })

  it('of documented paths are the same object each time, of others a new one', () => {
    const root = chain((path) => 'v3/pay'.startsWith(path))
    expect(root.v3).toBe(root.v3)
    expect(root.v3?.pay).toBe(root.v3?.pay)
    expect(root.v3?.pay?.post).toBe(root.v3?.pay?.post)
    expect(root.v3?.other).not.toBe(root.v3?.other)
    expect(chain().v3).not.toBe(chain().v3)
  })

  it('leave no memory behind for distinct ids', { timeout: 60_000 }, () => {
    const root = chain((path) => 'v3/pay/transactions/id'.startsWith(path))
    const walk = (from: number, to: number) => {
      for (let id = from; id < to; id++) root.v3?.pay?.transactions?.id?.[`42000${id}`]?.get
    }
    walk(0, 1_000)
    const before = heapUsed()
    walk(1_000, 101_000)
    expect(heapUsed() - before).toBeLessThan(1_000_000)
  })

  it('leave no memory behind for names that lead nowhere', () => {
    const root = chain((path) => 'v3/pay/transactions/id'.startsWith(path) && path !== '')
    const walk = (node: AnyNode, name: string, steps: number): void => {
      for (let at = 0; at < steps; at++) node = node[name] as AnyNode
    }
    for (const name of ['', '/', 'get', 'v3']) walk(root, name, 10)
    const before = heapUsed()
    for (const name of ['', '/', 'get', 'v3']) walk(root, name, 5_000)
    expect(heapUsed() - before).toBeLessThan(500_000)
  })
})

function heapUsed(): number {
  const collect = globalThis.gc
  if (!collect) throw new Error('run with --expose-gc')
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
