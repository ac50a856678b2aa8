/** The greatest width of printed text. */
export const WIDTH = 100

/** The layout of a column: as wide as its widest cell, or wrapped to share the width that the others leave. */
export type ColumnLayout = 'fixed' | 'wrapped'

/** The space between columns. */
const GAP = '  '
/** The least width of a wrapped column; where that is too much, the whole text becomes wider. */
const MIN_WRAPPED = 12

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours
const ESCAPES = /\x1b\[\d+m/g
/** The characters of double width: CJK, Hangul, full-width forms, and those beyond the basic multilingual plane. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[^\0-\uffff]/u

/** The width of a text on a terminal; escape sequences have none. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text.replace(ESCAPES, '')) width += WIDE.test(character) ? 2 : 1
  return width
}

/**
 * Lays rows out in columns, no wider than `width`: a cell of a wrapped column takes several lines. A row may have fewer
 * cells than there are columns; a column without any text takes no space.
 */
export function formatColumns(
  rows: readonly (readonly string[])[],
  layout: readonly ColumnLayout[],
  width: number = WIDTH,
): string {
  const natural = layout.map((_, at) => Math.max(0, ...rows.map((row) => widthOf(row[at] ?? ''))))
  const used = layout.map((_, at) => at).filter((at) => (natural[at] ?? 0) > 0)
  const widths = fitWidths(used, natural, layout, width)
  return rows.flatMap((row) => linesOf(row, used, widths)).join('\n')
}

/** The widths of the used columns: a wrapped one that needs less than its share leaves the rest to the others. */
function fitWidths(
  used: readonly number[],
  natural: readonly number[],
  layout: readonly ColumnLayout[],
  width: number,
): ReadonlyMap<number, number> {
  const widths = new Map(used.map((at) => [at, natural[at] ?? 0]))
  const wrapped = used
    .filter((at) => layout[at] === 'wrapped')
    .sort((a, b) => (natural[a] ?? 0) - (natural[b] ?? 0))
  const fixed = used.filter((at) => layout[at] === 'fixed')
  const taken = fixed.reduce((sum, at) => sum + (natural[at] ?? 0), GAP.length * (used.length - 1))
  let left = width - taken
  for (const [index, at] of wrapped.entries()) {
    const share = Math.max(MIN_WRAPPED, Math.floor(left / (wrapped.length - index)))
    const own = Math.min(natural[at] ?? 0, share)
    widths.set(at, own)
    left -= own
  }
  return widths
}

function linesOf(
  row: readonly string[],
  used: readonly number[],
  widths: ReadonlyMap<number, number>,
): string[] {
  const cells = used.map((at) => wrap(row[at] ?? '', widths.get(at) ?? 0))
  const height = Math.max(...cells.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, index) => padded(lines[line] ?? '', widths.get(used[index] ?? 0) ?? 0))
      .join(GAP)
      .trimEnd(),
  )
}

const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))

/** Wraps a text: at spaces, between Chinese characters, and within a word only where it is too long for a line. */
export function wrap(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text]
  const pieces = (text.match(PIECES) ?? []).flatMap((piece) => packLines([...piece], width))
  return packLines(pieces, width).map((line) => line.trimEnd())
}

/** A piece that is not broken: a wide character, or a word with the bar and the space that follow it. */
const PIECES = new RegExp(`(?:${WIDE.source}) *|(?:(?!${WIDE.source})\\S)+(?: \\|)? *| +`, 'gu')

/** Breaks a text before its joints (the `/` of a path, the `.` of a chain), and indents the lines after the first. */
export function breakBefore(joint: RegExp, text: string, indent: string, width: number = WIDTH): string {
  return packLines(text.split(new RegExp(`(?=${joint.source})`)), width, indent).join('\n')
}

/** Packs pieces into as few lines as possible; the spaces at the end of a line may exceed the width. */
function packLines(pieces: readonly string[], width: number, indent = ''): string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of pieces) {
    if (line !== '' && line !== indent && widthOf((line + piece).trimEnd()) > width) {
      lines.push(line)
      line = indent
    }
    line += piece
  }
  return [...lines, line]
}
