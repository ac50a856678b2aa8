/**
 * `tsx docs/generate/index.ts [family …]`: the catalogue → a page for each endpoint and notification, in both languages,
 * and the sidebars; MIGRATING.md → a page of the guide. They are not in git. With families, only their endpoints: to see the
 * site quickly.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeFiles } from '../../catalog/write.js'
import { baseOf, LANGUAGES } from './language.js'
import { migratingPage } from './migrating.js'
import { pagesOf } from './pages.js'
import { loadSite } from './site.js'

const root = join(import.meta.dirname, '../..')
const site = loadSite(root)
const chosen = process.argv.slice(2)
const all = LANGUAGES.map((language) => pagesOf(site, language, chosen.length > 0 ? chosen : undefined))
const folders = LANGUAGES.flatMap((language) =>
  ['api', 'notifications'].map((name) => `docs${baseOf(language)}${name}`),
)
for (const folder of chosen.length > 0 ? folders : [])
  rmSync(join(root, folder), { recursive: true, force: true })
const files = new Map(
  all.flatMap((pages) => [...pages.files].map(([path, text]) => [`docs/${path}`, text] as const)),
)
const sidebars = JSON.stringify(Object.assign({}, ...all.map((pages) => pages.sidebars)))
const migrating = LANGUAGES.map((language) => migratingPage(root, language))
writeFiles(root, new Map([...files, ...migrating, ['docs/.vitepress/sidebars.json', sidebars]]), folders)
