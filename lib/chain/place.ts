import { normalizeSegment } from './normalize.js'
import { createTarget } from './target.js'

/** What the names of a chain mean. */
export interface Spelling<Verb extends string> {
  /** The property names that send when called. */
  readonly verbs: ReadonlyMap<string, Verb>
  /** What a node called without a verb sends. */
  readonly bareVerb: Verb
  /** Segments that keep their upper-case letters as properties. */
  readonly exactSegments: ReadonlySet<string>
  /** Places of these paths are kept. They must be finitely many: ids in a path leave no memory behind. */
  readonly keeps: (path: string) => boolean
}

/** Where a chain has got to. It belongs to no client, so that what one has walked is known to all. */
export class Place<Verb extends string> {
  readonly path: string
  /** What a call sends, and where: a verb word is a segment too, and only calling it makes it the verb. */
  readonly verb: Verb
  readonly sentPath: string
  /** Whether it is the same place each time, and so are the nodes that stand for it. */
  readonly isLasting: boolean
  /** Whether its path is one of those that are finitely many. */
  readonly isKept: boolean
  /** What a proxy of it stands before. */
  readonly target: object
  readonly #spelling: Spelling<Verb>
  #properties: Map<string, Place<Verb>> | undefined
  #literals: Map<string, Place<Verb>> | undefined

  /**
   * @param path absent where chains start
   * @param origin the place that a verb word follows, which is what the verb is called on
   */
  constructor(spelling: Spelling<Verb>, path?: string, verb?: Verb, origin?: Place<Verb>) {
    this.#spelling = spelling
    this.path = path ?? ''
    this.verb = verb ?? spelling.bareVerb
    this.sentPath = origin?.path ?? this.path
    this.isKept = path === undefined || spelling.keeps(path)
    // Not further: a chain of verb words has no end.
    this.isLasting = this.isKept || origin?.isKept === true
    this.target = createTarget(this.path)
  }

  /** Where a property leads. */
  property(name: string): Place<Verb> {
    const known = this.#properties?.get(name)
    if (known) return known
    const { exactSegments, verbs } = this.#spelling
    const place = this.#at(normalizeSegment(name, exactSegments), verbs.get(name))
    if (!place.isLasting) return place
    this.#properties ??= new Map()
    this.#properties.set(name, place)
    return place
  }

  /** Where a path leads that is taken as it is written. */
  literal(path: string): Place<Verb> {
    const known = this.#literals?.get(path)
    if (known) return known
    const place = this.#at(path)
    if (!place.isLasting) return place
    this.#literals ??= new Map()
    this.#literals.set(path, place)
    return place
  }

  #at(segment: string, verb?: Verb): Place<Verb> {
    // A path may have been written with the slash that the documentation ends it with.
    const before = this.path.endsWith('/') ? this.path : `${this.path}/`
    const path = this.path === '' ? segment.replace(/^\//, '') : before + segment
    return new Place(this.#spelling, path, verb, verb === undefined ? undefined : this)
  }
}
