import {
  embedded,
  fieldsOf,
  isCases,
  isFields,
  isLeaf,
  isList,
  leafOf,
  type Shape,
} from '../lib/catalog/schema.js'
import type { StoredTraits } from '../lib/catalog/stored.js'
import type { Verb } from '../lib/catalog/traits.js'
import type { RouteTree } from '../lib/catalog/tree.js'
import { type Catalogue, type Endpoint, hasTrailingSlash, part } from './model.js'
import { quote } from './print.js'
import { type Files, HEADER } from './write.js'

const LETTERS: Readonly<Record<Verb, string>> = { get: 'g', post: 'p', put: 'u', patch: 'a', delete: 'd' }

/** `lib/catalog/generated/`: the tree of documented paths and the table of traits its verbs point into. */
export function traitFiles({ endpoints }: Catalogue): Files {
  const { tree, sets } = routesOf(endpoints)
  const exact = new Set(
    endpoints.flatMap(({ template }) =>
      template.split('/').filter((s) => !s.startsWith('{') && /[A-Z]/.test(s)),
    ),
  )
  const numbered = sets.map((traits) => JSON.stringify(traits))
  const table = [
    HEADER,
    '',
    '/** The distinct sets of traits as JSON, which is parsed when first needed; the route tree names them by number. */',
    `export const traitSets: string = \`[\n${numbered.join(',\n')}\n]\``,
    '',
    '/** Other spellings of a template. */',
    `export const aliases: Readonly<Record<string, string>> = ${printAliases(endpoints.flatMap(aliasesOf))}`,
    '',
    '/** Literal segments with upper-case letters. */',
    `export const exact: readonly string[] = [${[...exact].sort().map(quote).join(', ')}]`,
    '',
  ]
  const paths = [
    HEADER,
    '',
    '/** The route tree as JSON, which is parsed several times faster than code and only when first needed. */',
    `export const tree: string = \`${printTree(tree, '')}\``,
    '',
  ]
  return new Map([
    ['lib/catalog/generated/traits.ts', table.join('\n')],
    ['lib/catalog/generated/tree.ts', paths.join('\n')],
  ])
}

/** The route tree, and the distinct sets of traits by the numbers that it has for them. */
export function routesOf(endpoints: readonly Endpoint[]): {
  readonly tree: RouteTree
  readonly sets: readonly StoredTraits[]
} {
  const sets = new Map<string, { number: number; traits: StoredTraits }>()
  const root: MutableTree = {}
  for (const endpoint of [...endpoints].sort(byTemplate)) {
    const traits = traitsOf(endpoint)
    const key = JSON.stringify(traits)
    if (key !== '{}' && !sets.has(key)) sets.set(key, { number: sets.size, traits })
    insert(root, endpoint, sets.get(key)?.number)
  }
  return { tree: collapse(root), sets: [...sets.values()].map(({ traits }) => traits) }
}

const byTemplate = (a: Endpoint, b: Endpoint): number =>
  a.template < b.template ? -1 : a.template > b.template ? 1 : 0

/** Facts of the catalogue as the run time wants them; what is as usual is left out. */
export function traitsOf(endpoint: Endpoint): StoredTraits {
  const { response, api, signType } = endpoint
  const answer = answerKind(endpoint)
  const encrypts = api === 'v3' ? requestParts(endpoint).flatMap(([at, shape]) => encrypted(shape, at)) : []
  const decrypts = response.json ? encrypted(response.json, '') : []
  const lists = response.xml ? repeated(response.xml, '') : []
  const { prefix, wire, origin, fragment, certificate, nonceless, unsigned, optionalSign } = endpoint
  const { signedDigest, merchantId, extraSigns, upload, idempotent, safe } = endpoint
  const traits: { [Name in keyof StoredTraits]: StoredTraits[Name] | undefined } = {
    ...{ prefix, wire, origin, fragment, certificate, nonceless, unsigned, optionalSign },
    ...{ signedDigest, merchantId, extraSigns, upload, idempotent, safe },
    answer: answer === (api === 'v2' ? 'xml' : 'json') ? undefined : answer,
    redirect: response.redirect,
    signType: signType === 'none' ? undefined : signType,
    noSignType: signType === 'none' ? true : undefined,
    encrypts: encrypts.length > 0 ? encrypts : undefined,
    decrypts: decrypts.length > 0 ? decrypts : undefined,
    lists: lists.length > 0 ? lists : undefined,
  }
  return Object.fromEntries(Object.entries(traits).filter(([, value]) => value !== undefined)) as StoredTraits
}

function answerKind({ response }: Endpoint): StoredTraits['answer'] {
  if (response.json) return 'json'
  if (response.xml) return 'xml'
  if (response.binary) return 'binary'
  return response.text ? 'text' : 'none'
}

function requestParts(endpoint: Endpoint): [place: string, shape: Shape][] {
  const meta = endpoint.multipart?.meta && embedded(endpoint.multipart.meta)
  const parts: [string, Shape | undefined][] = [
    ['json', part(endpoint, 'json')?.shape],
    ['query', part(endpoint, 'query')?.shape],
    ['meta', meta?.shape],
  ]
  return parts.flatMap(([place, shape]) => (shape ? [[place, shape] as [string, Shape]] : []))
}

/** Where encrypted fields are: `json.receivers[].name`. */
function encrypted(shape: Shape, at: string): string[] {
  if (isLeaf(shape)) return leafOf(shape).type === 'encrypted' ? [at] : []
  if (isList(shape)) return encrypted(shape[0], `${at}[]`)
  if (isCases(shape)) return [...new Set(shape.$oneOf.flatMap((one) => encrypted(one, at)))]
  if (!isFields(shape)) return []
  return fieldsOf(shape).flatMap((field) => encrypted(field.shape, at ? `${at}.${field.name}` : field.name))
}

/** Where elements of an XML answer repeat: `hblist.hbinfo`. */
function repeated(shape: Shape, at: string): string[] {
  if (isList(shape)) return [at, ...repeated(shape[0], at)]
  if (!isFields(shape)) return []
  return fieldsOf(shape).flatMap((field) => repeated(field.shape, at ? `${at}.${field.name}` : field.name))
}

/**
 * The other spellings of a template: with the slash that the path on the wire ends with, or the placeholder that stood
 * for it in earlier releases, and with a placeholder in place of a literal segment.
 */
function aliasesOf(endpoint: Endpoint): [alias: string, template: string][] {
  const { template, literals = {} } = endpoint
  const slashed = hasTrailingSlash(endpoint) ? [`${template}/`, `${template}/{empty}`] : []
  const placed = Object.entries(literals).map(([name, value]) => template.replace(value, `{${name}}`))
  return [...slashed, ...placed].map((alias) => [alias, template])
}

interface MutableTree {
  [segment: string]: MutableTree | string
}

function insert(root: MutableTree, { template, verb }: Endpoint, number: number | undefined): void {
  let node = root
  for (const segment of template.split('/')) {
    const next = node[segment] ?? {}
    node[segment] = next
    if (typeof next !== 'string') node = next
  }
  node[''] = `${node[''] ?? ''}${LETTERS[verb]}${number ?? ''}`
}

/** A path nothing lies below is written as its verbs alone. */
function collapse(node: MutableTree | string): RouteTree {
  if (typeof node === 'string') return node
  const verbs = node['']
  if (typeof verbs === 'string' && Object.keys(node).length === 1) return verbs
  return Object.fromEntries(Object.entries(node).map(([segment, child]) => [segment, collapse(child)]))
}

/** JSON with a line for each branch of some size. */
function printTree(node: RouteTree, indent: string): string {
  const line = JSON.stringify(node)
  if (typeof node === 'string' || line.length + indent.length <= 100) return line
  const deeper = `${indent} `
  const entries = Object.entries(node).map(
    ([segment, child]) => `${deeper}${JSON.stringify(segment)}:${printTree(child, deeper)}`,
  )
  return `{\n${entries.join(',\n')}\n${indent}}`
}

const printAliases = (aliases: readonly [alias: string, template: string][]): string =>
  `{\n${aliases.map(([alias, template]) => `  ${quote(alias)}: ${quote(template)},`).join('\n')}\n}`
