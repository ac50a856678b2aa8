import type { PlannedRow } from '../engine.js'
import type { Job } from '../job.js'

/** The part of a job that a call is made from. */
export type CallOptions = Pick<Job, 'verb' | 'path' | 'encrypts' | 'retry'>

/**
 * What lies in Redis for a row: its request, with its number in it, and how to send it. No key and no signature; but
 * what will be encrypted on its way to the API is not yet.
 */
export interface Payload {
  readonly call: CallOptions
  readonly number: number
  readonly request: PlannedRow['request']
}

export function payloadOf(job: Job, { number, request }: PlannedRow): Payload {
  const { verb, path, encrypts, retry } = job
  return { call: { verb, path, encrypts, ...(retry !== undefined && { retry }) }, number, request }
}

/** The same row of the same job has the same id, so it is in the queue once however often it is put there. */
export function rowId({ fingerprint }: Job, { number }: PlannedRow): string {
  return `${fingerprint.slice(0, 32)}-${number}`
}
