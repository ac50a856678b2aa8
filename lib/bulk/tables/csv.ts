import { createReadStream } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { TextDecoderStream } from 'node:stream/web'
import { RequestError } from '../../index.js'

/** The encodings that a CSV file may have: spreadsheet programs on a Chinese Windows still write GBK. */
export type CsvEncoding = 'utf-8' | 'gb18030'

interface CsvParserError extends Error {
  readonly code?: string
  readonly lines?: number
}

/** The records of a file of comma, tab or semicolon separated values. The parser is loaded with the first. */
export async function* readCsv(file: string, encoding: CsvEncoding): AsyncGenerator<readonly string[]> {
  const { parse } = await import('csv-parse')
  const parser = parse({
    bom: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count_less: true,
    delimiter: await delimiterOf(file),
  })
  const bytes = createReadStream(file)
  const text =
    encoding === 'utf-8'
      ? bytes
      : Readable.fromWeb(Readable.toWeb(bytes).pipeThrough(new TextDecoderStream(encoding) as never) as never)
  // An error of any of the streams destroys the parser, so the loop throws it.
  pipeline(text, parser, () => {})
  try {
    for await (const record of parser as AsyncIterable<readonly string[]>) yield record
  } catch (error) {
    const { code, message, lines } = error as CsvParserError
    if (!code?.startsWith('CSV_')) throw error
    throw new RequestError(`The input is no sound CSV${lines ? ` at line ${lines}` : ''}: ${message}`)
  } finally {
    bytes.destroy()
  }
}

/** The delimiter that the first line has: a comma before a tab before a semicolon. */
async function delimiterOf(file: string): Promise<string> {
  let first = ''
  for await (const chunk of createReadStream(file, { encoding: 'latin1', end: 65_535 })) first += chunk
  const [line = ''] = first.split('\n')
  return [',', '\t', ';'].find((delimiter) => line.includes(delimiter)) ?? ','
}
