import type { Job } from './job.js'

/** A row of the input. */
export interface Row {
  /** The number of the row: 1 for the first below the headings. */
  readonly number: number
  /** Values by heading; text, except in JSON lines and spreadsheets. */
  readonly columns: Readonly<Record<string, unknown>>
}

/** A row and the request made of it: plain data, nothing in it is encrypted yet. */
export interface PlannedRow extends Row {
  readonly request: Readonly<Record<string, unknown>>
}

/** The outcome of a row. */
export type Outcome = Acknowledged | Failed

/** A row that the API acknowledged; its response was verified. */
export interface Acknowledged {
  readonly ok: true
  readonly status: number
  readonly data: unknown
  readonly requestId?: string | undefined
}

/** A row that failed, and the reason. */
export interface Failed {
  readonly ok: false
  /** The API's code, or the client's: `PARAM_ERROR`, `TIMEOUT`. */
  readonly code: string
  readonly message: string
  /** The field that the API, or the schema, names as wrong. */
  readonly field?: string | undefined
  readonly requestId?: string | undefined
  /** Whether the request may have been carried out all the same: no response came that can be trusted. Another run sends it again. */
  readonly open?: boolean | undefined
  /** Present when the API refused the call as too frequent; `wait` in milliseconds, where the API names it. */
  readonly throttled?: { readonly wait?: number | undefined } | undefined
}

/** Makes the call of one row. It never rejects. */
export type Send = (row: PlannedRow) => Promise<Outcome>

/** The limit of the calls a second. */
export interface Pace {
  /** Resolves when the next call may be made. */
  turn(): Promise<void>
  /** Slows down, because the API refused a call as too frequent. */
  throttled(wait?: number): void
  /** Speeds up again by a small step, because a call was accepted. */
  passed(): void
}

/** The job of an engine: the rows to send, and the functions to send and record them with. */
export interface Work {
  readonly job: Job
  /** The rows to send, in the order of the input. They end early when the job is stopped. */
  readonly rows: AsyncIterable<PlannedRow>
  readonly send: Send
  readonly pace: Pace
  readonly concurrency: number
  /** Aborted when no further row may be taken; those in flight are waited for. */
  readonly signal: AbortSignal
  /** Records that rows are about to be sent; to be awaited before they are. The record survives a power failure. */
  begin(rows: readonly PlannedRow[]): Promise<void>
  /** Records that rows which were begun have not been sent. */
  release(rows: readonly PlannedRow[]): void
  /** Records the outcome of a row. */
  finish(row: PlannedRow, outcome: Outcome): void
}

/** Sends the rows of a job, by this process or by others. `run` resolves when every row it took has an outcome. */
export interface Engine {
  run(work: Work): Promise<void>
}
