import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import typescript from 'typescript5'

/** A text of the sources, as it is written, with `${…}` in it. */
export interface SourceText {
  readonly place: string
  readonly text: string
}

/** A text for people in both languages; empty where it is not written there. */
export interface Pair {
  readonly place: string
  readonly en: string
  readonly zh: string
}

const lib = join(import.meta.dirname, '../../lib/cli')

/** The texts of the command line: pairs of `words(en, zh)`, and what is in no pair. */
export function readTexts(): { readonly pairs: readonly Pair[]; readonly others: readonly SourceText[] } {
  const pairs: Pair[] = []
  const others: SourceText[] = []
  for (const name of readdirSync(lib, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue
    const file = typescript.createSourceFile(
      name,
      readFileSync(join(lib, name), 'utf8'),
      typescript.ScriptTarget.Latest,
      true,
    )
    visit(file, file)
  }
  return { pairs, others }

  function visit(node: typescript.Node, file: typescript.SourceFile): void {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file))
    const place = `${file.fileName}:${line + 1}`
    if (typescript.isImportDeclaration(node) || typescript.isExportDeclaration(node)) return
    if (typescript.isLiteralTypeNode(node)) return
    const pair = pairOf(node, file)
    if (pair) {
      pairs.push({ place, ...pair })
      return
    }
    if (isText(node)) others.push({ place, text: textOf(node, file) })
    typescript.forEachChild(node, (child) => visit(child, file))
  }
}

/** The arguments of `words(en, zh)`, or the entry `[en, zh]` of a table that gives either language at any time. */
function pairOf(node: typescript.Node, file: typescript.SourceFile): Omit<Pair, 'place'> | undefined {
  if (typescript.isCallExpression(node) && node.expression.getText(file) === 'words') {
    const [en = '', zh = ''] = node.arguments.map((argument) => textOf(argument, file))
    return { en, zh }
  }
  if (!typescript.isArrayLiteralExpression(node) || node.elements.length !== 2) return undefined
  const [en = '', zh = ''] = node.elements.map((element) => textOf(element, file))
  return en !== '' && /\p{Script=Han}/u.test(zh) ? { en, zh } : undefined
}

const isText = (node: typescript.Node): boolean =>
  typescript.isStringLiteralLike(node) || typescript.isTemplateExpression(node)

/** A text without its quotes. */
const textOf = (node: typescript.Node, file: typescript.SourceFile): string =>
  isText(node) ? node.getText(file).slice(1, -1) : ''

/** What a text has that is the same in every language: parts that are filled in, flags, variables, codes, addresses. */
export function constantsOf(text: string): string[] {
  const found = text.match(
    /\$\{(?:[^{}]|\{[^{}]*\})*\}|(?<![\w-])--?[a-z][\w-]*|\bWXPAY_\w+|\b[A-Z]+_[A-Z_]+\b|https?:\/\/[\w.:/-]+|wechatpay-fluent|(?<!v)\d+/g,
  )
  return [...new Set(found)].sort()
}

/** The English prose in a text: words one after another that are no code. */
export function proseOf(text: string): string | undefined {
  const bare = text
    .replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '')
    // Commands and the lines they go on in, flags, names of arguments, and code in quotes.
    .replace(/wechatpay-fluent .*?(?= {3}|$)|^ +--.*/gm, '')
    .replace(
      /node --env-file=.*$|(?<!\w)--?[a-z][\w-]*|source <\(.*?\)|<[^>]*>|\[[^\]]*\]|"[^"]*"|'[^']*'|new [A-Z]\w*\(.*?\)| as any\b/gm,
      '',
    )
  return /\b[a-z]{2,} [a-z]{2,}\b/i.exec(bare)?.[0]
}
