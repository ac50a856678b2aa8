import type { FieldType } from './fields.js'

/** The value that a field takes, or the reason why the cell cannot be converted to it. */
export type ConvertedCell = { readonly value: unknown } | { readonly problem: string }

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'yes', '是'].map((text) => [text, true] as const),
  ...['false', '0', 'no', '否'].map((text) => [text, false] as const),
])

export const isEmpty = (cell: unknown): boolean => cell === undefined || cell === null || cell === ''

/** Converts a cell, which is text except in JSON lines and spreadsheets, where it may have the right type already. */
export function convertCell(cell: unknown, type: FieldType | undefined): ConvertedCell {
  if (type === undefined) return { value: cell instanceof Date ? cell.toISOString() : cell }
  return CONVERTERS[type](cell)
}

const CONVERTERS: Readonly<Record<FieldType, (cell: unknown) => ConvertedCell>> = {
  text(cell) {
    if (typeof cell === 'string') return { value: cell }
    if (cell instanceof Date) return { value: cell.toISOString() }
    if (typeof cell === 'boolean') return { value: String(cell) }
    if (typeof cell !== 'number') return { problem: 'must be a text' }
    // A spreadsheet program has rounded an integer beyond 2^53.
    if (Number.isInteger(cell) && !Number.isSafeInteger(cell)) {
      return { problem: 'is a number too long to be exact: write it as text' }
    }
    return { value: String(cell) }
  },
  integer(cell) {
    const number = toNumber(cell)
    if (Number.isSafeInteger(number)) return { value: number }
    return { problem: `must be a whole number (an amount is in fen), and is ${show(cell)}` }
  },
  number(cell) {
    const number = toNumber(cell)
    return Number.isFinite(number) ? { value: number } : { problem: `must be a number, and is ${show(cell)}` }
  },
  boolean(cell) {
    const value = BOOLEANS.get(String(cell).toLowerCase())
    return value === undefined ? { problem: `must be true or false, and is ${show(cell)}` } : { value }
  },
  json(cell) {
    if (typeof cell === 'object') return { value: cell }
    try {
      const value: unknown = JSON.parse(String(cell))
      if (typeof value === 'object' && value !== null) return { value }
    } catch {}
    return { problem: 'must be an object or a list, written as JSON' }
  },
}

function toNumber(cell: unknown): number {
  if (typeof cell === 'number') return cell
  return typeof cell === 'string' && /^[+-]?\d+(\.\d+)?$/.test(cell) ? Number(cell) : Number.NaN
}

/** The beginning of a cell: enough to find it again, and no more, because a cell may hold a secret. */
function show(cell: unknown): string {
  const text = typeof cell === 'string' ? cell : (JSON.stringify(cell) ?? String(cell))
  return `'${text.length > 20 ? `${text.slice(0, 20)}…` : text}'`
}
