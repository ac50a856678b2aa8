import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MarkdownEnv, MarkdownRenderer } from 'vitepress'

/** The line of a page that includes a file of examples/, or a region of it: `<<< @/../examples/shop.ts#recipe`. */
const INCLUDED = /^<<< @\/(\S+?)(?:#([\w-]+))?$/gm

/**
 * A file of examples/, or a region of it, as it reads in a project that has the package installed.
 *
 * @throws where the file has no such region, so that a page never shows something else.
 */
export function readExample(path: string, region?: string): string {
  const text = readFileSync(path, 'utf8')
  const [, found = region ? undefined : text] =
    new RegExp(`^// #region ${region}\n(.*?)^// #endregion ${region}$`, 'ms').exec(text) ?? []
  if (found === undefined) throw new Error(`${path} has no region ${region}`)
  return found
    .replace(/^\/\/ #(?:end)?region .*\n/gm, '')
    .replace(/(?<=from ')\.\.\/lib\/(?:(\w+)\/)?index\.js(?=')/g, (_, part?: string) =>
      part ? `wechatpay-fluent/${part}` : 'wechatpay-fluent',
    )
}

/** Shows what a page includes of examples/ as {@link readExample} has it, and tells of it. */
export function exampleCode(md: MarkdownRenderer, tell: (code: string, path: string) => void): void {
  const { fence } = md.renderer.rules
  md.renderer.rules.fence = (tokens, index, options, env: MarkdownEnv, self) => {
    const token = tokens[index] as { src?: [path: string, region: string] | undefined; content: string }
    if (token.src) {
      const [path, region] = token.src
      env.includes?.push(path)
      token.content = readExample(path, region)
      token.src = undefined
      tell(token.content, path)
    }
    return fence?.(tokens, index, options, env, self) ?? ''
  }
}

/** A page as Markdown in which the code that it includes is written out. */
export const withExamples = (markdown: string, docs: string): string =>
  markdown.replace(
    INCLUDED,
    (_, path: string, region?: string) => `\`\`\`ts\n${readExample(join(docs, path), region)}\`\`\``,
  )
