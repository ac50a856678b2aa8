/** One line of the table. */
export interface Row {
  readonly what: string
  readonly measured: string
  /** Absent where the line is there for comparison only. */
  readonly bar?: string
  readonly passed?: boolean
}

/** A number of at least three digits, without false precision. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '?'
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 10 ? 1 : 2)
}

export function atMost(what: string, value: number, limit: number, unit: string): Row {
  return { what, measured: `${figure(value)} ${unit}`, bar: `≤ ${limit} ${unit}`, passed: value <= limit }
}

export function atLeast(what: string, value: number, limit: number, unit: string): Row {
  return { what, measured: `${figure(value)} ${unit}`, bar: `≥ ${limit} ${unit}`, passed: value >= limit }
}

/** A ratio that is to be 1, but for so much. */
export function withinOne(what: string, value: number, tolerance: number): Row {
  const passed = Math.abs(value - 1) <= tolerance
  return { what, measured: `${figure(value)} ×`, bar: `1 ± ${tolerance}`, passed }
}

/** Rows as a Markdown table, aligned so that it reads well in a terminal. */
export function toTable(rows: readonly Row[]): string {
  const cells = rows.map(({ what, bar, measured, passed }) => [
    what,
    bar ?? '',
    measured,
    passed === undefined ? '' : passed ? 'pass' : 'MISS',
  ])
  const head = ['measured', 'bar', 'result', '']
  const widths = head.map((title, at) => Math.max(title.length, ...cells.map((row) => row[at]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n')
}
