import { createHash } from 'node:crypto'

/** Letters and digits that every number of the API can have: the shortest of them takes 28. */
const NUMBER_LENGTH = 28

export function fingerprintOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/**
 * The number of a row that brings none. It is the same whenever the job is run again, so that the API knows the row
 * again; a row of other content, or in another place, has another.
 */
export function numberOf(fingerprint: string, row: number, columns: unknown): string {
  return fingerprintOf([fingerprint, row, columns]).slice(0, NUMBER_LENGTH)
}
