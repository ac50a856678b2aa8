/** Where a row stands. */
export const FRESH = 0
/** About to be sent, or sent; no outcome. */
export const BEGUN = 1
export const DONE = 2
export const FAILED = 3
/** Sent, and nobody knows whether it was done. */
export const OPEN = 4

/** The state of every row by its number: a byte each, so that millions of rows are no weight. */
export interface RowStates {
  get(row: number): number
  set(row: number, state: number): void
}

export function createRowStates(): RowStates {
  let states = new Uint8Array(1 << 12)
  return {
    get: (row) => states[row] ?? FRESH,
    set(row, state) {
      if (row >= states.length) {
        const larger = new Uint8Array(Math.max(states.length * 2, row + 1))
        larger.set(states)
        states = larger
      }
      states[row] = state
    },
  }
}
