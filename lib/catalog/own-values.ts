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
  traits: Traits,
  own: OwnValues,
): Fields | undefined {
  const isGiven = (name: string): boolean =>
    given !== undefined && Object.hasOwn(given, name) && given[name] !== undefined
  let filled: Record<string, unknown> | undefined
  for (const { field, source, conditions } of ownFields(traits)) {
    if (!field.startsWith(`${part}.`)) continue
    const name = field.slice(part.length + 1)
    const value = own[source]
    if (value === undefined || isGiven(name)) continue
    if (conditions.some((condition) => isGiven(condition.slice(1)) !== condition.startsWith('+'))) continue
    filled ??= { ...given }
    filled[name] = value
  }
  return filled ?? given
}

function sourceOf(field: string): keyof OwnValues {
  if (field.endsWith('notify_url')) return 'notify_url'
  return field.endsWith('appid') ? 'appid' : 'mchid'
}

/** A field that is filled in. */
export interface OwnField {
  /** The field of the request, as `json.mchid`. */
  readonly field: string
  /** The value that it gets. */
  readonly source: keyof OwnValues
  /** The fields beside it that decide, each behind `+` where it has to be given, and behind `-` where it must not. */
  readonly conditions: readonly string[]
}

/** The fields of a request that are filled in. */
export function ownFields({ fills = [] }: Traits): OwnField[] {
  return fills.map((fill) => {
    const [field = '', ...conditions] = fill.split(CONDITION)
    return { field, source: sourceOf(field), conditions }
  })
}

/** Those of a client's values that an endpoint has fields for. */
export function ownValuesFor(traits: Traits, own: OwnValues): OwnValues {
  const sources = new Set<string>(ownFields(traits).map(({ source }) => source))
  return Object.fromEntries(
    Object.entries(own).filter(([name, value]) => value !== undefined && sources.has(name)),
  )
}
