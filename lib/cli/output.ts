import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Results, which programs read. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}

/** @param value as JSON */
export function printJson(value: unknown): void {
  print(JSON.stringify(value ?? null, null, 2))
}

/** Words for people. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Coloured on a terminal, unless `NO_COLOR` says otherwise. */
export function style(name: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  const coloured = stream.isTTY && !process.env.NO_COLOR
  return coloured ? styleText(name, text) : text
}

/** Columns as wide as their widest cell; Chinese characters take two places. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))))
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell))).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}

/** Escape sequences are no wider than nothing. */
function width(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what colours are made of
  const plain = text.replace(/\x1b\[\d+m/g, '')
  return [...plain].reduce(
    (sum, character) => sum + (/[\u2e80-\u9fff\uff00-\uffef]/.test(character) ? 2 : 1),
    0,
  )
}
