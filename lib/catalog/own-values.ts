import type { Traits } from './traits.js'

/** What a client knows of itself that requests ask for. */
export interface OwnValues {
  readonly mchid?: string | undefined
  readonly appid?: string | undefined
  readonly notify_url?: string | undefined
}

type Fields = Readonly<Record<string, unknown>>

/** The beginning of a condition: `+sub_mchid`, `-sub_mchid`. */
const CONDITION = /(?=[-+])/

/**
 * A part of a request, with the client's own values behind what its caller gave, wherever the endpoint documents a field for
 * them that was left out; `undefined` where there is nothing.
 */
export function withOwnValues(
  part: 'json' | 'query' | 'xml',
  given: Fields | undefined,
  { fills = [] }: Traits,
  own: OwnValues,
): Fields | undefined {
  const isGiven = (name: string): boolean =>
    given !== undefined && Object.hasOwn(given, name) && given[name] !== undefined
  let filled: Record<string, unknown> | undefined
  for (const fill of fills) {
    if (!fill.startsWith(`${part}.`)) continue
    const [name = '', ...conditions] = fill.slice(part.length + 1).split(CONDITION)
    const value = own[sourceOf(name)]
    if (value === undefined || isGiven(name)) continue
    if (conditions.some((condition) => isGiven(condition.slice(1)) !== condition.startsWith('+'))) continue
    filled ??= { ...given }
    filled[name] = value
  }
  return filled ?? given
}

function sourceOf(field: string): keyof OwnValues {
  if (field === 'notify_url') return field
  return field.endsWith('appid') ? 'appid' : 'mchid'
}

/** The fields of a request that are filled in whatever else it has, as `json.mchid`, each with the value that it gets. */
export function ownFields({ fills = [] }: Traits): ReadonlyMap<string, keyof OwnValues> {
  const always = fills.filter((fill) => !CONDITION.test(fill))
  return new Map(always.map((fill) => [fill, sourceOf(nameOf(fill))]))
}

/** Those of a client's values that an endpoint has fields for. */
export function ownValuesFor({ fills = [] }: Traits, own: OwnValues): OwnValues {
  const sources = new Set<string>(fills.map((fill) => sourceOf(nameOf(fill))))
  return Object.fromEntries(
    Object.entries(own).filter(([name, value]) => value !== undefined && sources.has(name)),
  )
}

const nameOf = (fill: string): string => fill.slice(fill.indexOf('.') + 1).split(CONDITION)[0] ?? ''
