import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Pages that people write: on GitHub and, those in docs/, on the site. */
const FOLDERS = ['.', 'docs', 'docs/guide', 'docs/cookbook', 'docs/zh', 'docs/zh/guide', 'docs/zh/cookbook']
const PAGES = [...FOLDERS, 'examples', 'bench', 'catalog'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
)

const withoutCode = (page: string): string =>
  readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '')

const anchors = new Map<string, ReadonlySet<string>>()

/** The anchors of a page that GitHub and the site agree on. */
function anchorsOf(page: string): ReadonlySet<string> {
  const known = anchors.get(page)
  if (known) return known
  const titles = [...withoutCode(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title.replaceAll(/[`*]/g, '').trim().toLowerCase(),
  )
  const found = new Set(
    titles
      .map((title) => [
        title.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-'),
        title
          .normalize('NFKD')
          .replaceAll(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, '-')
          .replaceAll(/^-|-$/g, ''),
      ])
      .flatMap(([github, site]) => (github === site ? [github as string] : [])),
  )
  anchors.set(page, found)
  return found
}

it('links between pages lead to a file and a heading that are there', () => {
  const broken = PAGES.flatMap((page) =>
    [...withoutCode(page).matchAll(/\]\((?!https?:|\/|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].flatMap(
      ([link, path = '', anchor]) => {
        const target = path === '' ? page : relative(root, join(root, dirname(page), path))
        if (/security\/advisories/.test(path)) return []
        if (!existsSync(join(root, target))) return [`${page}: ${link}`]
        const isRight = anchor === undefined || anchorsOf(target).has(anchor)
        return isRight ? [] : [`${page}: ${link} has no such heading`]
      },
    ),
  )
  expect(broken).toEqual([])
})

it('links from the root of the site, which GitHub does not follow, lead to generated pages alone', () => {
  const others = PAGES.flatMap((page) =>
    [...withoutCode(page).matchAll(/\]\((?!\/(?:zh\/)?(?:api|notifications)\/)\/[^)]*\)/g)].map(
      ([link]) => `${page}: ${link}`,
    ),
  )
  expect(others).toEqual([])
})

it('documents that the code names are there', () => {
  const sources = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
  const missing = sources
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => readFileSync(join(root, 'lib', file), 'utf8').match(/\bdocs\/[\w/-]+\.md\b/g) ?? [])
    .filter((page) => !existsSync(join(root, page)))
  expect(missing).toEqual([])
})
