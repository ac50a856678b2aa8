import type { Cells, Layout } from './layout.js'

const COMMA = 44
const BACKTICK = 96
const QUOTE = 34
const LAST_ASCII = 127
const SEPARATOR_BYTES = 2
const WORD = 4
/** A value that is kept keeps the text it was cut from, which therefore is no longer than a few values. */
const NEAR = 64
/** Up to so many bytes, asking for a text costs more than putting it together. */
const SHORT = 8

/**
 * Reads the row between two offsets; `undefined` when it has not as many fields as there are headings, or when it may
 * have fields in quotes.
 */
export type RowReader = (bytes: Buffer, start: number, end: number) => Cells | undefined

/** Bytes that can be read in words. */
interface Line {
  readonly view: DataView
  readonly start: number
  readonly end: number
}

/**
 * Reads rows in the form that bills document: every field begins with a back-tick. What a row has in common with the
 * one above it, which is most of a bill, is not made anew. Splitting at "comma, back-tick" leaves a comma inside a
 * field alone.
 */
export function createFastReader(layout: Layout): RowReader {
  const { width } = layout
  /** Where the fields of the row above begin and end, counted from its beginning. */
  const starts = new Int32Array(width)
  const ends = new Int32Array(width)
  /** Columns whose value is another than in the row above. */
  const fresh = new Int32Array(width)
  const last = layout.blank()
  let source: Buffer = Buffer.alloc(0)
  let view = viewOf(source)
  let above: Line | undefined

  /** Puts fresh fields into the row. Those that are near each other are cut from one text. */
  function take(bytes: Buffer, start: number, count: number): void {
    for (let first = 0, next = 0; first < count; first = next) {
      const from = starts[fresh[first] as number] as number
      let until = ends[fresh[first] as number] as number
      next = first + 1
      while (next < count && (starts[fresh[next] as number] as number) - until <= NEAR) {
        until = ends[fresh[next++] as number] as number
      }
      const text = decode(bytes, start + from, start + until)
      const isAscii = text.length === until - from
      for (let index = first; index < next; index++) {
        const column = fresh[index] as number
        const begin = starts[column] as number
        const end = ends[column] as number
        const value = isAscii
          ? text.slice(begin - from, end - from)
          : decode(bytes, start + begin, start + end)
        layout.set(last, column, value)
      }
    }
  }

  return (bytes, start, end) => {
    if (bytes !== source) {
      source = bytes
      view = viewOf(bytes)
    }
    const line = { view, start, end }
    const length = end - start
    let column = 0
    let count = 0
    let at = 1
    while (column < width && at <= length) {
      const shift = at - (starts[column] as number)
      const same = above ? commonBytes(line, start + at, above, above.start + at - shift) : 0
      const differs = at + same
      const equal = differs === length && above !== undefined && above.start + differs - shift === above.end
      const known = column
      while (column < width && (equal || (ends[column] as number) + SEPARATOR_BYTES <= differs - shift)) {
        if (shift !== 0) {
          starts[column] = (starts[column] as number) + shift
          ends[column] = (ends[column] as number) + shift
        }
        column++
      }
      if (column === width) {
        at = equal ? length + 1 : length
        break
      }
      const from = column === known ? at : (ends[column - 1] as number) + SEPARATOR_BYTES
      const until = endOfField(bytes, start + Math.max(from, differs - 1), end) - start
      if (until < 0) break
      starts[column] = from
      ends[column] = until
      fresh[count++] = column++
      at = until === length ? length + 1 : until + SEPARATOR_BYTES
    }
    const isWhole = column === width && at > length
    above = isWhole ? line : undefined
    if (!isWhole) return undefined
    take(bytes, start, count)
    return { ...last }
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

/** Where the field ends that has begun before `at`; -1 where a comma may begin one in quotes. */
function endOfField(bytes: Buffer, at: number, end: number): number {
  for (let index = at; index < end; index++) {
    if (bytes[index] !== COMMA) continue
    const next = bytes[index + 1]
    if (next === BACKTICK && index + 1 < end) return index
    if (next === QUOTE) return -1
  }
  return end
}

/** How many bytes two lines have in common from two places on. */
function commonBytes(line: Line, at: number, above: Line, aboveAt: number): number {
  const { view } = line
  const other = above.view
  const limit = Math.min(line.end - at, above.end - aboveAt)
  const words = limit - WORD
  let count = 0
  for (; count <= words; count += WORD) {
    const difference = view.getInt32(at + count, true) ^ other.getInt32(aboveAt + count, true)
    if (difference !== 0) return count + firstByte(difference)
  }
  while (count < limit && view.getUint8(at + count) === other.getUint8(aboveAt + count)) count++
  return count
}

/** Which byte of a word, counted from the lowest, is the first that is not zero. */
function firstByte(word: number): number {
  return (31 - Math.clz32(word & -word)) >> 3
}

function decode(bytes: Buffer, from: number, until: number): string {
  if (until - from > SHORT) return bytes.toString('utf8', from, until)
  let text = ''
  for (let at = from; at < until; at++) {
    const byte = bytes[at] as number
    if (byte > LAST_ASCII) return bytes.toString('utf8', from, until)
    text += String.fromCharCode(byte)
  }
  return text
}
