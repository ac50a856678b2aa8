/** Aligned lines for a terminal of 80 columns; colours only where there is one. */
import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

const WIDTH = 80
const INDENT = '  '
const LABEL = 10
const coloured = process.stdout.isTTY && process.stdout.hasColors()

function paint(style: Style, text: string): string {
  return coloured ? styleText(style, text) : text
}

/** Columns that a text takes: Chinese characters take two. */
function columns(text: string): number {
  return text.replace(/[\u2E80-\uFFEF]/g, '**').length
}

/** Breaks after a space, comma or slash, so that paths and bodies can be read. */
function wrap(text: string, width: number): string[] {
  const lines = ['']
  for (const piece of text.split(/(?<=[\s/,])/)) {
    const line = lines.at(-1) as string
    if (line !== '' && columns((line + piece).trimEnd()) > width) lines.push(piece)
    else lines[lines.length - 1] = line + piece
  }
  return lines.map((line) => line.trimEnd())
}

export const good = (text: string): string => `✓ ${text}`
export const bad = (text: string): string => `✗ ${text}`

function styleOf(text: string): Style | undefined {
  return text.startsWith('✓') ? 'green' : text.startsWith('✗') ? 'red' : undefined
}

export function heading(text: string): void {
  console.log(`\n${paint(styleOf(text) ?? 'bold', text)}`)
}

export function code(...lines: readonly string[]): void {
  for (const line of lines) console.log(paint('cyan', INDENT + line))
}

/** A label and its text, which goes on below itself where it is too long for the line. */
export function row(label: string, text: string): void {
  const style = styleOf(text)
  wrap(text, WIDTH - INDENT.length - LABEL).forEach((line, at) => {
    const name = paint('dim', (at === 0 ? label : '').padEnd(LABEL))
    console.log(INDENT + name + (style ? paint(style, line) : line))
  })
}
