import type { EndpointDocument } from '../catalog/document.js'
import { RequestError } from '../index.js'
import { type Field, type FieldType, findField, namedFields, PARTS, type Part } from './fields.js'
import type { Place } from './job.js'
import { parsePlace, placeName } from './place.js'

/** More names than these nobody reads. */
const MANY = 40

/** An endpoint, and what is known of it. */
export interface Endpoint {
  readonly name: string
  readonly path: string
  readonly document: EndpointDocument | undefined
}

/** Where a column goes. */
export interface Target {
  readonly place: Place
  readonly type?: FieldType
}

/** Every name of a field; of two fields of one name, placeholders and bodies come first. */
export function sameNames({ path, document }: Endpoint): Map<string, Target> {
  const named = new Map<string, Target>()
  const add = (name: string, field: Target): void => void (named.has(name) || named.set(name, field))
  for (const name of placeholders(path)) add(name, { place: [name], type: 'text' })
  const fields = document ? namedFields(document) : []
  for (const { part, keys, type } of fields) {
    const target = { place: [part, ...keys], type }
    add(keys.join('.'), target)
    add(placeName(target.place), target)
  }
  return named
}

/** A field by its address; `json.` may be left out. */
export function resolve(address: string, { name, path, document }: Endpoint): Target {
  const keys = parsePlace(address)
  const [first = '', ...rest] = keys
  const known = placeholders(path)
  if (keys.length === 1 && known.includes(String(first))) return { place: keys, type: 'text' }
  if (first === 'path' && known.includes(String(rest[0]))) return { place: rest, type: 'text' }
  const isPart = PARTS.includes(first as Part) && rest.length > 0
  if (!document) {
    if (isPart) return { place: keys }
    throw new RequestError(`${name} is not documented: write '${address}' as json.${address}`)
  }
  const field = isPart ? findField(document, first as Part, rest) : findAnywhere(document, keys)
  if (field) return { place: [field.part, ...field.keys], type: field.type }
  if (first === 'headers') return { place: keys, type: 'text' }
  const names = [...known, ...namedFields(document).map((each) => [each.part, ...each.keys].join('.'))]
  const list = names.length > MANY ? `${names.slice(0, MANY).join(', ')} …` : names.join(', ')
  throw new RequestError(`${name} has no field '${address}'; it has ${list}`)
}

function findAnywhere(document: EndpointDocument, keys: Place): Field | undefined {
  for (const part of PARTS) {
    const field = findField(document, part, keys)
    if (field) return field
  }
  return undefined
}

export function placeholders(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
}
