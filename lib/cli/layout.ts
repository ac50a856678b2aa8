/** As wide as printed text may be. */
export const WIDTH = 100

/** How a column is laid out: as wide as its widest cell, or wrapped to share what the others leave. */
export type Column = 'fixed' | 'wrapped'

/** The space between columns. */
const GAP = '  '
/** Narrower than this nothing is wrapped well, and the whole becomes wider instead. */
const NARROWEST = 12

// biome-ignore lint/suspicious/noControlCharactersInRegex: what colours are made of
const ESCAPES = /\x1b\[\d+m/g
/** Characters that take two places: CJK, Hangul, full-width forms and what lies beyond the basic plane. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[^\0-\uffff]/u

/** The places that a text takes; escape sequences take none. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text.replace(ESCAPES, '')) width += WIDE.test(character) ? 2 : 1
  return width
}

/**
 * Rows in columns, no wider than `width`: cells of wrapped columns go on below themselves. A row may have fewer cells than
 * there are columns; a column without any text takes no space.
 */
export function columns(
  rows: readonly (readonly string[])[],
  layout: readonly Column[],
  width: number = WIDTH,
): string {
  const natural = layout.map((_, at) => Math.max(0, ...rows.map((row) => widthOf(row[at] ?? ''))))
  const used = layout.map((_, at) => at).filter((at) => (natural[at] ?? 0) > 0)
  const widths = fitted(used, natural, layout, width)
  return rows.flatMap((row) => linesOf(row, used, widths)).join('\n')
}

/** The widths of the columns in use: a wrapped one that needs less than its share leaves the rest to the others. */
function fitted(
  used: readonly number[],
  natural: readonly number[],
  layout: readonly Column[],
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
    const share = Math.max(NARROWEST, Math.floor(left / (wrapped.length - index)))
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

/** The lines of a text: broken at spaces, between Chinese characters, and within a word only where it is too long. */
export function wrap(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text]
  const lines: string[] = []
  let line = ''
  for (const piece of text.match(PIECES) ?? []) {
    if (widthOf((line + piece).trimEnd()) <= width) {
      line += piece
      continue
    }
    if (line !== '') lines.push(line.trimEnd())
    const [last = '', ...cut] = cutUp(piece, width).reverse()
    lines.push(...cut.reverse().map((part) => part.trimEnd()))
    line = last
  }
  return [...lines, line.trimEnd()]
}

/** What is not broken: a wide character, or a word with the bar and the space that follow it. */
const PIECES = new RegExp(`(?:${WIDE.source}) *|(?:(?!${WIDE.source})\\S)+(?: \\|)? *| +`, 'gu')

function cutUp(word: string, width: number): string[] {
  const parts: string[] = []
  let part = ''
  for (const character of word) {
    if (part !== '' && widthOf(part + character.trimEnd()) > width) {
      parts.push(part)
      part = ''
    }
    part += character
  }
  return [...parts, part]
}

/** A text broken before any of its joints (`/` and `.` of a path or chain), the lines after the first indented. */
export function breakBefore(joint: RegExp, text: string, indent: string, width: number = WIDTH): string {
  const pieces = text.split(new RegExp(`(?=${joint.source})`))
  const lines: string[] = []
  let line = ''
  for (const piece of pieces) {
    if (line.trim() !== '' && widthOf(line + piece) > width) {
      lines.push(line)
      line = indent
    }
    line += piece
  }
  return [...lines, line].join('\n')
}
