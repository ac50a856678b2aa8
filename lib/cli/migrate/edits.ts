/** One change of a text: the range that goes, and what comes in its place. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

interface OrderedEdit extends Edit {
  /** The order among edits that start at one position. */
  readonly order: number
}

/**
 * The changes of a text, collected from the inside out: what is added around a piece of text stands around all that was
 * added there before.
 */
export class Edits {
  readonly #source: string
  #edits: OrderedEdit[] = []
  #count = 0

  constructor(source: string) {
    this.#source = source
  }

  /** Adds text in front of a position, before all that was added there. */
  before(at: number, text: string): void {
    this.#edits.push({ start: at, end: at, text, order: -++this.#count })
  }

  /** Adds text behind a position; it ends what stands before. */
  after(at: number, text: string): void {
    this.#edits.push({ start: at, end: at, text, order: -1e9 + ++this.#count })
  }

  /** Puts a text in the place of a range and of all edits in it. */
  replace(start: number, end: number, text: string): void {
    this.#edits = this.#edits.filter((edit) => !isWithin(edit, start, end))
    this.#edits.push({ start, end, text, order: ++this.#count })
  }

  /** Whether a position is within a range that a text took the place of, and not at its start. */
  isReplaced(at: number): boolean {
    return this.#edits.some(({ start, end }) => start < at && at < end)
  }

  /** A range as it reads with the edits in it. */
  textOf(start: number, end: number): string {
    return applyEdits(
      this.#source.slice(start, end),
      this.list()
        .filter((edit) => isWithin(edit, start, end))
        .map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start })),
    )
  }

  /** All edits in the order of the text. */
  list(): readonly Edit[] {
    return [...this.#edits].sort((one, other) => one.start - other.start || one.order - other.order)
  }
}

const isWithin = (edit: Edit, start: number, end: number): boolean => edit.start >= start && edit.end <= end

/** The line that a line of a text has after its edits; where it went itself, that of what came in its place. */
export function lineAfter(source: string, edits: readonly Edit[], line: number): number {
  const start =
    source
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length + (line > 1 ? 1 : 0)
  const count = (text: string): number => text.split('\n').length - 1
  let shift = 0
  for (const edit of edits) {
    if (edit.start > start) break
    const kept = count(edit.text)
    const gone = count(source.slice(edit.start, Math.min(edit.end, start)))
    // Within a range that was replaced, as many lines down as before.
    shift += (edit.end > start ? Math.min(kept, gone) : kept) - gone
  }
  return line + shift
}

export function applyEdits(source: string, edits: readonly Edit[]): string {
  let text = ''
  let at = 0
  for (const edit of edits) {
    text += source.slice(at, edit.start) + edit.text
    at = edit.end
  }
  return text + source.slice(at)
}
