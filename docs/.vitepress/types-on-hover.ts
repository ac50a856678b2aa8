import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
// TypeScript 7 has no language service for programs.
import ts from 'typescript5'
import type { MarkdownOptions } from 'vitepress'
import { PRELUDE } from '../../tests/types/snippets.js'
import { readExample } from './examples.js'

const ROOT = join(import.meta.dirname, '../..')
/** The longest text that is shown of a type or of what is said about it. */
const LONGEST = 400

/** The files of examples/ that shown code is of, by that code. */
const shown = new Map<string, string>()

/** Says that code is a file of examples/, or a part of it, so that its names get their types. */
export function showTypes(code: string, path: string): void {
  shown.set(code.trimEnd(), path)
}

/** The files that are asked about. */
const files = new Set<string>()

/** Code of the guide, as the files that it would be; none of them is on the disk. */
const snippets = new Map<string, string>()
const FENCE = /^```ts\n(.*?)^```$/gms

/**
 * Has the names in the code of the guide get their types. All of it is one program with what its snippets take for granted, because
 * a program for each would take the build half of its time.
 */
export function showTypesOfGuide(): void {
  for (const folder of ['docs/guide', 'docs/zh/guide'].map((name) => join(ROOT, name))) {
    for (const page of readdirSync(folder)) {
      const markdown = readFileSync(join(folder, page), 'utf8')
      for (const [, code = ''] of markdown.matchAll(FENCE)) {
        if (shown.has(code.trimEnd())) continue
        const path = join(ROOT, 'docs', `snippet-${snippets.size}.ts`)
        snippets.set(path, code)
        files.add(path)
        showTypes(code, path)
      }
    }
  }
  const prelude = join(ROOT, 'docs/snippet-prelude.ts')
  snippets.set(prelude, PRELUDE)
  files.add(prelude)
}

const textOf = (path: string): string => snippets.get(path) ?? readExample(path)

type Transformer = NonNullable<MarkdownOptions['codeTransformers']>[number]

/** Gives the names in code of examples/ their types, as an attribute that the theme shows (theme/type-popup.ts). */
export const typesOnHover: Transformer = {
  name: 'types-on-hover',
  preprocess(code, options) {
    const path = shown.get(code)
    if (path === undefined) return
    const first = textOf(path).indexOf(code)
    const types = typesIn(path).filter(({ start, end }) => start >= first && end <= first + code.length)
    options.decorations = types.map(({ start, end, text }) => ({
      ...{ start: start - first, end: end - first, properties: { 'data-type': text } },
    }))
  },
}

interface NameType {
  readonly start: number
  readonly end: number
  readonly text: string
}

const known = new Map<string, readonly NameType[]>()
let service: ts.LanguageService | undefined

/** The types of all names in a file, as an editor shows them. */
function typesIn(path: string): readonly NameType[] {
  const key = `${path} ${versionOf(path)}`
  const found = known.get(key) ?? findTypes(path)
  known.set(key, found)
  return found
}

function findTypes(path: string): NameType[] {
  service ??= createService()
  files.add(path)
  const source = service.getProgram()?.getSourceFile(path)
  const types: NameType[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const [start, end] = [node.getStart(source), node.getEnd()]
      const text = describe(service?.getQuickInfoAtPosition(path, start))
      if (text !== '') types.push({ start, end, text })
    }
    ts.forEachChild(node, visit)
  }
  if (source) visit(source)
  return types
}

function describe(info: ts.QuickInfo | undefined): string {
  const type = ts.displayPartsToString(info?.displayParts).replace(/^\(alias\) |\nimport \w+$/g, '')
  const about = ts.displayPartsToString(info?.documentation)
  return [type, about]
    .filter(Boolean)
    .map((text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text))
    .join('\n\n')
}

const versionOf = (path: string): string => String(statSync(path, { throwIfNoEntry: false })?.mtimeMs)

function createService(): ts.LanguageService {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  const paths = {
    'wechatpay-fluent': [join(ROOT, 'lib/index.ts')],
    'wechatpay-fluent/*': [join(ROOT, 'lib/*/index.ts')],
  }
  const examples = join(ROOT, 'examples')
  return ts.createLanguageService({
    ...{ readFile: ts.sys.readFile, readDirectory: ts.sys.readDirectory },
    fileExists: (path) => snippets.has(path) || ts.sys.fileExists(path),
    ...{ directoryExists: ts.sys.directoryExists, getDirectories: ts.sys.getDirectories },
    getCompilationSettings: () => ({ ...options, paths }),
    getScriptFileNames: () => [...files],
    getScriptVersion: versionOf,
    getScriptSnapshot: (path) => {
      const snippet = snippets.get(path)
      // With an export it is a module, whose names are its own.
      if (snippet !== undefined) return ts.ScriptSnapshot.fromString(`${snippet}\nexport {}\n`)
      const text = dirname(path) === examples ? readExample(path) : ts.sys.readFile(path)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => ROOT,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  })
}
