/**
 * `npm run catalog:compare -- FOLDER`: what a folder of fact files says otherwise than the catalogue, field by field.
 * Differences that are meant stand in `kept.yaml` with their reason; any other ends with status 1.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import {
  eitherOf,
  embedded,
  fieldsOf,
  isCases,
  isEnum,
  isFields,
  isLeaf,
  isList,
  type LeafText,
  labelOf,
  leafOf,
  type Shape,
} from '../lib/catalog/schema.js'
import {
  type EndpointRecord,
  type FactSchema,
  type Facts,
  type Labels,
  type NotificationRecord,
  notificationId,
  readFacts,
  shapeOf,
} from './fact-files.js'
import { loadCatalogue } from './load.js'
import type { Catalogue, Endpoint, Notification } from './model.js'

/** A difference that is meant. `at` may end with `*` and stand for all that begins so. */
interface Kept {
  readonly id: string
  readonly at: string
  readonly why: string
}

interface Difference {
  readonly id: string
  readonly at: string
  readonly ours: string
  readonly theirs: string
}

const NOTHING = '—'

/** The facts of an entry by where they stand: `json.amount.total` → `integer, required`. */
type Flat = Map<string, string>

function flatten(shape: Shape, at: string, optional: boolean, flat: Flat): void {
  const put = (what: string): void => void flat.set(at, `${what}, ${optional ? 'optional' : 'required'}`)
  const label = labelOf(shape)
  if (label !== undefined && !at.endsWith(']')) flat.set(`${at} (name)`, label)
  const inner = embedded(shape)
  if (isLeaf(shape)) put(typeName(shape))
  else if (isEnum(shape)) put(shape.$enum.join(' | '))
  else if (isList(shape)) {
    put('list')
    flatten(shape[0], `${at}[]`, false, flat)
  } else if (isCases(shape)) {
    put('alternatives')
    for (const [index, one] of shape.$oneOf.entries()) flatten(one, `${at}<${index}>`, false, flat)
  } else if (inner) {
    put(`text of ${inner.media}`)
    flatten(inner.shape, `${at}{}`, false, flat)
  } else if (isFields(shape)) {
    put('object')
    const either = eitherOf(shape)
    if (either) flat.set(`${at} (either)`, either.map((group) => group.join(' + ')).join(' | '))
    for (const field of fieldsOf(shape)) flatten(field.shape, `${at}.${field.name}`, field.optional, flat)
  }
}

/** The pages say `number` of whole numbers too, and have no word for a unit. */
function typeName(shape: LeafText): string {
  const { type } = leafOf(shape)
  return type === 'integer' ? 'number' : type
}

type Parts = Readonly<Record<string, { readonly shape: Shape; readonly optional: boolean } | undefined>>

const PARTS = ['query', 'headers', 'json', 'xml', 'multipart'] as const

function ownParts(endpoint: Endpoint): Parts {
  const { path, response } = endpoint
  const part = (key: (typeof PARTS)[number]): Parts[string] => {
    const optional = key === 'multipart' ? undefined : endpoint[`${key}?`]
    const shape = endpoint[key] ?? optional
    return shape && { shape, optional: endpoint[key] === undefined }
  }
  const answer = response.json ?? response.xml
  return {
    path: path && { shape: path, optional: false },
    ...Object.fromEntries(PARTS.map((key) => [key, part(key)])),
    response: answer && { shape: answer, optional: false },
  }
}

const sure = (schema: FactSchema | null | undefined, labels: Labels, at: string): Parts[string] =>
  schema ? { shape: shapeOf(schema, labels, at), optional: false } : undefined

function theirParts(record: EndpointRecord, labels: Labels): Parts {
  const parts = PARTS.map((key) => {
    const found = sure(record[key], labels, key)
    return [key, found && { ...found, optional: !record.required.includes(key) }] as const
  })
  return {
    path: sure(record.pathSchema, labels, 'path'),
    ...Object.fromEntries(parts),
    response: sure(record.response.schema, labels, 'response'),
  }
}

function ownMessage({ resource, body, ack }: Notification): Parts {
  return {
    resource: resource && { shape: resource, optional: false },
    body: body && { shape: body, optional: false },
    ack: ack && { shape: ack.json, optional: false },
  }
}

/** The envelope of v3 and the usual acknowledgement are written nowhere in the catalogue. */
function theirMessage(record: NotificationRecord, labels: Labels, own: Notification): Parts {
  return {
    resource: sure(record.resource, labels, 'resource'),
    body: own.body && sure(record.body, labels, 'body'),
    ack: own.ack && sure(record.ack?.body, labels, 'ack'),
  }
}

/** In XML all of them travel as text, and pages call them what they like. */
const SCALAR = /^(string|number|boolean)(?=, )/

function* differences(id: string, ours: Parts, theirs: Parts, either: Flat): Generator<Difference> {
  const flat = (parts: Parts): Flat => {
    const found: Flat = new Map()
    for (const [at, part] of Object.entries(parts)) if (part) flatten(part.shape, at, part.optional, found)
    return found
  }
  const isText = id.includes(' v2/')
  const own = flat(ours)
  const other = new Map([...flat(theirs), ...either])
  for (const at of new Set([...own.keys(), ...other.keys()])) {
    const [mine, their] = [own.get(at), other.get(at)].map((fact) =>
      isText ? fact?.replace(SCALAR, 'text') : fact,
    )
    // A name that only the catalogue has is none of the pages'.
    if (mine === their || (their === undefined && / \((name|either)\)$/.test(at))) continue
    yield { id, at, ours: mine ?? NOTHING, theirs: their ?? NOTHING }
  }
}

const tidy = (label: string): string =>
  label
    .replace(/<br\s*\/?>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

function* compare(catalogue: Catalogue, facts: Facts): Generator<Difference> {
  const labelsOf = (id: string): Labels => {
    const labels = facts.labels.get(id) ?? {}
    return (at) => (labels[at] === undefined ? undefined : tidy(labels[at]))
  }
  /** Groups of which one is needed: no schema can say so, and only the corrections do. */
  const eitherOfEntry = (id: string): Flat => {
    const groups = facts.corrections.filter((one) => one.id === id && one.change === 'either')
    return new Map(
      groups.map(({ at, value }) => {
        return [`${at} (either)`, (value as string[][]).map((group) => group.join(' + ')).join(' | ')]
      }),
    )
  }
  const known = new Set<string>()
  const own = new Map<string, () => Generator<Difference>>()
  for (const endpoint of catalogue.endpoints) {
    const id = factId(endpoint, facts)
    const record = facts.endpoints.get(id)
    known.add(id)
    if (record) {
      own.set(id, () =>
        differences(id, ownParts(endpoint), theirParts(record, labelsOf(id)), eitherOfEntry(id)),
      )
    } else yield { id, at: '', ours: endpoint.name, theirs: NOTHING }
  }
  for (const notification of catalogue.notifications) {
    const id = notificationId(notification.api, notification.eventType)
    const record = facts.notifications.get(id)
    known.add(id)
    if (record) {
      const theirs = theirMessage(record, labelsOf(id), notification)
      own.set(id, () => differences(id, ownMessage(notification), theirs, eitherOfEntry(id)))
    } else yield { id, at: '', ours: notification.name, theirs: NOTHING }
  }
  for (const [id, { name }] of [...facts.endpoints, ...facts.notifications]) {
    if (!known.has(id)) yield { id, at: '', ours: NOTHING, theirs: name }
  }
  for (const found of own.values()) yield* found()
}

/** The id in the fact files, which write a trailing slash and an upper-case segment as placeholders. */
function factId({ verb, template }: Endpoint, facts: Facts): string {
  const id = `${verb.toUpperCase()} ${template}`
  const others = [
    `${id}/{empty}`,
    id.replace(/\/([a-z]+[A-Z]\w*)$/, (_, name: string) => `/{${name.toLowerCase()}}`),
  ]
  return [id, ...others].find((one) => facts.endpoints.has(one)) ?? id
}

const isKept = (kept: readonly Kept[], { id, at }: Difference): boolean =>
  kept.some((one) => {
    const holds = one.at.endsWith('*') ? at.startsWith(one.at.slice(0, -1)) : at === one.at
    return one.id === id && holds
  })

function main([folder]: readonly string[]): void {
  if (folder === undefined) {
    console.error('usage: npm run catalog:compare -- FOLDER')
    process.exitCode = 2
    return
  }
  const root = join(import.meta.dirname, '..')
  const kept = parse(readFileSync(join(root, 'catalog/kept.yaml'), 'utf8')) as readonly Kept[]
  const all = [...compare(loadCatalogue(root), readFacts(folder))]
  const open = all.filter((one) => !isKept(kept, one))
  for (const { id, at, ours, theirs } of open)
    console.log(`${id}  ${at}\n  ours    ${ours}\n  theirs  ${theirs}`)
  console.log(
    `${open.length} differences, and ${all.length - open.length} that are meant (catalog/kept.yaml)`,
  )
  const unused = kept.filter((one) => !all.some((found) => isKept([one], found)))
  for (const { id, at } of unused)
    console.log(`${id}  ${at}\n  stands in catalog/kept.yaml, and is no difference`)
  if (open.length > 0 || unused.length > 0) process.exitCode = 1
}

main(process.argv.slice(2))
