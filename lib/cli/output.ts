import { styleText } from 'node:util'
import { words } from './language.js'
import { widthOf } from './layout.js'

/** The exit codes of the process; `--help` lists them. */
export const EXIT = { done: 0, refused: 1, usage: 2, interrupted: 130 } as const

type Style = Parameters<typeof styleText>[0]

/** Prints a result, which programs may read, to standard output. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value ?? null, null, 2))
}

/** Prints words for people to standard error. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** The words that an error for people begins with. */
export const errorHead = (): string =>
  words(`${style('red', 'error:', process.stderr)} `, style('red', '错误：', process.stderr))

/** Shows a line on a terminal in place of the one before, and nothing where the stream is no terminal. */
export function showLine(text: string, stream: NodeJS.WriteStream = process.stderr): void {
  if (stream.isTTY) stream.write(`\r${cut(text, stream.columns || 80)}\x1b[K`)
}

/** The beginning of a text that fits; a line that is broken cannot be shown over. */
function cut(text: string, width: number): string {
  let shown = ''
  for (const character of text) {
    if (widthOf(shown + character) > width) break
    shown += character
  }
  return shown
}

/** Colours a text where the stream is a terminal and `NO_COLOR` is not set. */
export function style(name: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  const coloured = stream.isTTY && !process.env.NO_COLOR
  return coloured ? styleText(name, text) : text
}
