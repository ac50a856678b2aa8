import type { LooseNode } from './loose.js'
import type { Arguments, CallOptions, Operation, Verb } from './operation.js'
import type { Folders, SlashedPaths } from './routes/folders.js'
import type { Routes } from './routes.js'

/*
 * Every style of calling, derived from `Routes`. A node knows its own path and the union of what lies below it,
 * and a step filters that union, so it costs its children and not the catalogue. The first two steps, where the
 * union would be the whole catalogue, are looked up in the generated index `Folders`.
 */

/** `membercard-open` → `membercardOpen`. */
type Camel<Name extends string> = Name extends `${infer First}-${infer Others}`
  ? `${First}${Capitalize<Camel<Others>>}`
  : Name

/** The property names of one segment. Several segments at once are a bracket string, taken as they are. */
type Spellings<Name extends string> = Name extends `${string}/${string}`
  ? Name
  : Name extends `{${infer Key}}`
    ? Name | `_${Key}_` | `$${Key}$`
    : Name extends `${string}-${string}`
      ? Name | Camel<Name> | Capitalize<Camel<Name>>
      : Name

/** What lies below `Path` among `Rest`. */
type Below<Rest, Path extends string> = Rest extends `${Path}/${infer Others}` ? Others : never

interface Url<Request> {
  /** The absolute URL a GET would use, signed where a browser is sent to it. */
  url(...args: Arguments<Request, CallOptions>): string
}

/**
 * The route itself, so that its documentation comes along: a mapped type would lose it in some editors. A browser
 * is sent to a redirect, which has no answer: nothing but its URL is offered.
 */
type Members<Route> = Route extends { get: Operation<infer Request, infer Response> }
  ? [Response] extends [never]
    ? Url<Request>
    : Url<Request> & Route
  : Route

/** The own members of a path. A folder between routes has none. */
type Own<Path extends string> = Path extends keyof Routes ? Members<Routes[Path]> : unknown

/** A node called without a verb is POST. */
type Post<Path extends string> = Path extends keyof Routes
  ? Routes[Path] extends { post: infer Op }
    ? Op
    : unknown
  : unknown

/*
 * `in out` says that two nodes are the same or have nothing to do with each other. Without it the compiler finds
 * out by comparing everything below them, which takes it half a minute for the first node passed to a function.
 */
type Segments<in out Path extends string, in out Rest extends string> = {
  readonly [Name in Rest as Spellings<Name>]: Child<Path, Rest, Name>
}

/** `receivers.delete(…)` is DELETE, so the segment `delete` takes no call of its own. */
type Child<Path extends string, Rest, Name extends string> = Name extends Verb
  ? Uncalled<`${Path}/${Name}`, Below<Rest, Name>>
  : Node<`${Path}/${Name}`, Below<Rest, Name>>

interface Continued<in out Path extends string, in out Rest extends string> {
  /** Goes on by a literal path: typed where it is documented, open where it is not. */
  chain<const Next extends Rest>(path: Next): Node<`${Path}/${Next}`, Below<Rest, Next>>
  chain(path: string): LooseNode
}

/** A node whose last segment is a verb word: only its verbs call it. */
export type Uncalled<Path extends string, Rest extends string> = Own<Path> &
  Segments<Path, Rest> &
  Continued<Path, Rest>

/** A point of the chain: `Path` is where it stands, `Rest` what lies below it. */
export type Node<Path extends string, Rest extends string> = Post<Path> & Uncalled<Path, Rest>

type Second<First extends keyof Folders> = keyof Folders[First] & string

/** Every path with at least three segments, relative to the first. */
type Deep<First extends keyof Folders> = {
  [Name in Second<First>]: `${Name}/${Folders[First][Name] & string}`
}[Second<First>]

type Deeper = { [First in keyof Folders]: Deep<First> }

/** Every path and folder with at least two segments. */
type Full = { [First in keyof Folders]: `${First}/${Second<First> | Deeper[First]}` }[keyof Folders]

interface ContinuedTop<in out First extends keyof Folders> {
  /** Goes on by a literal path: typed where it is documented, open where it is not. */
  chain<const Next extends Second<First> | Deeper[First]>(path: Next): At<`${First}/${Next}`>
  chain(path: string): LooseNode
}

type Seconds<in out First extends keyof Folders> = {
  readonly [Name in Second<First> as Spellings<Name>]: Node<`${First}/${Name}`, Folders[First][Name] & string>
}

type DeepPaths<in out First extends keyof Folders> = {
  readonly [Name in Deeper[First]]: At<`${First}/${Name}`>
}

/** `wxpay.v3`, `wxpay.v2`, `wxpay.hk`. */
export type Top<First extends keyof Folders> = Seconds<First> & DeepPaths<First> & ContinuedTop<First>

/** The node at a path that `Folders` knows. */
type At<Path extends string> = Path extends `${infer First extends keyof Folders}/${infer Others}`
  ? Others extends `${infer Name}/${infer Next}`
    ? Node<Path, Below<Folders[First][Name & keyof Folders[First]], Next>>
    : Node<Path, Folders[First][Others & keyof Folders[First]] & string>
  : Path extends keyof Folders
    ? Top<Path>
    : never

/** Every path that `chain()` and bracket strings know from the root: the routes and the folders on their way. */
export type Path = keyof Folders | Full

/** The node at a documented path, for those who pass nodes around. */
export type NodeOf<Where extends Path> = At<Where>

/** The paths of a client, in every spelling; the client adds its own members. */
export type Chain = { readonly [First in keyof Folders]: Top<First> } & {
  readonly [Where in Full]: At<Where>
} & {
  readonly [Where in keyof SlashedPaths]: At<SlashedPaths[Where]>
} & {
  /** Goes on by a literal path: typed where it is documented, open where it is not. */
  chain<const Where extends Path>(path: Where): At<Where>
  chain<const Where extends keyof SlashedPaths>(path: Where): At<SlashedPaths[Where]>
  chain(path: string): LooseNode
}

/** The verbs a path is documented with. */
export type VerbOf<Where extends keyof Routes> = keyof Routes[Where] & Verb

/** The request object of an endpoint, without the options every call takes. */
export type RequestOf<Where extends keyof Routes, Method extends VerbOf<Where>> =
  Routes[Where][Method] extends Operation<infer Request, infer _> ? Request : never

/** The answer (`data`) of an endpoint. */
export type ResponseOf<Where extends keyof Routes, Method extends VerbOf<Where>> =
  Routes[Where][Method] extends Operation<infer _, infer Response> ? Response : never
