import { readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { baseOf, type Language } from './language.js'

/** The document at the root of the repository, where people look for it, which the page of the guide is made of. */
const DOCUMENTS = { en: 'MIGRATING.md', zh: 'MIGRATING.zh-CN.md' } as const

/** Behind the first call, in the sidebar. */
const HEAD = '---\norder: 1\n---\n\n'

/** The page of the guide for those who come from other clients: its path and its text, whose links are from its own folder on. */
export function migratingPage(root: string, language: Language): [path: string, text: string] {
  const path = `docs${baseOf(language)}guide/migrating.md`
  const text = readFileSync(join(root, DOCUMENTS[language]), 'utf8')
  const moved = text.replace(
    /\]\((?!https?:|#)([^)]*)\)/g,
    (_, href: string) => `](${posix.relative(dirname(path), href)})`,
  )
  return [path, HEAD + moved]
}
