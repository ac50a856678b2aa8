import { inspect } from 'node:util'
import { RequestError } from '../errors.js'
import { normalizeSegment } from './normalize.js'

/** What a chain leads to, once one of its nodes is called. */
export interface ChainActions<Verb extends string> {
  /** The property names that send when called. */
  readonly verbs: ReadonlyMap<string, Verb>
  /** What a node called without a verb sends. */
  readonly bareVerb: Verb
  /** Segments that keep their upper-case letters as properties. */
  readonly exactSegments: ReadonlySet<string>
  /** Nodes of these paths are kept. They must be finitely many: ids in a path leave no memory behind. */
  readonly keeps: (path: string) => boolean
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

const label = Symbol('label')

interface Labelled {
  readonly [label]: string
}

function ownLabel(this: Labelled): string {
  return this[label]
}

/** Frozen: a stranger must not be able to mark all nodes through the prototype they share. */
const nodePrototype: object = Object.freeze(
  Object.assign(Object.create(null), {
    toString: ownLabel,
    toJSON: ownLabel,
    [Symbol.toPrimitive]: ownLabel,
    valueOf(this: Labelled) {
      return this
    },
  }),
)

/** `util.inspect` skips the traps of a proxy, so what it is to print sits on the target. */
function createTarget(path: string): object {
  const target = () => undefined
  const text = `Wechatpay <${path}>`
  // `name` and `length` are segments like any other, which a frozen own property would forbid.
  Reflect.deleteProperty(target, 'name')
  Reflect.deleteProperty(target, 'length')
  Object.setPrototypeOf(target, nodePrototype)
  Object.defineProperty(target, label, { value: text })
  Object.defineProperty(target, inspect.custom, { value: () => text })
  return Object.freeze(target)
}

type Send = (request: unknown) => Promise<unknown>

class Node<Verb extends string> implements ProxyHandler<object> {
  readonly #actions: ChainActions<Verb>
  readonly #path: string
  readonly #send: Send
  /** What was reached from here before, as a property or through `chain()`; absent where nothing is kept. */
  readonly #properties: Map<string, unknown> | undefined
  readonly #literals: Map<string, unknown> | undefined

  constructor(actions: ChainActions<Verb>, path: string, send: Send) {
    this.#actions = actions
    this.#path = path
    this.#send = send
    if (path !== '' && !actions.keeps(path)) return
    this.#properties = new Map()
    this.#literals = new Map()
  }

  get(target: object, key: string | symbol): unknown {
    if (typeof key === 'symbol') return Reflect.get(target, key)
    const known = this.#properties?.get(key)
    if (known !== undefined) return known
    if (NEVER_SEGMENTS.has(key) || Object.hasOwn(target, key)) return Reflect.get(target, key)
    if (key === 'chain') return this.#keep(key, Object.freeze(this.#chain.bind(this)))
    if (key === 'url') return this.#keep(key, Object.freeze(this.#url.bind(this)))
    const verb = this.#actions.verbs.get(key)
    const segment = normalizeSegment(key, this.#actions.exactSegments)
    if (verb === undefined) return this.#child(this.#properties, key, segment)
    // A verb word is a segment too: its node goes on, and only calling it makes it the verb.
    return this.#keep(key, this.#node(this.#join(segment), verb, this.#path))
  }

  apply(_target: object, _self: unknown, args: readonly unknown[]): Promise<unknown> {
    return this.#send(args[0])
  }

  #chain(path: string): unknown {
    if (typeof path !== 'string') {
      throw new RequestError(
        `chain() takes a path such as 'v3/certificates', not ${inspect(path, { depth: 0 })}`,
      )
    }
    return this.#literals?.get(path) ?? this.#child(this.#literals, path, path)
  }

  #url(request?: unknown): string {
    return this.#actions.url(this.#path, request)
  }

  #child(kept: Map<string, unknown> | undefined, key: string, segment: string): object {
    const path = this.#join(segment)
    const node = this.#node(path, this.#actions.bareVerb, path)
    if (this.#actions.keeps(path)) kept?.set(key, node)
    return node
  }

  #node(path: string, verb: Verb, sentPath: string): object {
    const actions = this.#actions
    return new Proxy(
      createTarget(path),
      new Node(actions, path, (request) => actions.send(verb, sentPath, request)),
    )
  }

  #keep<Member>(key: string, member: Member): Member {
    this.#properties?.set(key, member)
    return member
  }

  #join(segment: string): string {
    return this.#path === '' ? segment.replace(/^\//, '') : `${this.#path}/${segment}`
  }
}

/**
 * The root of a chain over `target`: its own properties stay what they are, every other name is the
 * first segment of a path. A path is data until one of its nodes is called.
 */
export function createChain<Target extends object, Verb extends string>(
  target: Target,
  actions: ChainActions<Verb>,
): Target {
  const send: Send = (request) => actions.send(actions.bareVerb, '', request)
  return new Proxy(target, new Node(actions, '', send) as ProxyHandler<Target>)
}
