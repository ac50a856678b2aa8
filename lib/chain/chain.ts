import { inspect } from 'node:util'
import { RequestError } from '../errors.js'
import type { PathNode } from './path-node.js'

/** The actions of a chain, once one of its nodes is called. */
export interface ChainActions<Verb extends string> {
  readonly send: (verb: Verb, path: string, request: unknown) => Promise<unknown>
  readonly url: (path: string, request: unknown) => string
}

/**
 * Names that the language, loggers, test runners and frameworks probe for, and call when they find a function; no
 * documented path has one of them.
 */
const NEVER_SEGMENTS: ReadonlySet<string> = new Set([
  'then',
  'constructor',
  'prototype',
  '__proto__',
  'toJSON',
  'toString',
  'valueOf',
  'asymmetricMatch',
  // Jest asks every value that it prints whether it is an element of a page.
  'hasAttribute',
  // The life of whatever NestJS is given to inject.
  'onModuleInit',
  'onApplicationBootstrap',
  'onModuleDestroy',
  'beforeApplicationShutdown',
  'onApplicationShutdown',
])

/**
 * No method or accessor of it has a computed name (`[symbol]() {…}`): from Node 22 on, V8 overlooks the `get` trap of a
 * class that has one. `npm run matrix` shows it, tests on Node 20 do not.
 */
class Node<Verb extends string> implements ProxyHandler<object> {
  readonly #actions: ChainActions<Verb>
  readonly #path: PathNode<Verb>
  /** Members that were reached before; those that do not last are not kept. */
  readonly #properties = new Map<string, unknown>()
  #literals: Map<string, object> | undefined

  constructor(actions: ChainActions<Verb>, path: PathNode<Verb>) {
    this.#actions = actions
    this.#path = path
  }

  get(target: object, key: string | symbol): unknown {
    if (typeof key === 'symbol') return Reflect.get(target, key)
    const known = this.#properties.get(key)
    if (known !== undefined) return known
    if (NEVER_SEGMENTS.has(key) || Object.hasOwn(target, key)) return Reflect.get(target, key)
    if (key === 'chain') return this.#keep(key, Object.freeze(this.#chain.bind(this)))
    if (key === 'url') return this.#keep(key, Object.freeze(this.#url.bind(this)))
    const path = this.#path.property(key)
    const node = this.#node(path)
    return path.isLasting ? this.#keep(key, node) : node
  }

  apply(_target: object, _self: unknown, args: readonly unknown[]): Promise<unknown> {
    const { verb, sentPath } = this.#path
    const surplus = surplusOf(args, `${verb.toUpperCase()} ${sentPath}`)
    return surplus ? Promise.reject(surplus) : this.#actions.send(verb, sentPath, args[0])
  }

  #chain(path: string, ...more: readonly unknown[]): unknown {
    const surplus = surplusOf([path, ...more], 'chain()')
    if (surplus) throw surplus
    if (typeof path !== 'string') {
      throw new RequestError(
        `chain() takes a path such as 'v3/certificates', not ${inspect(path, { depth: 0 })}`,
      )
    }
    const known = this.#literals?.get(path)
    if (known) return known
    const next = this.#path.literal(path)
    const node = this.#node(next)
    if (next.isLasting) {
      this.#literals ??= new Map()
      this.#literals.set(path, node)
    }
    return node
  }

  #url(request?: unknown, ...more: readonly unknown[]): string {
    const surplus = surplusOf([request, ...more], 'url()')
    if (surplus) throw surplus
    return this.#actions.url(this.#path.path, request)
  }

  #node(path: PathNode<Verb>): object {
    return new Proxy(path.target, new Node(this.#actions, path))
  }

  #keep<Member>(key: string, member: Member): Member {
    this.#properties.set(key, member)
    return member
  }
}

/** The error for arguments beyond the first: nothing that a caller passes is ignored. */
function surplusOf([, ...more]: readonly unknown[], name: string): RequestError | undefined {
  if (more.every((argument) => argument === undefined)) return undefined
  const hint =
    name === 'chain()'
      ? 'values of placeholders go to the verb: chain(path).get({ id })'
      : 'all of a request is one object: { json: …, query: …, headers: …, timeout: … }'
  return new RequestError(`${name} takes one argument; ${hint}`)
}

/**
 * The root of a chain over `target`: its own properties stay what they are, every other name is the
 * first segment of a path. A path is data until one of its nodes is called.
 *
 * @param start the root of all chains with the same rules
 */
export function createChain<Target extends object, Verb extends string>(
  target: Target,
  start: PathNode<Verb>,
  actions: ChainActions<Verb>,
): Target {
  return new Proxy(target, new Node(actions, start) as ProxyHandler<Target>)
}
