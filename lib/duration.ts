/** Longer, a timer of Node's ends at once. */
const LONGEST = 2 ** 31 - 1

/** What messages say of it. */
export const DURATION: string = `a number of milliseconds up to ${LONGEST}`

export function isDuration(value: unknown): boolean {
  return Number.isFinite(value) && Number(value) >= 0 && Number(value) <= LONGEST
}
