import type { BillRow, Table } from './columns.js'

const COMMA = 44
const BACKTICK = 96
const QUOTE = 34
const LAST_ASCII = 127
/** A comma and a backtick. */
const SEPARATOR_BYTES = 2

/** Reads the line between two offsets; `undefined` when it is not of the documented form. */
export type MarkedRowReader = (bytes: Buffer, start: number, end: number) => BillRow | undefined

/**
 * Reads rows of the documented form, in which every field begins with a backtick. Most fields are the same as in the
 * row above; they are compared, and not decoded and converted again.
 */
export function createMarkedRowReader({ width, blank, set }: Table): MarkedRowReader {
  const row = blank()
  /** Where the fields of the row above begin, counted from its own beginning, and how long they are. */
  const offsets = new Int32Array(width)
  const lengths = new Int32Array(width)
  let above: Buffer | undefined
  let aboveStart = 0

  return (bytes, start, end) => {
    const previous = above
    const previousStart = aboveStart
    above = undefined
    let text = ''
    let from = start + 1
    for (let column = 0; column < width; column++) {
      const isLast = column === width - 1
      let until = from + (lengths[column] as number)
      const next = isLast ? until : until + SEPARATOR_BYTES
      const isSame =
        previous !== undefined &&
        (isLast ? next === end : next < end) &&
        areEqual(bytes, from, next, previous, previousStart + (offsets[column] as number))
      if (!isSame) {
        let bits = 0
        for (until = from; until < end; until++) {
          const byte = bytes[until] as number
          if (byte === COMMA) {
            const following = bytes[until + 1]
            if (following === QUOTE) return undefined
            if (following === BACKTICK) break
          }
          bits |= byte
        }
        if (isLast !== (until === end)) return undefined
        if (text === '') text = bytes.toString('latin1', start, end)
        const isAscii = bits <= LAST_ASCII
        set(
          row,
          column,
          isAscii ? text.slice(from - start, until - start) : bytes.toString('utf8', from, until),
        )
        lengths[column] = until - from
      }
      offsets[column] = from - start
      from = until + SEPARATOR_BYTES
    }
    above = bytes
    aboveStart = start
    return { ...row }
  }
}

/** Whether the bytes from `at` to `end` are those that begin at `otherAt`. */
function areEqual(bytes: Buffer, at: number, end: number, other: Buffer, otherAt: number): boolean {
  let index = at
  const shift = otherAt - at
  while (index < end && bytes[index] === other[index + shift]) index++
  return index === end
}
