/** The fields of one record, or `undefined` when a quote is still open at its end. */
export type RecordParser = (text: string) => readonly string[] | undefined

interface CsvProblem {
  readonly code?: string
}

/** The CSV parser, which is loaded with the first bill. */
export async function loadRecordParser(): Promise<RecordParser> {
  const { parse } = await import('csv-parse/sync')
  return (text) => {
    try {
      const [record] = parse(text, { relax_quotes: true, relax_column_count: true, skip_empty_lines: false })
      return record ?? ['']
    } catch (error) {
      if ((error as CsvProblem).code === 'CSV_QUOTE_NOT_CLOSED') return undefined
      // Quotes that follow no rule mean nothing.
      return text.split(',')
    }
  }
}
