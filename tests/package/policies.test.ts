import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './install.js'

const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** The promises of a page: each with the files of its tests and their titles. */
function promisesOf(page: string): { promise: string; tests: { file: string; title: string }[] }[] {
  const rows = read(page).match(/^\|.*\]\(tests\/.*\|$/gm) ?? []
  return rows.map((row) => {
    const [, promise = ''] = row.split('|')
    const tests = [...row.matchAll(/\]\((tests\/[^)]*)\): “([^”]*)”/g)]
    return { promise, tests: tests.map(([, file = '', title = '']) => ({ file, title })) }
  })
}

describe('SECURITY.md', () => {
  const promises = promisesOf('SECURITY.md')

  it.each(promises)('has a test for:$promise', ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0)
    for (const { file, title } of tests) expect(read(file)).toContain(`'${title}'`)
  })

  it('promises the same in Chinese', () => {
    const testsOf = (page: string) => promisesOf(page).map(({ tests }) => tests)
    expect(testsOf('SECURITY.zh-CN.md')).toEqual(testsOf('SECURITY.md'))
  })
})

it('the repository is where package.json says, on every page and form', () => {
  const { repository } = JSON.parse(read('package.json')) as { repository: { url: string } }
  const home = repository.url.replace(/^git\+|\.git$/g, '')
  const name = new URL(home).pathname.split('/').at(-1)
  const files = ['.', 'docs', '.github'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: folder !== '.', encoding: 'utf8' })
      .filter((name) => /\.(md|yml)$/.test(name))
      .map((name) => join(folder, name)),
  )
  const urls = files.flatMap(
    (file) => read(file).match(new RegExp(`https://[\\w.-]+/[\\w.-]+/${name}\\b`, 'g')) ?? [],
  )
  expect(new Set(urls)).toEqual(new Set([home]))
})
