import { outline } from './generated/routes.js'
import type { Traits, Verb } from './traits.js'

/** A segment of the documented paths, and what lies below it. */
export interface RouteNode {
  readonly children: ReadonlyMap<string, RouteNode>
  /** The verbs of the path that ends here, each with its traits, as the outline writes them; empty in a folder. */
  readonly facts: string
}

/** Traits as the outline has them: the path on the wire is left to be put together. */
export interface OutlineTraits extends Traits {
  /** Path in front of the template on the wire, such as `hk`. */
  readonly prefix?: string
}

/** The letters of verbs in the outline. */
const VERBS: Readonly<Record<string, Verb>> = { g: 'get', p: 'post', u: 'put', a: 'patch', d: 'delete' }

/** Traits that are lists of names. */
const LISTS: ReadonlySet<string> = new Set(['encrypts', 'decrypts', 'fills', 'lists', 'pages', 'extraSigns'])

let root: RouteNode | undefined

/** The documented paths, segment by segment, read when they are first asked for. */
export function routeTree(): RouteNode {
  root ??= readOutline(outline)
  return root
}

/** The tree of an outline: a line for each path, below the line of the path that it begins with. */
export function readOutline(text: string): RouteNode {
  const top = { children: new Map(), facts: '' }
  const parents = [top]
  for (const line of text.split('\n')) {
    const entry = line.trimStart()
    const depth = line.length - entry.length
    const space = `${entry} `.indexOf(' ')
    let node = parents[depth] ?? top
    for (const segment of entry.slice(0, space).split('/')) {
      const child = { children: new Map(), facts: '' }
      node.children.set(segment, child)
      node = child
    }
    node.facts = entry.slice(space + 1)
    parents[depth + 1] = node
  }
  return top
}

/** The node at a path, or `undefined` where no documented path leads. */
export function nodeAt(path: string): RouteNode | undefined {
  let node: RouteNode | undefined = routeTree()
  for (const segment of path.split('/')) node = node?.children.get(segment)
  return node
}

/** Every documented path with its verbs, a path before what lies below it. */
export function documentedPaths(
  node: RouteNode = routeTree(),
  path: readonly string[] = [],
): { readonly path: readonly string[]; readonly verbs: readonly Verb[] }[] {
  const verbs = [...verbsOf(node).keys()]
  const below = [...node.children].flatMap(([segment, child]) => documentedPaths(child, [...path, segment]))
  return verbs.length > 0 ? [{ path, verbs }, ...below] : below
}

/** The verbs of a node, each with the words of its traits. */
export function verbsOf({ facts }: RouteNode): ReadonlyMap<Verb, readonly string[]> {
  const verbs = new Map<Verb, string[]>()
  let words: string[] = []
  for (const word of facts.split(' ')) {
    const verb = VERBS[word]
    if (verb) {
      words = []
      verbs.set(verb, words)
    } else words.push(word)
  }
  return verbs
}

/** The traits that the words of an outline stand for: `safe`, `merchantId=false`, `encrypts=json.{name,phone}`. */
export function readTraits(words: readonly string[]): OutlineTraits {
  return Object.fromEntries(
    words.map((word) => {
      const [name = '', ...value] = word.split('=')
      return [name, value.length === 0 || readValue(name, value.join('='))]
    }),
  )
}

function readValue(name: string, text: string): unknown {
  if (LISTS.has(name)) return readList(text)
  if (name === 'origin') return `https://${text}`
  return text === 'false' || text.startsWith('{') ? JSON.parse(text) : text
}

/** `json.{name,phone}` are `json.name` and `json.phone`. */
function readList(text: string): string[] {
  const names: string[] = []
  const parents: string[] = []
  for (const [, name = '', end] of text.matchAll(/([^{},]*)([{},]?)/g)) {
    if (end === '{') parents.push(name)
    else if (name !== '') names.push(parents.join('') + name)
    if (end === '}') parents.pop()
  }
  return names
}
