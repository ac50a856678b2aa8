import type { BillRow, BillTable } from './columns.js'

const COMMA = 44
const BACKTICK = 96
const QUOTE = 34
/** A comma and a backtick. */
const SEPARATOR_BYTES = 2
/** Bytes are compared four at a time, as 32-bit integers. */
const WORD_BYTES = 4
const NOT_ASCII = 0x80808080

/** Reads the line between two offsets; `undefined` when it is not of the documented form. */
export type MarkedRowReader = (bytes: Buffer, start: number, end: number) => BillRow | undefined

/**
 * Reads rows of the documented form, in which every field begins with a backtick. Most fields of a bill are the same as
 * in the row above: the bytes that both rows have in common are found first, and only the other fields are decoded and
 * converted.
 */
export function createMarkedRowReader({ width, blank, set }: BillTable): MarkedRowReader {
  const row = blank()
  /** Where the fields of the row above begin and end, counted from its own beginning. */
  const starts = new Int32Array(width)
  const ends = new Int32Array(width)
  /** The columns whose field is not the same as in the row above. */
  const changed = new Int32Array(width)
  let source: Buffer | undefined
  let view: DataView = new DataView(new ArrayBuffer(0))
  let aboveView: DataView | undefined
  let aboveStart = 0

  /** Finds the fields of a line, and the number of those that have changed; -1 when the line is of another form. */
  function findFields(bytes: Buffer, start: number, end: number): number {
    const last = width - 1
    let count = 0
    let from = start + 1
    for (let column = 0; column < width; column++) {
      const shift = from - (starts[column] as number)
      const commonEnd = aboveView
        ? from + commonBytes(view, from, end, aboveView, aboveStart + from - shift)
        : from
      while (column < last && (ends[column] as number) + shift + SEPARATOR_BYTES <= commonEnd) {
        starts[column] = (starts[column] as number) + shift - start
        ends[column] = (ends[column] as number) + shift - start
        column++
      }
      from = (starts[column] as number) + shift
      const isLast = column === last
      const isSame = isLast && commonEnd === end && (ends[column] as number) + shift === end
      const until = isSame ? end : endOfField(bytes, Math.max(from, commonEnd - 1), end)
      if (until < 0 || isLast !== (until === end)) return -1
      if (!isSame) changed[count++] = column
      starts[column] = from - start
      ends[column] = until - start
      from = until + SEPARATOR_BYTES
    }
    return count
  }

  return (bytes, start, end) => {
    if (bytes !== source) {
      source = bytes
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    const count = findFields(bytes, start, end)
    aboveView = count < 0 ? undefined : view
    aboveStart = start
    if (count < 0) return undefined
    const line = bytes.toString('latin1', start, end)
    for (let index = 0; index < count; index++) {
      const column = changed[index] as number
      const from = starts[column] as number
      const until = ends[column] as number
      const isText = isAscii(view, start + from, start + until)
      set(row, column, isText ? line.slice(from, until) : bytes.toString('utf8', start + from, start + until))
    }
    return { ...row }
  }
}

/** Where the next separator is, or the end of the line; -1 where a comma may begin a field in quotes. */
function endOfField(bytes: Buffer, at: number, end: number): number {
  for (let index = at; index < end; index++) {
    if (bytes[index] !== COMMA) continue
    const next = bytes[index + 1]
    if (next === BACKTICK && index + 1 < end) return index
    if (next === QUOTE) return -1
  }
  return end
}

/** The number of bytes that a line has in common with another one, from one place in each. */
function commonBytes(line: DataView, at: number, end: number, other: DataView, otherAt: number): number {
  const limit = Math.min(end - at, other.byteLength - otherAt)
  const lastWord = limit - WORD_BYTES
  let count = 0
  while (count <= lastWord && line.getInt32(at + count, true) === other.getInt32(otherAt + count, true)) {
    count += WORD_BYTES
  }
  while (count < limit && line.getUint8(at + count) === other.getUint8(otherAt + count)) count++
  return count
}

function isAscii(line: DataView, at: number, end: number): boolean {
  let bits = 0
  let index = at
  for (; index + WORD_BYTES <= end; index += WORD_BYTES) bits |= line.getInt32(index, true)
  for (; index < end; index++) bits |= line.getUint8(index)
  return (bits & NOT_ASCII) === 0
}
