import type { Verb } from '../lib/catalog/traits.js'
import { groupBy } from './group.js'
import { type Endpoint, hasTrailingSlash } from './model.js'
import { quote } from './print.js'
import { traitsOf } from './traits.js'
import { type Files, HEADER } from './write.js'

const LETTERS: Readonly<Record<Verb, string>> = { get: 'g', post: 'p', put: 'u', patch: 'a', delete: 'd' }

/** `lib/catalog/generated/routes.ts`: every documented path with its verbs and traits, a line each. */
export function outlineFiles(endpoints: readonly Endpoint[]): Files {
  const exact = endpoints.flatMap(({ template }) =>
    template.split('/').filter((segment) => !segment.startsWith('{') && /[A-Z]/.test(segment)),
  )
  const aliases = endpoints.flatMap(aliasesOf)
  const text = [
    HEADER,
    '',
    '/**',
    ' * Every documented path, below the line of the path that it begins with, and what the protocol asks of it: its verbs,',
    ' * g(et), p(ost), (p)u(t), (p)a(tch) and d(elete), each with its traits. It is read when it is first needed.',
    ' */',
    `export const outline: string = \`${outlineOf(endpoints)}\``,
    '',
    '/** Other spellings of a template. */',
    'export const aliases: Readonly<Record<string, string>> = {',
    ...aliases.map(([alias, template]) => `  ${quote(alias)}: ${quote(template)},`),
    '}',
    '',
    '/** Literal segments with upper-case letters. */',
    'export const exact: readonly string[] = [',
    ...[...new Set(exact)].sort().map((segment) => `  ${quote(segment)},`),
    ']',
    '',
  ]
  return new Map([['lib/catalog/generated/routes.ts', text.join('\n')]])
}

/**
 * The other spellings of a template: with the slash that the path on the wire ends with, or the placeholder that stood
 * for it in earlier releases, and with a placeholder in place of a literal segment.
 */
function aliasesOf(endpoint: Endpoint): [alias: string, template: string][] {
  const { template, literals = {} } = endpoint
  const slashed = hasTrailingSlash(endpoint) ? [`${template}/`, `${template}/{empty}`] : []
  const literal = Object.entries(literals).map(([name, value]) => template.replace(value, `{${name}}`))
  return [...slashed, ...literal].map((alias) => [alias, template])
}

interface Node {
  readonly children: Map<string, Node>
  readonly endpoints: Endpoint[]
}

const emptyNode = (): Node => ({ children: new Map(), endpoints: [] })

/** The text that `readOutline` reads. Its order is that of the segments, so that no line depends on another one. */
export function outlineOf(endpoints: readonly Endpoint[]): string {
  const root = emptyNode()
  for (const endpoint of endpoints) {
    let node = root
    for (const segment of endpoint.template.split('/')) {
      const child = node.children.get(segment) ?? emptyNode()
      node.children.set(segment, child)
      node = child
    }
    node.endpoints.push(endpoint)
  }
  return linesBelow(root, '').join('\n')
}

function linesBelow({ children }: Node, indent: string): string[] {
  return [...children.keys()].sort().flatMap((segment) => {
    const { path, node } = fold(segment, children.get(segment) ?? emptyNode())
    const line = indent + [path, ...node.endpoints.map(factsOf)].join(' ')
    return [line, ...linesBelow(node, `${indent} `)]
  })
}

/** A folder that leads to one segment alone shares its line. */
function fold(path: string, node: Node): { readonly path: string; readonly node: Node } {
  const [only, ...others] = node.children
  if (!only || others.length > 0 || node.endpoints.length > 0) return { path, node }
  return fold(`${path}/${only[0]}`, only[1])
}

function factsOf(endpoint: Endpoint): string {
  const words = Object.entries(traitsOf(endpoint)).map(([name, value]) =>
    value === true ? name : `${name}=${valueText(value)}`,
  )
  return [LETTERS[endpoint.verb], ...words].join(' ')
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return factor(value).join(',')
  return typeof value === 'object' ? JSON.stringify(value) : String(value).replace(/^https:\/\//, '')
}

/** What names have in common is written once: `json.payer.{name,phone}`. */
function factor(names: readonly string[]): string[] {
  return [...groupBy(names, (name) => /^[^.]+\./.exec(name)?.[0] ?? name)].map(([parent, group]) => {
    if (group.length === 1) return group.join()
    const below = factor(group.map((name) => name.slice(parent.length)))
    return below.length === 1 ? parent + below.join() : `${parent}{${below.join(',')}}`
  })
}
