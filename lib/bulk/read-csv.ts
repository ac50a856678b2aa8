import { createReadStream } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { TextDecoderStream } from 'node:stream/web'
import { RequestError } from '../index.js'
import type { Row } from './engine.js'
import { assertHeadings } from './headings.js'

interface CsvProblem extends Error {
  readonly code?: string
  readonly lines?: number
}

/** The rows of a CSV file; of one with tabs, too. The parser is loaded with the first. */
export async function* readCsv(file: string, encoding: 'utf-8' | 'gb18030'): AsyncGenerator<Row> {
  let headings: readonly string[] | undefined
  let number = 0
  for await (const cells of records(file, encoding)) {
    if (!headings) headings = assertHeadings(cells)
    else yield { number: ++number, columns: toColumns(headings, cells) }
  }
}

export async function csvHeadings(file: string, encoding: 'utf-8' | 'gb18030'): Promise<readonly string[]> {
  for await (const cells of records(file, encoding)) return assertHeadings(cells)
  throw new RequestError('The input is empty: its first line has to name the columns')
}

function toColumns(headings: readonly string[], cells: readonly string[]): Record<string, string> {
  const columns: Record<string, string> = {}
  for (const [index, heading] of headings.entries()) {
    if (heading !== '') columns[heading] = cells[index] ?? ''
  }
  return columns
}

async function* records(file: string, encoding: 'utf-8' | 'gb18030'): AsyncGenerator<readonly string[]> {
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
  // What goes wrong is thrown by the loop.
  pipeline(text, parser, () => {})
  try {
    for await (const record of parser as AsyncIterable<readonly string[]>) yield record
  } catch (error) {
    const { code, message, lines } = error as CsvProblem
    if (!code?.startsWith('CSV_')) throw error
    throw new RequestError(`The input is no sound CSV${lines ? ` at line ${lines}` : ''}: ${message}`)
  } finally {
    bytes.destroy()
  }
}

/** A first line with tabs and without commas is separated by tabs; so with semicolons. */
async function delimiterOf(file: string): Promise<string> {
  let first = ''
  for await (const chunk of createReadStream(file, { encoding: 'latin1', end: 65_535 })) first += chunk
  const [line = ''] = first.split('\n')
  return [',', '\t', ';'].find((delimiter) => line.includes(delimiter)) ?? ','
}
