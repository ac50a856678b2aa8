import { RequestError } from '../index.js'
import type { RowProblem } from './plan-row.js'

/** Rows are wrong. Nothing was sent. */
export class InvalidRowsError extends RequestError {
  /** The first of them. */
  readonly problems: readonly RowProblem[]
  /** How many there are. */
  readonly total: number

  constructor(problems: readonly RowProblem[], total: number, rows: number) {
    const [first] = problems
    const example = first && `: row ${first.row}: ${first.field} ${first.message}`
    super(`${total} of ${rows} rows are wrong, and none was sent${example ?? ''}`)
    this.problems = problems
    this.total = total
  }
}
