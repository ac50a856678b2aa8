/**
 * Checks the package's exports, its sources and the documentation against each other: every entry is documented,
 * every import shown exists, every function of `crypto` is listed, and the twins of a page show the same code.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

interface Package {
  readonly name: string
  readonly exports: Readonly<Record<string, string | { readonly import: { readonly default: string } }>>
}

const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const { name, exports } = JSON.parse(read('package.json')) as Package
/** The READMEs, the page for those who come from other clients, and the pages of the guide, each with its Chinese twin. */
const PAGES: readonly (readonly [english: string, chinese: string])[] = [
  ['README.md', 'README.zh-CN.md'],
  ['MIGRATING.md', 'MIGRATING.zh-CN.md'],
  ...readdirSync(join(root, 'docs/guide')).map(
    (file) => [`docs/guide/${file}`, `docs/zh/guide/${file}`] as const,
  ),
]
const problems: string[] = []

/** `wechatpay-fluent/crypto` → `lib/crypto/index.ts`, for every entry that is code. */
const sources = new Map(
  Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'string'
      ? []
      : [[name + subpath.slice(1), target.import.default.replace(/^\.\/dist\/esm\/(.*)\.js$/, '$1.ts')]],
  ),
)

const codeOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = '']) => code)
const withoutComments = (code: string): string =>
  code
    .replace(/\/\*\*.*\*\/$/gm, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .trim()

/** The text of an entry, with those of the files whose types it passes on whole. */
function textOf(source: string): string {
  const text = read(source)
  const passedOn = [...text.matchAll(/^export type \* from '(.*)\.js'$/gm)].map(([, file]) => `${file}.ts`)
  return [text, ...passedOn.map((file) => read(join(dirname(source), file)))].join('\n')
}

/** Names may be re-exported types, which only the text of an entry shows. */
async function assertImport(page: string, entry: string, imported: string): Promise<void> {
  // Others are what a user of a framework has.
  if (!entry.startsWith(name)) return
  const source = sources.get(entry)
  if (source === undefined) {
    problems.push(`${page} imports from ${entry}, which package.json does not export`)
    return
  }
  const exported: object = await import(pathToFileURL(join(root, source)).href)
  if (!(imported in exported) && !new RegExp(`\\b${imported}\\b`).test(textOf(source))) {
    problems.push(`${page} imports ${imported} from ${entry}; ${source} does not export it`)
  }
}

for (const page of PAGES.flat()) {
  for (const [, names = '', entry = ''] of read(page).matchAll(/^import (?:type )?\{(.*)\} from '(.*)'$/gm)) {
    for (const imported of names.split(',')) {
      await assertImport(page, entry, imported.replace('type ', '').trim())
    }
  }
}

const pieces: object = await import(pathToFileURL(join(root, 'lib/crypto/index.ts')).href)
for (const language of [0, 1] as const) {
  const documentation = PAGES.map((twins) => read(twins[language])).join('\n')
  const where = language === 0 ? 'The documentation' : 'The Chinese documentation'
  for (const entry of sources.keys()) {
    if (!documentation.includes(`'${entry}'`)) problems.push(`${where} shows no import from ${entry}`)
  }
  for (const piece of Object.keys(pieces)) {
    if (!documentation.includes(`\`${piece}\``))
      problems.push(`${where} does not list ${piece} of ${name}/crypto`)
  }
}

for (const twins of PAGES) {
  const [codes = [], others = []] = twins.map((page) => codeOf(read(page)).map(withoutComments))
  codes.forEach((code, at) => {
    if (code !== others[at]) problems.push(`${twins.join(' and ')} differ in code block ${at + 1}:\n${code}`)
  })
  if (codes.length !== others.length)
    problems.push(`${twins.join(' and ')} differ in how many code blocks they have`)
}

for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
