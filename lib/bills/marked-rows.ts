import type { BillRow, Table } from './columns.js'

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
export function createMarkedRowReader({ width, blank, set }: Table): MarkedRowReader {
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
    let count = 0
    let from = start + 1
    let commonEnd = 0
    for (let column = 0; column < width; column++) {
      const isLast = column === width - 1
      const above = starts[column] as number
      let until = from + (ends[column] as number) - above
      if (commonEnd <= from) {
        commonEnd = aboveView ? from + commonBytes(view, from, end, aboveView, aboveStart + above) : from
      }
      const isSame = isLast ? until === end && commonEnd === end : until + SEPARATOR_BYTES <= commonEnd
      if (!isSame) {
        until = endOfField(bytes, Math.max(from, commonEnd - 1), end)
        if (until < 0 || isLast !== (until === end)) return -1
        changed[count++] = column
        commonEnd = 0
      }
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
  while (count <= lastWord && line.getInt32(at + count) === other.getInt32(otherAt + count)) {
    count += WORD_BYTES
  }
  while (count < limit && line.getUint8(at + count) === other.getUint8(otherAt + count)) count++
  return count
}

function isAscii(line: DataView, at: number, end: number): boolean {
  let bits = 0
  let index = at
  for (; index + WORD_BYTES <= end; index += WORD_BYTES) bits |= line.getInt32(index)
  for (; index < end; index++) bits |= line.getUint8(index)
  return (bits & NOT_ASCII) === 0
}
