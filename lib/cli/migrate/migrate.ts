import { relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { endpointsWithoutBody } from '../../catalog/document.js'
import { UsageError } from '../input.js'
import { words } from '../language.js'
import { EXIT, note, print, style } from '../output.js'
import { unifiedDiff } from './diff.js'
import { lineAfter } from './edits.js'
import { listFiles, readText, writeText } from './files.js'
import { NAMES_PEER, type SourceFile } from './modules.js'
import { loadParser, type Parse } from './parser.js'
import { Resolver } from './resolver.js'
import { type Rewritten, rewriteFile } from './rewrite.js'
import { analyze } from './scopes.js'

interface MigrateFlags {
  readonly write?: boolean
}

interface ReadFile extends SourceFile {
  /** As the user may name it. */
  readonly name: string
  readonly hasBom: boolean
}

export function defineCommand(command: Command): Command {
  return command
    .description(
      words(
        'Rewrite programs that use wechatpay-axios-plugin or wechatpay-node-v3; without --write the changes are only shown.',
        '改写使用 wechatpay-axios-plugin 或 wechatpay-node-v3 的程序；不加 --write 只显示改动。',
      ),
    )
    .argument(
      '<files...>',
      words('programs, or folders with all programs in them', '程序文件，或包含程序的文件夹'),
    )
    .option('--write', words('write the files', '写入文件'))
    .addHelpText('after', `\n${EXAMPLES}`)
    .action(run)
}

const EXAMPLES = words(
  `Give all files that share a client at once, so that it is known where it is imported.
What needs a hand gets a comment: // TODO(wechatpay-fluent): …

  wechatpay-fluent migrate src            show the changes as a diff
  wechatpay-fluent migrate --write src    make them`,
  `共用一个客户端的文件请一次给出，这样在引入它的地方才认得出。
需要人工处理之处会加上注释：// TODO(wechatpay-fluent): …

  wechatpay-fluent migrate src            以 diff 显示改动
  wechatpay-fluent migrate --write src    写入改动`,
)

async function run(paths: readonly string[], { write = false }: MigrateFlags): Promise<void> {
  const parse = await loadParser()
  const files = new Map<string, ReadFile>()
  for (const name of namesOf(paths)) {
    const file = read(name, parse)
    if (file) files.set(file.path, file)
  }
  const resolver = new Resolver(files)
  const withoutBody = await endpointsWithoutBody()
  const results = [...files.values()].map((file) => ({ file, ...rewriteFile(file, resolver, withoutBody) }))
  for (const { file, edits, text } of results) {
    if (edits.length === 0) continue
    if (write) writeText(file.path, text, file.hasBom)
    else showDiff(unifiedDiff(file.name, file.text, edits))
  }
  summarize(results, write)
}

function namesOf(paths: readonly string[]): string[] {
  try {
    return listFiles(paths)
  } catch (error) {
    const { path = paths.join(', '), message } = error as NodeJS.ErrnoException
    throw new UsageError(words(`${path} cannot be read: ${message}`, `${path} 无法读取：${message}`))
  }
}

/** Reads and parses a file; one that cannot be is named, and the others are migrated all the same. */
function read(path: string, parse: Parse): ReadFile | undefined {
  const name = relative(process.cwd(), path).replaceAll('\\', '/')
  try {
    const { text, hasBom } = readText(path)
    try {
      return { path: resolve(path), name, text, hasBom, syntax: analyze(parse(text, path)) }
    } catch (error) {
      // What a program that has nothing to do with the packages looks like is not our business.
      if (!NAMES_PEER.test(text)) return undefined
      throw error
    }
  } catch (error) {
    note(`${style('red', name, process.stderr)}: ${(error as Error).message}`)
    process.exitCode = EXIT.refused
    return undefined
  }
}

function showDiff(lines: readonly string[]): void {
  const colours = { '+': 'green', '-': 'red', '@': 'cyan' } as const
  for (const [index, line] of lines.entries()) {
    const colour = index < 2 ? 'bold' : colours[line[0] as keyof typeof colours]
    print(colour ? style(colour, line) : line)
  }
}

function summarize(results: readonly (Rewritten & { readonly file: ReadFile })[], isWritten: boolean): void {
  const touched = results.filter((one) => one.edits.length + one.unknown.length > 0)
  for (const { file, edits, ...found } of touched) {
    // Of a file that was written, the lines are those that it has now.
    const now = (line: number): number => (isWritten ? lineAfter(file.text, edits, line) : line)
    const { rewritten } = found
    const [marked, unknown] = [found.marked.map(now), found.unknown.map(now)]
    const parts = [words(`${rewritten.length} rewritten`, `改写 ${rewritten.length} 处`)]
    if (marked.length > 0) {
      const where = lines(marked)
      parts.push(words(`${marked.length} to look at: ${where}`, `需人工处理 ${marked.length} 处：${where}`))
    }
    if (unknown.length > 0) {
      const where = lines(unknown)
      parts.push(
        words(
          `${unknown.length} not understood (is the client in another file?): ${where}`,
          `未识别 ${unknown.length} 处（客户端是否在别的文件里？）：${where}`,
        ),
      )
    }
    note(`${file.name}: ${parts.join(words('; ', '；'))}`)
  }
  const changed = touched.filter(({ edits }) => edits.length > 0).length
  const all = results.length
  note(
    isWritten
      ? words(`${changed} of ${all} files written`, `${all} 个文件中 ${changed} 个已写入`)
      : words(`${changed} of ${all} files would change`, `${all} 个文件中 ${changed} 个会改动`),
  )
  if (changed > 0 && !isWritten) note(words('add --write to make the changes', '加上 --write 写入改动'))
}

const lines = (numbers: readonly number[]): string => {
  const list = numbers.join(', ')
  return numbers.length > 1 ? words(`lines ${list}`, `第 ${list} 行`) : words(`line ${list}`, `第 ${list} 行`)
}
