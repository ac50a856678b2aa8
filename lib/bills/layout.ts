import { toFen } from './amount.js'
import { type Columns, normalizeHeading } from './columns.js'

/** A row on its way to its reader. */
export type Cells = Record<string, string | number>

/** What the headings of one bill make of its rows. */
export interface Layout {
  readonly width: number
  /** How many of the headings are known. */
  readonly known: number
  /** A new row with every column in it, empty. */
  readonly blank: () => Cells
  /** Puts a value into a column, and into the one in fen beside an amount. */
  readonly set: (row: Cells, column: number, value: string) => void
}

/** @returns `undefined` when a heading could not be the name of a property. */
export function createLayout(headings: readonly string[], columns: Columns): Layout | undefined {
  if (headings.includes('__proto__')) return undefined
  const names: string[] = []
  const beside: (string | undefined)[] = []
  const counts: boolean[] = []
  const taken = new Set<string>()
  let known = 0
  for (const heading of headings) {
    const column = columns.get(normalizeHeading(heading))
    if (column) known++
    const fen = column?.kind === 'amount' ? `${column.name}_fen` : undefined
    // Of two headings with one name, the second keeps its own.
    const named = column && !taken.has(column.name) ? column.name : heading
    taken.add(named)
    names.push(named)
    beside.push(named === column?.name ? fen : undefined)
    counts.push(column?.kind === 'count')
  }
  // Rows made from parsed JSON keep the fast form of objects, however many columns there are.
  const template = JSON.stringify(
    Object.fromEntries(
      names.flatMap((name, column) => [[name, ''], ...(beside[column] ? [[beside[column], 0]] : [])]),
    ),
  )
  return {
    width: headings.length,
    known,
    blank: () => JSON.parse(template) as Cells,
    set(row, column, value) {
      const fen = beside[column]
      row[names[column] as string] = counts[column] ? Number(value) : value
      if (fen !== undefined) row[fen] = toFen(value)
    },
  }
}
