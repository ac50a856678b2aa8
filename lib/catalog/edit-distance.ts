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
