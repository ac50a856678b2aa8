import type { Collection } from '../state/store.js'

/** The number that stands for all refunds or transfers to come. */
export const ANY = '*'

/** What was told to become of a number before there was anything under it: of its own, else of all. */
export function plannedOutcome<Outcome>(outcomes: Collection<Outcome>, number: string): Outcome | undefined {
  return outcomes.get(number) ?? outcomes.get(ANY)
}
