import type { Row } from './engine.js'

/** A table whose rows can be read, more than once. */
export interface Table {
  /** The headings; `undefined` where each row names its own. */
  readonly headings: readonly string[] | undefined
  /** How many rows there are about; `undefined` when only reading would tell. */
  readonly estimate: number | undefined
  /** Digest of its content. */
  readonly digest: string
  /** Where it is, or was put. */
  readonly file: string
  rows(): AsyncGenerator<Row>
}

/** How rows are written down. */
export type InputFormat = 'csv' | 'jsonl' | 'xlsx'
