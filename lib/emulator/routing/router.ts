import { Refusal } from './refusal.js'

/** The target that a method and a path lead to. */
export interface Route<Target> {
  /** The path as it was added, with placeholders. */
  readonly template: string
  readonly target: Target
  /** The placeholders' values as they stand in the path, still percent-encoded. */
  readonly params: Readonly<Record<string, string>>
}

/** Finds targets by method and path. Literal segments win over placeholders, and a target that was added first over later ones. */
export interface Router<Target> {
  /** @param template as the catalogue writes a path: `v3/pay/transactions/id/{transaction_id}` */
  add(method: string, template: string, target: Target): void
  /** @param path as on the request line, with its leading slash and still percent-encoded */
  find(method: string, path: string): Route<Target> | undefined
}

interface Leaf<Target> {
  readonly template: string
  readonly target: Target
  /** The names of the placeholders, by the position of their segment. */
  readonly names: readonly string[]
}

interface RouteNode<Target> {
  readonly literals: Map<string, RouteNode<Target>>
  placeholder: RouteNode<Target> | undefined
  readonly leaves: Map<string, Leaf<Target>>
}

/** The API's 404. */
export function notFound(method: string, path: string, why = 'no such endpoint'): Refusal {
  const issue = `${why}: ${method} ${path}`
  return new Refusal(404, 'RESOURCE_NOT_EXISTS', '请求的资源不存在', { issue, location: 'uri_template' })
}

export function createRouter<Target>(): Router<Target> {
  const newNode = (): RouteNode<Target> => ({
    literals: new Map(),
    placeholder: undefined,
    leaves: new Map(),
  })
  const root = newNode()

  function walk(
    node: RouteNode<Target>,
    segments: readonly string[],
    depth: number,
    method: string,
  ): Leaf<Target> | undefined {
    const segment = segments[depth]
    if (segment === undefined) return node.leaves.get(method)
    const literal = node.literals.get(segment)
    const found = literal && walk(literal, segments, depth + 1, method)
    if (found || !node.placeholder || segment === '') return found
    return walk(node.placeholder, segments, depth + 1, method)
  }

  return {
    add(method, template, target) {
      let node = root
      const names: string[] = []
      template.split('/').forEach((segment, depth) => {
        const name = /^\{(\w+)\}$/.exec(segment)?.[1]
        if (name !== undefined) {
          names[depth] = name
          node.placeholder ??= newNode()
          node = node.placeholder
        } else {
          const next = node.literals.get(segment) ?? newNode()
          node.literals.set(segment, next)
          node = next
        }
      })
      if (!node.leaves.has(method)) node.leaves.set(method, { template, target, names })
    },
    find(method, path) {
      const segments = path.slice(1).split('/')
      const leaf = walk(root, segments, 0, method)
      if (!leaf) return undefined
      const params: Record<string, string> = Object.create(null)
      leaf.names.forEach((name, depth) => {
        params[name] = segments[depth] ?? ''
      })
      return { template: leaf.template, target: leaf.target, params }
    },
  }
}
