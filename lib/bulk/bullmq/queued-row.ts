import type { PlannedRow } from '../engine.js'
import type { Job, JobCall } from '../job.js'

/**
 * The data of a row in Redis: its request, with its number in it, and how to send it. It holds no key and no signature;
 * fields that will be encrypted are still in clear.
 */
export interface QueuedRow {
  readonly call: JobCall
  readonly number: number
  readonly request: PlannedRow['request']
}

export function toQueuedRow(job: Job, { number, request }: PlannedRow): QueuedRow {
  const { account, verb, path, encrypts, retry } = job
  return { call: { account, verb, path, encrypts, ...(retry !== undefined && { retry }) }, number, request }
}

/** The id of a row in the queue; the same in every run, so that a row is there once however often it is added. */
export function queuedRowId({ fingerprint }: Job, { number }: PlannedRow): string {
  return `${fingerprint.slice(0, 32)}-${number}`
}
