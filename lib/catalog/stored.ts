import { traitSets } from './generated/traits.js'
import type { Traits } from './traits.js'

/** Traits as generated: the path on the wire is left to be put together. */
export interface StoredTraits extends Traits {
  /** Path in front of the template on the wire, such as `hk`. */
  readonly prefix?: string
}

let sets: readonly StoredTraits[] | undefined

/** Every distinct set of traits, by the number the route tree has for it. */
export function storedTraits(): readonly StoredTraits[] {
  sets ??= JSON.parse(traitSets) as readonly StoredTraits[]
  return sets
}
