import { toFen } from './amount.js'

/** What a column holds: a text, an amount in yuan, or a number of things. */
type ColumnKind = 'text' | 'amount' | 'count'

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

const KINDS: Readonly<Record<string, ColumnKind>> = { '¥': 'amount', '#': 'count' }

/**
 * Columns written as `heading: name`; `¥name` is an amount, `#name` a count. Several headings may share a name, because
 * WeChat Pay has changed the wording of some.
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

/** The lines below one line of headings. */
export interface BillTable {
  /** The number of fields that every line must have. */
  readonly width: number
  /** A new row with every column in it, empty. */
  readonly blank: () => BillRow
  /** Puts a field into its column, and the amount in fen beside it. */
  readonly set: (row: BillRow, column: number, field: string) => void
  /** A new row of as many fields as there are columns. */
  readonly toRow: (fields: readonly string[]) => BillRow
}

/** The table below a line of headings. A heading that is not known is itself the name of its column. */
export function createTable(headings: readonly string[], columns: Columns): BillTable {
  const names: string[] = []
  const fenNames: (string | undefined)[] = []
  const isCount: boolean[] = []
  for (const heading of headings) {
    const column = findColumn(columns, heading)
    // Of two headings with one name, the second keeps its own.
    const name = column && !names.includes(column.name) ? column.name : heading
    names.push(name)
    fenNames.push(name === column?.name && column.kind === 'amount' ? `${name}_fen` : undefined)
    isCount.push(column?.kind === 'count')
  }
  const properties = names.flatMap((name, index) => [
    [name, ''],
    ...(fenNames[index] ? [[fenNames[index], 0]] : []),
  ])
  // V8 gives objects made from JSON their fast form, however many properties they have; their copies share it.
  const template = JSON.parse(JSON.stringify(Object.fromEntries(properties))) as BillRow
  const blank = (): BillRow => ({ ...template })
  const set = (row: BillRow, column: number, field: string): void => {
    const fenName = fenNames[column]
    row[names[column] as string] = isCount[column] ? Number(field) : field
    if (fenName !== undefined) row[fenName] = toFen(field)
  }
  const toRow = (fields: readonly string[]): BillRow => {
    const row = blank()
    for (let column = 0; column < fields.length; column++) set(row, column, fields[column] as string)
    return row
  }
  return { width: headings.length, blank, set, toRow }
}
