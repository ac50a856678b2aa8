/** What a column holds: a text, an amount in yuan, or a number of things. */
export type ColumnKind = 'text' | 'amount' | 'count'

/** How a heading is called in a row. */
export interface Column {
  readonly name: string
  readonly kind: ColumnKind
}

/** Columns by their headings. */
export type Columns = ReadonlyMap<string, Column>

/** What tells one sort of bill from another. */
export interface BillFormat {
  readonly rows: Columns
  readonly summary: Columns
}

const KINDS: Readonly<Record<string, ColumnKind>> = { '¥': 'amount', '#': 'count' }

/**
 * Columns written as `heading: name`; `¥name` is an amount, `#name` a count. Several headings may share a name: bills
 * have had more than one word for the same thing.
 */
export function columns(table: Readonly<Record<string, string>>): Columns {
  return new Map(
    Object.entries(table).map(([heading, spec]) => {
      const kind = KINDS[spec.charAt(0)]
      return [heading, kind ? { name: spec.slice(1), kind } : { name: spec, kind: 'text' }]
    }),
  )
}

/** Headings come with brackets of both widths. */
export function normalizeHeading(heading: string): string {
  return heading.trim().replaceAll('（', '(').replaceAll('）', ')')
}
