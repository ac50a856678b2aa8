import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { compileSnippets } from './snippets.js'

const root = join(import.meta.dirname, '../..')

const GUIDES = ['docs/guide', 'docs/zh/guide']
const PAGES = [
  'README.md',
  'README.zh-CN.md',
  'MIGRATING.md',
  'MIGRATING.zh-CN.md',
  ...GUIDES.flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)),
]

/** The TypeScript of a page, under the name of the page. */
function snippetsOf(page: string): { name: string; code: string }[] {
  const blocks = readFileSync(join(root, page), 'utf8').matchAll(/^```ts[^\n]*\n([\s\S]*?)^```/gm)
  const name = page.replace(/\.md$/, '').replaceAll(/\W/g, '-')
  return [...blocks].map(([, code = ''], at) => ({ name: `${name}-${at + 1}`, code }))
}

/** Code in which twins of two languages are the same. */
const withoutWords = (code: string): string =>
  code.replace(/\/\*\*.*\*\/$/gm, '').replace(/(^|\s)\/\/ (@ts-expect-error)?.*$/gm, '$1$2')

it('the TypeScript of the READMEs and of the guide compiles', () => {
  const all = PAGES.flatMap(snippetsOf)
  const different = new Map(all.map((snippet) => [withoutWords(snippet.code), snippet]))
  expect(different.size).toBeGreaterThan(40)
  expect(compileSnippets(root, [...different.values()])).toBe('')
}, 120_000)

it.each(['README.md', 'README.zh-CN.md'])('%s is for readers in a hurry', (page) => {
  expect(readFileSync(join(root, page), 'utf8').split('\n').length).toBeLessThanOrEqual(250)
})
