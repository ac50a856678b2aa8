const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/** What to say of a name that is not known: the nearest one, else all there are. */
export function nameHint(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  return nearest ? `did you mean '${nearest}'?` : `known here: ${known.join(', ')}`
}

/** What to add to a message about an unknown name: the nearest known one, if any. */
export const didYouMean = (nearest: string | undefined): string =>
  nearest === undefined ? '' : `; did you mean '${nearest}'?`

/** The candidate that `name` most likely meant, or `undefined` when none is near. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  // Longer, it is no misspelt name, and would take long to compare.
  if (name.length > 64) return undefined
  let best: string | undefined
  let bestDistance = Math.ceil(name.length / 3) + 1
  for (const candidate of candidates) {
    const found = editDistance(Array.from(plain(name)), Array.from(plain(candidate)), (a, b) =>
      a === b ? 0 : 1,
    )
    if (found < bestDistance) {
      best = candidate
      bestDistance = found
    }
  }
  return best
}

/** The edit distance between two sequences; `replace` gives the cost of one item in place of another. */
export function editDistance<Item>(
  from: readonly Item[],
  to: readonly Item[],
  replace: (a: Item, b: Item) => number,
): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (const [i, a] of from.entries()) {
    const next = [i + 1]
    for (const [j, b] of to.entries()) {
      const above = (row[j + 1] ?? 0) + 1
      const left = (next[j] ?? 0) + 1
      next.push(Math.min(above, left, (row[j] ?? 0) + replace(a, b)))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
