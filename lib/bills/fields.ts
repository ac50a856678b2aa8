const QUOTE = 34
const BACKTICK = 96

/**
 * The fields of a line of a bill. In the documented form each begins with a backtick, and a comma or a quote inside of
 * one has no meaning. Programs that have saved a bill again leave fields in quotes, or without a backtick; such a line is
 * CSV (RFC 4180).
 *
 * @param width the number of headings, where they are known: it tells which of the two forms a line has
 * @returns `undefined` when a field in quotes goes on in the next line
 */
export function splitLine(line: string, width?: number): readonly string[] | undefined {
  const fields = splitCsv(line)
  if (fields?.length === width || !line.startsWith('`')) return fields
  const marked = line.slice(1).split(',`')
  return marked.length === width ? marked : fields
}

/** The fields of a line of CSV. One with text after its closing quote is not in quotes: they are part of it. */
function splitCsv(line: string): readonly string[] | undefined {
  const fields: string[] = []
  let end = -1
  while (end < line.length) {
    const start = end + 1
    const isQuoted = line.charCodeAt(start) === QUOTE
    const closing = isQuoted ? closingQuote(line, start + 1) : start
    if (closing < 0) return undefined
    const comma = line.indexOf(',', closing)
    end = comma < 0 ? line.length : comma
    if (!isQuoted) fields.push(withoutBacktick(line, start, end))
    else if (closing === end - 1) fields.push(textOf(line, start + 1, closing))
    else fields.push(line.slice(start, end))
  }
  return fields
}

/** The place of the quote that ends a field; -1 when there is none. A quote inside of the field is written twice. */
function closingQuote(line: string, start: number): number {
  let at = line.indexOf('"', start)
  while (at >= 0 && line.charCodeAt(at + 1) === QUOTE) at = line.indexOf('"', at + 2)
  return at
}

function textOf(line: string, start: number, closing: number): string {
  const text = withoutBacktick(line, start, closing)
  return text.includes('"') ? text.replaceAll('""', '"') : text
}

function withoutBacktick(line: string, start: number, end: number): string {
  return line.slice(line.charCodeAt(start) === BACKTICK ? start + 1 : start, end)
}
