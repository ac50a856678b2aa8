import type { IncomingHttpHeaders } from 'node:http'
import { parameterError, Refusal } from '../domain/refusal.js'
import type { Part } from '../gateway/multipart.js'
import type { Reply } from '../protocols/v3/signature.js'

/** A verified request on its way to a handler. */
export interface Call {
  readonly method: string
  /** As in the catalogue, such as `v3/certificates`. */
  readonly template: string
  /** The placeholders' values, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** The parsed JSON body (of an upload: its `meta`), or `undefined` when there was none. */
  readonly json: unknown
  /** The same with its encrypted fields in clear. */
  readonly plain: unknown
  readonly parts: readonly Part[]
}

/** Carries out a call. It throws a {@link Refusal} to say no. */
export type Handler = (call: Call) => Reply | Promise<Reply>

/** A handler found for a request. */
export interface Match {
  readonly template: string
  readonly params: Readonly<Record<string, string>>
  readonly handler: Handler
}

interface Node {
  readonly literals: Map<string, Node>
  placeholder: Node | undefined
  readonly routes: Map<
    string,
    { readonly template: string; readonly names: string[]; readonly handler: Handler }
  >
}

/** Finds handlers by method and path. Literal segments win over placeholders. */
export interface Router {
  /** `template` is written as in the catalogue: `v3/pay/transactions/id/{transaction_id}`. */
  add(method: string, template: string, handler: Handler): void
  find(method: string, path: string): Match | undefined
}

/** The API's 404. */
export function notFound(method: string, path: string, why = 'no such endpoint'): Refusal {
  const issue = `${why}: ${method} ${path}`
  return new Refusal(404, 'RESOURCE_NOT_EXISTS', '请求的资源不存在', { issue, location: 'uri_template' })
}

const newNode = (): Node => ({ literals: new Map(), placeholder: undefined, routes: new Map() })

/** A placeholder's value from its spelling in the path. */
export function decodeValue(name: string, value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    throw parameterError(`/${name}`, 'is not valid percent-encoding', value, 'uri_template')
  }
}

export function createRouter(): Router {
  const root = newNode()

  function walk(node: Node, segments: readonly string[], depth: number, values: string[]): Node | undefined {
    const segment = segments[depth]
    if (segment === undefined) return node.routes.size ? node : undefined
    const literal = node.literals.get(segment)
    const found = literal && walk(literal, segments, depth + 1, values)
    if (found || !node.placeholder || segment === '') return found
    values[depth] = segment
    return walk(node.placeholder, segments, depth + 1, values)
  }

  return {
    add(method, template, handler) {
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
      node.routes.set(method, { template, names, handler })
    },
    find(method, path) {
      const values: string[] = []
      const route = walk(root, path.slice(1).split('/'), 0, values)?.routes.get(method)
      if (!route) return undefined
      const params: Record<string, string> = Object.create(null)
      route.names.forEach((name, depth) => {
        params[name] = decodeValue(name, values[depth] ?? '')
      })
      return { template: route.template, params, handler: route.handler }
    },
  }
}
