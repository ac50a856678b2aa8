/** The greatest width of printed text. */
export const WIDTH = 100

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
 * Lays rows out in columns, each as wide as its widest cell; a row may have fewer cells than there are columns, and a
 * column without any text takes no space.
 *
 * @param wrapped the columns that share what the others leave of `width`, so that their cells take several lines
 */
export function formatColumns(
  rows: readonly (readonly string[])[],
  wrapped: readonly number[] = [],
  width: number = WIDTH,
): string {
  const cellOf = (row: readonly string[], at: number): string => row[at] ?? ''
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(...rows.map((row) => widthOf(cellOf(row, at)))),
  )
  const widthAt = (at: number): number => widths[at] ?? 0
  // A column that needs less than its share leaves the rest to the wider ones.
  const sharing = wrapped.filter((at) => widthAt(at) > 0).sort((a, b) => widthAt(a) - widthAt(b))
  const gaps = GAP.length * (widths.filter((one) => one > 0).length - 1)
  let left = widths.reduce((rest, one, at) => (sharing.includes(at) ? rest : rest - one), width - gaps)
  for (const [index, at] of sharing.entries()) {
    const share = Math.max(MIN_WRAPPED, Math.floor(left / (sharing.length - index)))
    widths[at] = Math.min(widthAt(at), share)
    left -= widthAt(at)
  }
  const linesOf = (row: readonly string[]): string[] => {
    const cells = widths.map((one, at) => wrap(cellOf(row, at), one))
    const height = Math.max(...cells.map((lines) => lines.length))
    return Array.from({ length: height }, (_, line) => {
      const texts = cells.map((lines, at) => padded(lines[line] ?? '', widthAt(at)))
      return texts
        .filter((_, at) => widthAt(at) > 0)
        .join(GAP)
        .trimEnd()
    })
  }
  return rows.flatMap(linesOf).join('\n')
}

const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))

/** Wraps a text: at spaces, between Chinese characters, and within a word only where it is too long for a line. */
export function wrap(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text]
  const pieces = (text.match(PIECES) ?? []).flatMap((piece) => packLines([...piece], width))
  return packLines(pieces, width).map((line) => line.trimEnd())
}

/** The marks that no line ends with, and those that no line begins with. */
const OPENING = '[（“《]'
const CLOSING = '[，。；：、？！）”》…]'
const WORD = `(?:(?!${WIDE.source})\\S)+`

/** A piece that is not broken: a wide character, or a word with the bar and the space that follow it. */
const PIECES = new RegExp(
  `${OPENING}*(?:${WORD}|(?!${OPENING})(?:${WIDE.source}))${CLOSING}*(?: \\|)? *|${OPENING}+| +`,
  'gu',
)

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
