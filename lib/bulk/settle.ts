import type { Failed, Outcome, PlannedRow, Row } from './engine.js'
import type { Job } from './job.js'
import type { Journal } from './journal.js'
import { derivedNumber } from './plan-row.js'
import type { Tally } from './progress.js'

/** Writes down what became of a row, and counts it. */
export type Settle = (row: Row | PlannedRow, outcome: Outcome) => void

export function createSettler(job: Job, journal: Journal, tally: Tally, withResults: boolean): Settle {
  return (row, outcome) => {
    const result = withResults ? resultLine(row.number, outcome) : undefined
    if (outcome.ok) {
      journal.done(row.number, result)
      tally.acknowledged++
      return
    }
    const { code, message, field, requestId, open = false } = outcome
    const number = 'request' in row ? derivedNumber(job, row) : undefined
    const columns = number ? { ...row.columns, [number[0]]: number[1] } : row.columns
    journal.failed(row.number, { code, message, field, requestId, columns }, open, result)
    tally.failed++
    tally.failures[code] = (tally.failures[code] ?? 0) + 1
  }
}

function resultLine(row: number, outcome: Outcome): string {
  if (outcome.ok) return `${JSON.stringify({ row, ...outcome })}\n`
  const { throttled: _, open: __, ...told } = outcome satisfies Failed
  return `${JSON.stringify({ row, ...told })}\n`
}
