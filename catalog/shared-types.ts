import { keyOf, type Type } from './ir.js'
import { Names, pascal, singular } from './type-names.js'

/** Where a type was met: what it is called there, what holds it, and whose it is. */
export interface Context {
  readonly family: string
  /** Names from the nearest outwards: the field, the object it is in, … */
  readonly trail: readonly string[]
  readonly side: 'Request' | 'Response'
}

export interface Shared {
  readonly name: string
  readonly type: Type
  /** The one family that uses it, or `undefined` when several do. */
  readonly family: string | undefined
}

interface Sighting {
  readonly type: Type
  readonly contexts: Context[]
  readonly families: Set<string>
  sites: number
}

/** Types worth a name: objects and long enumerations that would otherwise be printed more than once. */
export function findShared(roots: readonly { type: Type; context: Context }[]): ReadonlyMap<string, Shared> {
  const sightings = new Map<string, Sighting>()
  for (const { type, context } of roots) visit(type, context, sightings)
  const worthy = [...sightings.entries()].filter(([key, { sites }]) => sites > 1 && key.length > 60)
  // The most used shape of a name gets it plain; ties are settled by content, so the outcome is stable.
  worthy.sort(([a, x], [b, y]) => y.sites - x.sites || (a < b ? -1 : 1))
  const names = new Names()
  return new Map(
    worthy.map(([key, { type, contexts, families }]) => {
      const [only] = families
      return [
        key,
        { name: names.take(candidates(contexts)), type, family: families.size === 1 ? only : undefined },
      ]
    }),
  )
}

function visit(type: Type, context: Context, sightings: Map<string, Sighting>): void {
  if (typeof type === 'string') return
  const item = (inner: Type): void => visit(inner, { ...context, trail: oneOf(context.trail) }, sightings)
  if ('list' in type || 'union' in type) {
    for (const inner of 'list' in type ? [type.list] : type.union) item(inner)
    return
  }
  const key = keyOf(type)
  const known = sightings.get(key)
  const sighting = known ?? { type, contexts: [], families: new Set(), sites: 0 }
  if (!known) sightings.set(key, sighting)
  sighting.sites++
  sighting.contexts.push(context)
  // What is inside is printed once with it, but must be reachable from every family that uses it.
  if (sighting.families.has(context.family)) return
  sighting.families.add(context.family)
  if (!('fields' in type)) return
  for (const field of type.fields) {
    const trail = [field.name, ...context.trail]
    if (known) spread(field.type, context.family, sightings)
    else visit(field.type, { ...context, trail }, sightings)
  }
}

function spread(type: Type, family: string, sightings: Map<string, Sighting>): void {
  if (typeof type === 'string') return
  if ('list' in type || 'union' in type) {
    for (const inner of 'list' in type ? [type.list] : type.union) spread(inner, family, sightings)
    return
  }
  const sighting = sightings.get(keyOf(type))
  if (!sighting || sighting.families.has(family)) return
  sighting.families.add(family)
  if ('fields' in type) for (const field of type.fields) spread(field.type, family, sightings)
}

const oneOf = ([name = '', ...rest]: readonly string[]): string[] => [singular(name), ...rest]

/** Words that say nothing without what they belong to. */
const VAGUE =
  /^(code|content|data|detail|extra|info|item|list|mode|name|reason|result|scene|source|state|status|type|value)s?$/i

/** From the plain field name to names that say more and more about where the shape belongs. */
function candidates(contexts: readonly Context[]): string[] {
  const context = mostTelling(contexts)
  if (!context) return []
  const [own = '', parent = '', grand = ''] = context.trail.map(pascal)
  const family = pascal(context.family)
  const plain = own.startsWith(parent) ? own : parent + own
  return [
    ...(VAGUE.test(own) ? [] : [own]),
    plain,
    family + own,
    family + plain,
    own + context.side,
    plain + context.side,
    grand + plain,
    family + grand + plain,
    family + grand + plain + context.side,
  ]
}

/** A context with the name the shape has most often. */
function mostTelling(contexts: readonly Context[]): Context | undefined {
  const counts = new Map<string, number>()
  for (const { trail } of contexts) counts.set(trail[0] ?? '', (counts.get(trail[0] ?? '') ?? 0) + 1)
  const most = Math.max(...counts.values())
  return contexts.find(({ trail }) => counts.get(trail[0] ?? '') === most)
}
