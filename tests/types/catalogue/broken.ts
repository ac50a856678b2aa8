/** Requests with one thing wrong, which must not compile. */
import type { Endpoint } from '../../../catalog/model.js'
import { filledFields } from '../../../catalog/operations.js'
import { partOf, type Request, Source } from '../../../catalog/requests.js'
import { eitherOf, embedded, fieldsOf, isFields, type Shape } from '../../../lib/catalog/schema.js'

export interface Broken {
  readonly kind:
    | 'missing placeholder'
    | 'missing part'
    | 'missing field'
    | 'missing alternative'
    | 'wrong type'
    | 'unknown key'
  readonly what: string
  readonly request: Request
}

const BODIES = ['query', 'json', 'xml', 'multipart'] as const

/** Nothing the API takes has this type. */
const NONSENSE = new Source('Symbol.iterator')

export function brokenRequests(endpoint: Endpoint, request: Request): Broken[] {
  const placeholders = Object.keys(endpoint.path ?? {})
  const found = [
    ...placeholders.map((name): Broken => {
      return { kind: 'missing placeholder', what: name, request: without(request, [name]) }
    }),
    ...placeholders.slice(0, 1).map((name): Broken => {
      return { kind: 'wrong type', what: name, request: replaced(request, [name], NONSENSE) }
    }),
    ...BODIES.flatMap((name) => brokenPart(endpoint, request, name)),
  ]
  if (found.length > 0) return found
  return [{ kind: 'unknown key', what: 'no_such_key', request: { ...request, no_such_key: '1' } }]
}

function brokenPart(endpoint: Endpoint, request: Request, name: (typeof BODIES)[number]): Broken[] {
  const part = partOf(endpoint, name)
  if (!part) return []
  const missing = { kind: 'missing part', what: name, request: without(request, [name]) } as const
  if (!isFields(part.shape)) return part.optional ? [] : [missing]
  const required = requiredPaths(part.shape, [name], filled(endpoint)).filter((path) => has(request, path))
  const [shallow] = required
  const [deep] = [...required].sort((a, b) => b.length - a.length)
  const fields = [...new Set([shallow, deep])].filter((path) => path !== undefined)
  const [documented] = fieldsOf(part.shape).filter((field) => !field.name.includes('$'))
  const [typed = documented?.name] = Object.keys((request[name] as Request | undefined) ?? {})
  return [
    ...(!part.optional && required.length > 0 ? [missing] : []),
    ...fields.map((path): Broken => {
      return { kind: 'missing field', what: path.join('.'), request: without(request, path) }
    }),
    ...alternatives(part.shape, [name]).flatMap(({ path, names }): Broken[] => {
      if (!has(request, path)) return []
      const what = `${path.join('.')}: ${names.join(', ')}`
      const less = names.reduce((all, one) => without(all, [...path, one]), request)
      return [{ kind: 'missing alternative', what, request: less }]
    }),
    ...(typed === undefined
      ? []
      : [
          {
            kind: 'wrong type',
            what: `${name}.${typed}`,
            request: replaced(request, [name, typed], NONSENSE),
          } as const,
        ]),
  ]
}

/** The fields that stand in for each other, where the types know: of two groups one has to be there. */
function alternatives(shape: Shape, path: readonly string[]): { path: readonly string[]; names: string[] }[] {
  if (!isFields(shape)) return []
  const groups = eitherOf(shape)
  const own = groups?.length === 2 ? [{ path, names: [...new Set(groups.flat())] }] : []
  return [...own, ...fieldsOf(shape).flatMap((field) => alternatives(field.shape, [...path, field.name]))]
}

/** What the client fills in, an upload's computed fields included. */
function filled(endpoint: Endpoint): ReadonlySet<string> {
  const { name, digest, fixed } = endpoint.upload ?? {}
  const computed = [name, digest, ...Object.keys(fixed ?? {})].filter((field) => field !== undefined)
  return new Set([...filledFields(endpoint), ...computed])
}

/** Every required field that is reached through objects alone. */
function requiredPaths(shape: Shape, at: readonly string[], known: ReadonlySet<string>): string[][] {
  if (!isFields(shape)) return []
  return fieldsOf(shape).flatMap((field) => {
    const path = [...at, field.name]
    const meta = embedded(field.shape)
    if (meta) {
      const inside = requiredPaths(meta.shape, path, known)
      return field.optional || inside.length === 0 ? [] : [path]
    }
    const own = field.optional || known.has(field.name) || field.name.includes('$') ? [] : [path]
    return [...own, ...requiredPaths(field.shape, path, at.length === 1 ? new Set() : known)]
  })
}

function has(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return true
  return typeof value === 'object' && value !== null && name in value && has((value as Request)[name], rest)
}

function without(value: Request, [name = '', ...rest]: readonly string[]): Request {
  const { [name]: inner, ...others } = value
  return rest.length === 0 ? others : { ...value, [name]: without(inner as Request, rest) }
}

function replaced(value: Request, [name = '', ...rest]: readonly string[], by: unknown): Request {
  return { ...value, [name]: rest.length === 0 ? by : replaced(value[name] as Request, rest, by) }
}
