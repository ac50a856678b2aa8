import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const DOCS = join(import.meta.dirname, '..')

interface WrittenPage {
  readonly text: string
  readonly link: string
  readonly order: number
}

/** Whether people have written pages below an address. */
export const hasPages = (address: string): boolean =>
  existsSync(join(DOCS, address)) && readdirSync(join(DOCS, address)).some((name) => name.endsWith('.md'))

/** The pages of a folder by the `order` in their front matter, then by name; each goes by its heading. */
export function writtenSidebar(address: string): { text: string; link: string }[] {
  return readdirSync(join(DOCS, address))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name): WrittenPage => {
      const markdown = readFileSync(join(DOCS, address, name), 'utf8')
      const link = address + name.replace(/(index)?\.md$/, '')
      const text = /^# (.*)$/m.exec(markdown)?.[1] ?? name
      return { text, link, order: Number(/^order: *(\d+)$/m.exec(markdown)?.[1] ?? LAST) }
    })
    .sort((a, b) => a.order - b.order)
    .map(({ text, link }) => ({ text, link }))
}

const LAST = 1_000
