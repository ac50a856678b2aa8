import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

export const LANGUAGES = { en: 'MIGRATING.md', zh: 'MIGRATING.zh-CN.md' } as const
export type Language = keyof typeof LANGUAGES

/** A part of the page for those who come from other clients: a heading and what stands below it, up to the next one. */
export interface Section {
  readonly level: number
  readonly title: string
  /** The rows of its tables, without their heads. */
  readonly rows: readonly (readonly string[])[]
  readonly code: readonly CodeBlock[]
}

export interface CodeBlock {
  /** `js` is code of another client, `ts` is ours. */
  readonly language: string
  readonly text: string
}

export function sectionsOf(language: Language): Section[] {
  const page = readFileSync(join(root, LANGUAGES[language]), 'utf8')
  return page.split(/^(?=#{1,3} )/m).map((text) => {
    const [, marks = '', title = ''] = /^(#+) (.*)$/m.exec(text) ?? []
    const code = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, lang = '', block = '']) => ({
      language: lang,
      text: block,
    }))
    const lines = text.match(/^\| .* \|$/gm) ?? []
    const rows = lines.filter((_, at) => !isHead(lines, at)).map(cellsOf)
    return { level: marks.length, title, rows, code }
  })
}

const isHead = (lines: readonly string[], at: number): boolean =>
  /^\| --- /.test(lines[at] ?? '') || /^\| --- /.test(lines[at + 1] ?? '')

const cellsOf = (line: string): string[] =>
  line
    .slice(2, -2)
    .split(' | ')
    .map((cell) => cell.trim())

/** What stands in backticks. */
export const namesIn = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

/** The sections below a heading of the second level; the titles of both languages are in the same order. */
export function partOf(sections: readonly Section[], number: number): Section[] {
  const starts = sections.flatMap(({ level }, at) => (level === 2 ? [at] : []))
  return sections.slice(starts[number], starts[number + 1])
}
