import { toFen } from '../money.js'

/** What a column holds: a text, one that people write and in which anything may stand, an amount in yuan, or a number of things. */
type ColumnKind = 'text' | 'free text' | 'amount' | 'count'

interface Column {
  /** The property that the column is called in a row. */
  readonly name: string
  readonly kind: ColumnKind
}

/** Columns by their headings. */
export type Columns = ReadonlyMap<string, Column>

/** The columns that one sort of bill is documented with. */
export interface BillFormat {
  readonly rows: Columns
  readonly summary: Columns
}

/** A row as an object: texts and counts by name, and beside each amount `<name>_fen`. */
export type BillRow = Record<string, string | number>

const KINDS: Readonly<Record<string, ColumnKind>> = { '¥': 'amount', '#': 'count', '~': 'free text' }

/**
 * Columns written as `heading: name`; `¥name` is an amount, `#name` a count, `~name` a text that people write. Several
 * headings may share a name, because WeChat Pay has changed the wording of some.
 */
export function columns(table: Readonly<Record<string, string>>): Columns {
  return new Map(
    Object.entries(table).map(([heading, spec]) => {
      const kind = KINDS[spec.charAt(0)]
      return [heading, kind ? { name: spec.slice(1), kind } : { name: spec, kind: 'text' }]
    }),
  )
}

/** The column of a heading. Brackets may be full-width or not: real bills have both. */
function findColumn(columns: Columns, heading: string): Column | undefined {
  return columns.get(heading.trim().replaceAll('（', '(').replaceAll('）', ')'))
}

export function isKnownHeading(field: string, columns: Columns): boolean {
  return findColumn(columns, field) !== undefined
}

/** Whether a line is made of headings: one of them at least is known, and each can be the name of a property. */
export function areHeadings(fields: readonly string[], columns: Columns): boolean {
  return fields.some((field) => isKnownHeading(field, columns)) && !fields.includes('__proto__')
}

/** A field, or a line, that is not as its headings say. The message says what is wrong, and follows "line 7". */
export class BadRow extends Error {}

/** The lines below one line of headings. */
export interface BillTable {
  /** The number of fields that every line must have. */
  readonly width: number
  /** The columns of texts that people write. */
  readonly freeTexts: readonly number[]
  /** A new row with every column in it, empty. */
  readonly blank: () => BillRow
  /**
   * Puts a field into its column, and the amount in fen beside it.
   *
   * @throws {BadRow} when it is not the amount or the number that the column has.
   */
  readonly set: (row: BillRow, column: number, field: string) => void
  /** A new row of as many fields as there are columns. */
  readonly toRow: (fields: readonly string[]) => BillRow
}

/** The table below a line of headings. A heading that is not known is itself the name of its column. */
export function createTable(headings: readonly string[], columns: Columns): BillTable {
  const names: string[] = []
  const kinds = headings.map((heading): ColumnKind => {
    const column = findColumn(columns, heading)
    // Of two headings with one name, the second keeps its own.
    const isKnown = column !== undefined && !names.includes(column.name)
    names.push(isKnown ? column.name : heading)
    return isKnown ? column.kind : 'free text'
  })
  const fenNames = names.map((name, column) => (kinds[column] === 'amount' ? `${name}_fen` : undefined))
  const isCount = kinds.map((kind) => kind === 'count')
  const properties = names.flatMap((name, column) => [
    [name, ''],
    ...(fenNames[column] ? [[fenNames[column], 0]] : []),
  ])
  // V8 gives objects made from JSON their fast form, however many properties they have; their copies share it.
  const template = JSON.parse(JSON.stringify(Object.fromEntries(properties))) as BillRow
  const blank = (): BillRow => ({ ...template })

  /** Puts a number or an amount into its column that has blanks or the sign of the currency around it. */
  function setNumber(row: BillRow, column: number, field: string): void {
    const name = names[column] as string
    const fenName = fenNames[column]
    const text = field.trim().replace(/^(-?)[¥￥]\s*/, '$1')
    const fen = fenName === undefined ? undefined : toFen(text)
    if (Number.isNaN(fen) || (fen === undefined && !/^\d+(\.0*)?$/.test(text))) {
      const what = fen === undefined ? 'number' : 'amount'
      throw new BadRow(`has no ${what} in ${name} (${headings[column]}), but ${JSON.stringify(field)}`)
    }
    row[name] = fen === undefined ? Number(text) : text
    if (fenName !== undefined) row[fenName] = fen as number
  }
  const set = (row: BillRow, column: number, field: string): void => {
    const fenName = fenNames[column]
    const fen = fenName === undefined ? 0 : toFen(field)
    if (isCount[column] || Number.isNaN(fen)) {
      setNumber(row, column, field)
      return
    }
    row[names[column] as string] = field
    if (fenName !== undefined) row[fenName] = fen
  }
  const toRow = (fields: readonly string[]): BillRow => {
    if (fields.length !== headings.length) {
      throw new BadRow(`has ${fields.length} fields under ${headings.length} headings`)
    }
    const row = blank()
    for (const [column, field] of fields.entries()) {
      if (kinds[column] === 'text' && field.includes('\n')) {
        throw new BadRow(`has a line break in ${names[column]} (${headings[column]})`)
      }
      set(row, column, field)
    }
    return row
  }
  const freeTexts = [...kinds.keys()].filter((column) => kinds[column] === 'free text')
  return { width: headings.length, freeTexts, blank, set, toRow }
}
