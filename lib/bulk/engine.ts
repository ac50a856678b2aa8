import type { Job } from './job.js'

/** A row of the input as it was read. */
export interface Row {
  /** 1 for the first row below the headings. */
  readonly number: number
  /** Values by heading; text, except in JSON lines and spreadsheets. */
  readonly columns: Readonly<Record<string, unknown>>
}

/** A row and the request made of it: plain data, nothing in it is encrypted yet. */
export interface PlannedRow extends Row {
  readonly request: Readonly<Record<string, unknown>>
}

/** What became of a row. */
export type Outcome = Acknowledged | Failed

/** The API has answered, and its answer was verified. */
export interface Acknowledged {
  readonly ok: true
  readonly status: number
  readonly data: unknown
  readonly requestId?: string | undefined
}

/** Why a row failed. */
export interface Failed {
  readonly ok: false
  /** The API's code, or the client's: `PARAM_ERROR`, `TIMEOUT`. */
  readonly code: string
  readonly message: string
  /** The field the API, or the schema, complains of. */
  readonly field?: string | undefined
  readonly requestId?: string | undefined
  /** Nobody knows whether it was done: no answer came that can be trusted. Another run sends it again. */
  readonly open?: boolean | undefined
  /** The API asks to be called less often; milliseconds to wait, where it says so. */
  readonly throttled?: { readonly wait?: number | undefined } | undefined
}

/** Makes the call of one row. Never rejects. */
export type Send = (row: PlannedRow) => Promise<Outcome>

/** Holds back whoever would be too fast for the API. */
export interface Pace {
  /** Resolves when the next call may be made. */
  turn(): Promise<void>
  /** The API has complained; slows down. */
  throttled(wait?: number): void
  /** A call went through; speeds up again, little by little. */
  passed(): void
}

/** What an engine has to do, and with what. */
export interface Work {
  readonly job: Job
  /** The rows that have to be sent, in the order of the input. Ends early when the job is stopped. */
  readonly rows: AsyncIterable<PlannedRow>
  readonly send: Send
  readonly pace: Pace
  readonly concurrency: number
  /** Aborted when no further row is to be taken; those in flight are waited for. */
  readonly signal: AbortSignal
  /** Writes down, safe from a loss of power, that these rows are about to be sent. To be awaited before that. */
  begin(rows: readonly PlannedRow[]): Promise<void>
  /** Writes down that rows which were begun have not been sent. */
  release(rows: readonly PlannedRow[]): void
  /** Writes down what became of a row. */
  finish(row: PlannedRow, outcome: Outcome): void
}

/** Has the rows of a job sent: by this process, or by others. Resolves when every row it took has its outcome. */
export interface Engine {
  run(work: Work): Promise<void>
}
