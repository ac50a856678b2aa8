import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { ConfigError } from '../../index.js'

interface XlsxReader {
  streamXlsxRows(input: unknown): AsyncGenerator<{ readonly values: readonly unknown[] }>
}

/** The records of the first sheet of a workbook, empty ones left out. */
export async function* readXlsx(file: string): AsyncGenerator<readonly unknown[]> {
  const { streamXlsxRows } = await loadReader()
  for await (const { values } of streamXlsxRows(Readable.toWeb(createReadStream(file)))) {
    if (values.every((cell) => cell === null || cell === undefined || cell === '')) continue
    yield values.map((cell) => (typeof cell === 'string' ? cell.trim() : cell))
  }
}

/** The package is an optional peer dependency: most users have no spreadsheets to read. */
async function loadReader(): Promise<XlsxReader> {
  try {
    return (await import('hucre/xlsx')) as unknown as XlsxReader
  } catch (cause) {
    const message = 'Reading .xlsx takes the package hucre: npm install hucre (or save the sheet as CSV)'
    throw new ConfigError(message, { cause })
  }
}
