import type { Collection } from '../state/store.js'

/** The number that stands for all refunds or transfers to come. */
export const ANY = '*'

/** Throws where an outcome that came from outside, as from another language, is none; `action` is the method's name. */
export function checkOutcome(
  action: string,
  { status, after = 0 }: { readonly status: string; readonly after?: number },
  known: ReadonlySet<string>,
): void {
  if (!known.has(status)) throw new Error(`${action}(): ${status} is none of ${[...known].join(', ')}`)
  if (!(after >= 0)) throw new Error(`${action}(): after is ${after}; it has to be milliseconds`)
}

/** What was told to become of a number before there was anything under it: of its own, else of all. */
export function plannedOutcome<Outcome>(outcomes: Collection<Outcome>, number: string): Outcome | undefined {
  return outcomes.get(number) ?? outcomes.get(ANY)
}
