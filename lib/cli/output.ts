import { styleText } from 'node:util'
import { columns } from './layout.js'

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
  const [first = []] = rows
  return columns(
    rows,
    first.map(() => 'fixed'),
  )
}
