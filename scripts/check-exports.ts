/**
 * Checks the package's exports, its sources and both READMEs against each other: every entry is documented,
 * every import shown exists, every function of `crypto` is listed, and the READMEs show the same code.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

interface Package {
  readonly name: string
  readonly exports: Readonly<Record<string, string | { readonly import: { readonly default: string } }>>
}

const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const { name, exports } = JSON.parse(read('package.json')) as Package
const READMES = ['README.md', 'README.zh-CN.md'] as const
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
const withoutComments = (code: string): string => code.replace(/(^|\s)\/\/.*$/gm, '').trim()

/** The text of an entry, with those of the files whose types it passes on whole. */
function textOf(source: string): string {
  const text = read(source)
  const passedOn = [...text.matchAll(/^export type \* from '(.*)\.js'$/gm)].map(([, file]) => `${file}.ts`)
  return [text, ...passedOn.map((file) => read(join(dirname(source), file)))].join('\n')
}

/** Names may be re-exported types, which only the text of an entry shows. */
async function assertImport(readme: string, entry: string, imported: string): Promise<void> {
  if (entry.startsWith('node:')) return
  const source = sources.get(entry)
  if (source === undefined) {
    problems.push(`${readme} imports from ${entry}, which package.json does not export`)
    return
  }
  const exported: object = await import(pathToFileURL(join(root, source)).href)
  if (!(imported in exported) && !new RegExp(`\\b${imported}\\b`).test(textOf(source))) {
    problems.push(`${readme} imports ${imported} from ${entry}; ${source} does not export it`)
  }
}

for (const readme of READMES) {
  const markdown = read(readme)
  for (const entry of sources.keys()) {
    if (!markdown.includes(`'${entry}'`)) problems.push(`${readme} shows no import from ${entry}`)
  }
  for (const [, names = '', entry = ''] of markdown.matchAll(/^import (?:type )?\{(.*)\} from '(.*)'$/gm)) {
    for (const imported of names.split(',')) {
      await assertImport(readme, entry, imported.replace('type ', '').trim())
    }
  }
  const pieces: object = await import(pathToFileURL(join(root, 'lib/crypto/index.ts')).href)
  for (const piece of Object.keys(pieces)) {
    if (!markdown.includes(`\`${piece}\``))
      problems.push(`${readme} does not list ${piece} of ${name}/crypto`)
  }
}

const [codes, twins] = READMES.map((readme) => codeOf(read(readme)).map(withoutComments))
codes?.forEach((code, at) => {
  if (code !== twins?.[at]) problems.push(`The READMEs differ in code block ${at + 1}:\n${code}`)
})
if (codes?.length !== twins?.length) problems.push('The READMEs differ in how many code blocks they have')

for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
