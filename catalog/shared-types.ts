import { keyOf, type Type } from './ir.js'
import { Names, pascal, singular } from './type-names.js'

/** A place where a type is used: the names that lead to it, and its family. */
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

interface Usage {
  readonly type: Type
  readonly contexts: Context[]
  readonly families: Set<string>
  sites: number
}

/** Types that get a name: objects and long enumerations that would otherwise be printed more than once. */
export function findShared(roots: readonly { type: Type; context: Context }[]): ReadonlyMap<string, Shared> {
  const usages = new Map<string, Usage>()
  for (const { type, context } of roots) visit(type, context, usages)
  const worthy = [...usages.entries()].filter(([key, { sites }]) => sites > 1 && key.length > 60)
  // The most used type of a name gets it without additions; of equally used ones the order is that of their content.
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

function visit(type: Type, context: Context, usages: Map<string, Usage>): void {
  if (typeof type === 'string') return
  const item = (inner: Type): void => visit(inner, { ...context, trail: oneOf(context.trail) }, usages)
  if ('list' in type || 'union' in type) {
    for (const inner of 'list' in type ? [type.list] : type.union) item(inner)
    return
  }
  const key = keyOf(type)
  const known = usages.get(key)
  const usage = known ?? { type, contexts: [], families: new Set(), sites: 0 }
  if (!known) usages.set(key, usage)
  usage.sites++
  usage.contexts.push(context)
  // The types inside are printed once with it, but every family that uses it has to import them.
  if (usage.families.has(context.family)) return
  usage.families.add(context.family)
  if (!('fields' in type)) return
  for (const field of type.fields) {
    const trail = [field.name, ...context.trail]
    if (known) spread(field.type, context.family, usages)
    else visit(field.type, { ...context, trail }, usages)
  }
}

function spread(type: Type, family: string, usages: Map<string, Usage>): void {
  if (typeof type === 'string') return
  if ('list' in type || 'union' in type) {
    for (const inner of 'list' in type ? [type.list] : type.union) spread(inner, family, usages)
    return
  }
  const usage = usages.get(keyOf(type))
  if (!usage || usage.families.has(family)) return
  usage.families.add(family)
  if ('fields' in type) for (const field of type.fields) spread(field.type, family, usages)
}

const oneOf = ([name = '', ...rest]: readonly string[]): string[] => [singular(name), ...rest]

/** Words that say nothing without the name of what they belong to. */
const VAGUE =
  /^(code|content|data|detail|extra|info|item|list|mode|name|reason|result|scene|source|state|status|type|value)s?$/i

/** Names for a type, from that of the field alone to longer and longer ones. */
function candidates(contexts: readonly Context[]): string[] {
  const context = mostFrequent(contexts)
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

/** A context with the most frequent name of a type. */
function mostFrequent(contexts: readonly Context[]): Context | undefined {
  const counts = new Map<string, number>()
  for (const { trail } of contexts) counts.set(trail[0] ?? '', (counts.get(trail[0] ?? '') ?? 0) + 1)
  const most = Math.max(...counts.values())
  return contexts.find(({ trail }) => counts.get(trail[0] ?? '') === most)
}
