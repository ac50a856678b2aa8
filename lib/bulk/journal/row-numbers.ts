/**
 * Numbers by row, 0 for a row that has none: a few bytes each, so that millions of rows take little memory. `set` sets the
 * number of all rows of a range, its last included.
 */
export function createRowNumbers(Numbers: typeof Uint8Array | typeof Uint32Array): {
  readonly get: (row: number) => number
  readonly set: (first: number, last: number, number: number) => void
} {
  let numbers = new Numbers(1 << 12)
  return {
    get: (row) => numbers[row] ?? 0,
    set(first, last, number) {
      if (last >= numbers.length) {
        const larger = new Numbers(Math.max(numbers.length * 2, last + 1))
        larger.set(numbers)
        numbers = larger
      }
      numbers.fill(number, first, last + 1)
    },
  }
}
