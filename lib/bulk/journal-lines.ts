import { BEGUN, DONE, FAILED, FRESH, OPEN } from './row-states.js'

/** What is kept of a row that failed: all that the list of failures is made from. */
export interface FailureRecord {
  readonly code: string
  readonly message: string
  readonly field?: string | undefined
  readonly requestId?: string | undefined
  /** The columns of the row, with the number that it was sent with. */
  readonly columns: Readonly<Record<string, unknown>>
}

/** One line of a journal after its header. */
export interface JournalLine {
  readonly state: number
  readonly first: number
  readonly last: number
  /** How long the file of results was, this row's included. */
  readonly end?: number
  readonly failure?: FailureRecord
}

const SIGNS: readonly (readonly [sign: string, state: number])[] = [
  ['>', BEGUN],
  ['<', FRESH],
  ['+', DONE],
  ['-', FAILED],
  ['?', OPEN],
]
const SIGN_OF = new Map(SIGNS.map(([sign, state]) => [state, sign]))
const STATE_OF = new Map(SIGNS)
const LINE = /^([><+\-?])(\d+)(?:-(\d+))?(?: (\d+))?(?: (\{.*\}))?$/

/** `>17-48`: about to be sent; `<48`: not sent after all; `+17`: done; `-18 {…}`: failed; `?19 {…}`: fate unknown. */
export function writeLine({ state, first, last, end, failure }: JournalLine): string {
  const range = first === last ? String(first) : `${first}-${last}`
  const result = end === undefined ? '' : ` ${end}`
  return `${SIGN_OF.get(state)}${range}${result}${failure ? ` ${JSON.stringify(failure)}` : ''}\n`
}

/** `undefined` for what is no line of a journal. */
export function readLine(text: string): JournalLine | undefined {
  const [, sign = '', first, last = first, end, failure] = LINE.exec(text) ?? []
  const state = STATE_OF.get(sign)
  if (state === undefined) return undefined
  return {
    state,
    first: Number(first),
    last: Number(last),
    ...(end !== undefined && { end: Number(end) }),
    ...(failure !== undefined && { failure: JSON.parse(failure) as FailureRecord }),
  }
}

/** Rows that follow one another are one line. */
export function ranges(rows: readonly number[]): [first: number, last: number][] {
  const found: [number, number][] = []
  for (const row of rows) {
    const open = found.at(-1)
    if (open && open[1] + 1 === row) open[1] = row
    else found.push([row, row])
  }
  return found
}
