import type { LooseNode } from './loose.js'
import type { Arguments, CallOptions, Operation, Verb } from './operation.js'
import type { Folders, SlashedPaths } from './routes/folders.js'
import type { Routes } from './routes.js'

/*
 * Every style of calling, derived from `Routes`. A node knows nothing but its own path. The generated index `Folders` has
 * the segments that come next, so that the compiler looks at those of one folder for each step.
 */

/** `membercard-open` → `membercardOpen`. */
type Camel<Name extends string> = Name extends `${infer First}-${infer Others}`
  ? `${First}${Capitalize<Camel<Others>>}`
  : Name

/** The property names of one segment. More of them work at run time, but an editor would offer them all. */
type PropertyNames<Name extends string> = Name extends `{${infer Key}}`
  ? Name | `_${Key}_` | `$${Key}$`
  : Name extends `${string}-${string}`
    ? Name | Camel<Name>
    : Name

/**
 * The segments below `Path`. For a path that is not known yet, `infer` says that they are text: else the compiler would
 * go through those of every path there is.
 */
type Names<Path extends string> = Listed<Path> extends infer Next extends string ? Next : never
type Listed<Path extends string> = Path extends keyof Folders ? Folders[Path] : never

/** Every path below `Path`, relative to it. */
type Below<Path extends string, Next extends string = Names<Path>> = Next extends string
  ? Next | `${Next}/${Below<`${Path}/${Next}`>}`
  : never

interface Url<Request> {
  /** The absolute URL a GET would use, signed where a browser is sent to it. */
  url(...args: Arguments<Request, CallOptions>): string
}

/**
 * The route itself, because editors do not show the documentation of a mapped type's properties. A redirect, which a
 * browser is sent to, has no response: nothing but its URL is offered.
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
type Segments<in out Path extends string> = {
  readonly [Name in Names<Path> as PropertyNames<Name>]: Child<Path, Name>
}

/** `receivers.delete(…)` is DELETE, so the segment `delete` takes no call of its own. */
type Child<Path extends string, Name extends string> = Name extends Verb
  ? Uncalled<`${Path}/${Name}`>
  : Node<`${Path}/${Name}`>

interface Continued<in out Path extends string> {
  /** Goes on by a literal path: typed where it is documented, open where it is not. */
  chain<const Next extends Below<Path>>(path: Next): Node<`${Path}/${Next}`>
  chain(path: string): LooseNode
}

/** A node whose last segment is a verb word: only its verbs call it. */
export type Uncalled<Path extends string> = Own<Path> & Segments<Path> & Continued<Path>

/** A node of the chain, at a path. */
export type Node<Path extends string> = Post<Path> & Uncalled<Path>

/** Every path that `chain()` and bracket strings know from the root: the routes and the folders on their way. */
export type Path = keyof Routes | keyof Folders

/** The node at a documented path, for those who pass nodes around. */
export type NodeOf<Where extends Path> = Node<Where>

type RouteNodes = { readonly [Where in keyof Routes]: Node<Where> }
type FolderNodes = { readonly [Where in keyof Folders]: Node<Where> }
/** Paths as the documentation ends them, with a slash. */
type SlashedNodes = { readonly [Where in keyof SlashedPaths]: Node<SlashedPaths[Where]> }

/** The paths of a client, in every style of calling; the client adds members of its own. */
export interface Chain extends RouteNodes, FolderNodes, SlashedNodes {
  /** Goes on by a literal path: typed where it is documented, open where it is not. */
  chain<const Where extends Path>(path: Where): Node<Where>
  chain<const Where extends keyof SlashedPaths>(path: Where): Node<SlashedPaths[Where]>
  chain(path: string): LooseNode
}

/** The verbs a path is documented with. */
export type VerbOf<Where extends keyof Routes> = keyof Routes[Where] & Verb

/** The request object of an endpoint, without the options that every call takes. */
export type RequestOf<Where extends keyof Routes, Method extends VerbOf<Where>> =
  Routes[Where][Method] extends Operation<infer Request, infer _> ? Request : never

/** The response (`data`) of an endpoint. */
export type ResponseOf<Where extends keyof Routes, Method extends VerbOf<Where>> =
  Routes[Where][Method] extends Operation<infer _, infer Response> ? Response : never
