import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { ConfigError } from '../index.js'
import type { Row } from './engine.js'
import { assertHeadings } from './headings.js'

interface Sheets {
  streamXlsxRows(input: unknown): AsyncGenerator<{ readonly values: readonly unknown[] }>
}

/** The rows of the first sheet of a workbook. */
export async function* readXlsx(file: string): AsyncGenerator<Row> {
  let headings: readonly string[] | undefined
  let number = 0
  for await (const cells of cellsOf(file)) {
    if (cells.every((cell) => cell === null || cell === undefined || cell === '')) continue
    if (!headings) headings = assertHeadings(cells)
    else yield { number: ++number, columns: toColumns(headings, cells) }
  }
}

export async function xlsxHeadings(file: string): Promise<readonly string[]> {
  for await (const cells of cellsOf(file)) return assertHeadings(cells)
  return []
}

async function* cellsOf(file: string): AsyncGenerator<readonly unknown[]> {
  const { streamXlsxRows } = await loadReader()
  for await (const { values } of streamXlsxRows(Readable.toWeb(createReadStream(file)))) yield values
}

/** An optional peer: most people have no spreadsheets to read. */
async function loadReader(): Promise<Sheets> {
  try {
    return (await import('hucre/xlsx')) as unknown as Sheets
  } catch (cause) {
    throw new ConfigError(
      'Reading .xlsx takes the package hucre: npm install hucre (or save the sheet as CSV)',
      {
        cause,
      },
    )
  }
}

function toColumns(headings: readonly string[], cells: readonly unknown[]): Record<string, unknown> {
  const columns: Record<string, unknown> = {}
  for (const [index, heading] of headings.entries()) {
    const cell = cells[index]
    if (heading !== '') columns[heading] = typeof cell === 'string' ? cell.trim() : (cell ?? '')
  }
  return columns
}
