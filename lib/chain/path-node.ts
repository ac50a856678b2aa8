import { inspect } from 'node:util'
import { normalizeSegment } from './names.js'

/** The rules by which a chain reads its names. */
export interface NameRules<Verb extends string> {
  /** The property names that send when called. */
  readonly verbs: ReadonlyMap<string, Verb>
  /** The verb of a node that is called without one. */
  readonly defaultVerb: Verb
  /** Segments that keep their upper-case letters as properties. */
  readonly exactSegments: ReadonlySet<string>
  /** Whether a segment below a path can only be an id: one may stand there, and nothing of that name is documented. */
  readonly isId: (path: string, segment: string) => boolean
  /** Whether the node of a path is kept. Such paths must be finitely many: ids in a path leave no memory behind. */
  readonly isKept: (path: string) => boolean
}

/** A path that a chain has reached. It belongs to no client: a path that one client has walked is known to all. */
export class PathNode<Verb extends string> {
  readonly path: string
  /** The verb and path of a call: a verb word is a segment too, and only calling it makes it the verb. */
  readonly verb: Verb
  readonly sentPath: string
  /** Whether the same names lead to the same node each time. */
  readonly isLasting: boolean
  /** Whether its path is one of those that are kept. */
  readonly isKept: boolean
  /** The target of its proxies. */
  readonly target: object
  readonly #rules: NameRules<Verb>
  #properties: Map<string, PathNode<Verb>> | undefined
  #literals: Map<string, PathNode<Verb>> | undefined

  /**
   * @param path absent at the root of chains
   * @param origin the node in front of a verb word, which the verb is called on
   */
  constructor(rules: NameRules<Verb>, path?: string, verb?: Verb, origin?: PathNode<Verb>) {
    this.#rules = rules
    this.path = path ?? ''
    this.verb = verb ?? rules.defaultVerb
    this.sentPath = origin?.path ?? this.path
    this.isKept = path === undefined || rules.isKept(path)
    // Only the first verb word: a chain of them has no end.
    this.isLasting = this.isKept || origin?.isKept === true
    this.target = createTarget(this.path)
  }

  /** The node that a property leads to. */
  property(name: string): PathNode<Verb> {
    const known = this.#properties?.get(name)
    if (known) return known
    const { exactSegments, verbs, isId } = this.#rules
    const segment = normalizeSegment(name, exactSegments)
    const isLiteral = segment !== name && !segment.startsWith('{') && isId(this.path, segment)
    const node = this.#at(isLiteral ? name : segment, verbs.get(name))
    if (!node.isLasting) return node
    this.#properties ??= new Map()
    this.#properties.set(name, node)
    return node
  }

  /** The node that a path leads to, taken as it is written. */
  literal(path: string): PathNode<Verb> {
    const known = this.#literals?.get(path)
    if (known) return known
    const node = this.#at(path)
    if (!node.isLasting) return node
    this.#literals ??= new Map()
    this.#literals.set(path, node)
    return node
  }

  #at(segment: string, verb?: Verb): PathNode<Verb> {
    // A path may have been written with the slash that the documentation ends it with.
    const before = this.path.endsWith('/') ? this.path : `${this.path}/`
    const path = this.path === '' ? segment.replace(/^\//, '') : before + segment
    return new PathNode(this.#rules, path, verb, verb === undefined ? undefined : this)
  }
}

const label = Symbol('label')

interface Labelled {
  readonly [label]: string
}

/** The path of a node; `undefined` for what is none. */
export function pathOf(node: unknown): string | undefined {
  const text = (node as Partial<Labelled> | undefined)?.[label]
  return text?.slice('Wechatpay <'.length, -1)
}

function ownLabel(this: Labelled): string {
  return this[label]
}

/** The prototype of all nodes; frozen, so that a stranger cannot change them all. */
const nodePrototype: object = Object.freeze(
  Object.assign(Object.create(null), {
    toString: ownLabel,
    toJSON: ownLabel,
    [Symbol.toPrimitive]: ownLabel,
    [inspect.custom]: ownLabel,
    valueOf(this: Labelled) {
      return this
    },
  }),
)

/**
 * The target of a node's proxy: a function, because nodes can be called. What is printed of a node sits here, because
 * consoles skip the traps of proxies.
 */
function createTarget(path: string): object {
  const target = () => undefined
  // `name` and `length` are segments like any other, which a frozen own property would forbid.
  Reflect.deleteProperty(target, 'name')
  Reflect.deleteProperty(target, 'length')
  Object.setPrototypeOf(target, nodePrototype)
  Object.defineProperty(target, label, { value: `Wechatpay <${path}>` })
  return Object.freeze(target)
}
