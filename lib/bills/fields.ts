const QUOTE = 34

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

/** Quotes that do not begin a field, and what follows a closing quote, stand for themselves. */
function splitCsv(line: string): readonly string[] | undefined {
  const fields: string[] = []
  for (let at = 0; at <= line.length; ) {
    const isQuoted = line.charCodeAt(at) === QUOTE
    const closing = isQuoted ? closingQuote(line, at + 1) : at
    if (closing < 0) return undefined
    const comma = line.indexOf(',', closing)
    const end = comma < 0 ? line.length : comma
    const field = isQuoted ? unquoted(line.slice(at, end), closing - at) : line.slice(at, end)
    fields.push(field.startsWith('`') ? field.slice(1) : field)
    at = end + 1
  }
  return fields
}

/** The place of the quote that ends a field; -1 when there is none. A quote inside of the field is written twice. */
function closingQuote(line: string, start: number): number {
  let at = line.indexOf('"', start)
  while (at >= 0 && line.charCodeAt(at + 1) === QUOTE) at = line.indexOf('"', at + 2)
  return at
}

function unquoted(field: string, closing: number): string {
  const inside = field.slice(1, closing)
  const text = inside.includes('"') ? inside.replaceAll('""', '"') : inside
  return closing === field.length - 1 ? text : `"${text}"${field.slice(closing + 1)}`
}
