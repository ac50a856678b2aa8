import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readExample, withExamples } from '../../docs/.vitepress/examples.js'

const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const pages = readdirSync(join(root, 'docs/cookbook'))

/** The files of examples/ that a page includes, with their regions. */
const includedBy = (page: string): string[] =>
  [...page.matchAll(/^<<< @\/\.\.\/examples\/(.*)$/gm)].map(([, path = '']) => path)

describe.each(pages)('%s of the cookbook', (name) => {
  const [english, chinese] = [read(`docs/cookbook/${name}`), read(`docs/zh/cookbook/${name}`)]

  it('says the same in both languages', () => {
    expect(includedBy(chinese)).toEqual(includedBy(english))
    for (const mark of [/^## /gm, /^- /gm, /^order: \d+$/m, /\]\(\/(?:zh\/)?(?:api|notifications)\//g])
      expect(chinese.match(mark)?.length).toBe(english.match(mark)?.length)
  })

  it('shows all of its recipe, as a project would have it', () => {
    const [path = ''] = includedBy(english)
    const [file = ''] = path.split('#')
    const source = read(`examples/${file}`)
    const regions = [...source.matchAll(/^\/\/ #region (.*)$/gm)].map(([, region]) => `${file}#${region}`)
    expect(includedBy(english).filter((one) => one.includes('#'))).toEqual(regions)
    const shown = withExamples(english, join(root, 'docs'))
    expect(shown).not.toMatch(/^<<<|#region|\.\.\/lib\//m)
    expect(shown).toContain(readExample(join(root, 'examples', file), regions[0]?.split('#')[1]))
  })

  it('is about a file that can be read at once and is listed', () => {
    const [file = ''] = includedBy(english)[0]?.split('#') ?? []
    expect(read(`examples/${file}`).split('\n').length).toBeLessThanOrEqual(100)
    expect(read('examples/README.md')).toContain(`[${file}](${file})`)
  })
})

it('has no page for a region that is not there', () => {
  expect(() => readExample(join(root, 'examples/shop.ts'), 'refund')).toThrow('has no region refund')
})
