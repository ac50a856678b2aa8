import { tree } from './generated/tree.js'
import type { Verb } from './traits.js'

/**
 * The documented paths, segment by segment. A node is the verbs of a path that ends there, or an object of the
 * segments that follow, with its own verbs under `''`. Each verb is a letter and the number of its traits, if any.
 */
export type RouteTree = string | { readonly [segment: string]: RouteTree }

const VERBS: Readonly<Record<string, Verb>> = { g: 'get', p: 'post', u: 'put', a: 'patch', d: 'delete' }

let root: RouteTree | undefined

export function routeTree(): RouteTree {
  root ??= JSON.parse(tree) as RouteTree
  return root
}

/** The node at a path, or `undefined` where no documented path leads. */
export function nodeAt(segments: readonly string[]): RouteTree | undefined {
  let node = routeTree()
  for (const segment of segments) {
    const next = childOf(node, segment)
    if (next === undefined) return undefined
    node = next
  }
  return node
}

export function childOf(node: RouteTree, segment: string): RouteTree | undefined {
  if (typeof node === 'string' || segment === '' || !Object.hasOwn(node, segment)) return undefined
  return node[segment]
}

export function childrenOf(node: RouteTree): [segment: string, node: RouteTree][] {
  if (typeof node === 'string') return []
  return Object.entries(node).filter(([segment]) => segment !== '')
}

/** Every documented path with its verbs, a path before what lies below it. */
export function documentedPaths(
  node: RouteTree = routeTree(),
  path: readonly string[] = [],
): { readonly path: readonly string[]; readonly verbs: readonly Verb[] }[] {
  const verbs = [...verbsOf(node).keys()]
  const below = childrenOf(node).flatMap(([segment, child]) => documentedPaths(child, [...path, segment]))
  return verbs.length > 0 ? [{ path, verbs }, ...below] : below
}

/** The verbs of a node, with the number of their traits where they have any. */
export function verbsOf(node: RouteTree): ReadonlyMap<Verb, number | undefined> {
  const code = typeof node === 'string' ? node : node['']
  const verbs = new Map<Verb, number | undefined>()
  if (typeof code !== 'string') return verbs
  for (const [, letter = '', number = ''] of code.matchAll(/([a-z])(\d*)/g)) {
    const verb = VERBS[letter]
    if (verb) verbs.set(verb, number === '' ? undefined : Number(number))
  }
  return verbs
}
