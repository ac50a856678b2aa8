import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { SiteConfig } from 'vitepress'
import { withExamples } from './examples.js'

/** Puts each page as Markdown beside it, and a list of all and the text of all for programs that read. */
export function writeMachineReadable({ pages, rewrites, srcDir, outDir, site }: SiteConfig): void {
  for (const prefix of ['', 'zh/']) {
    const index: string[] = []
    const full: string[] = []
    for (const page of pages) {
      const path = rewrites.map[page] ?? page
      if (path.startsWith('zh/') !== (prefix === 'zh/')) continue
      const text = withExamples(readFileSync(join(srcDir, page), 'utf8'), srcDir)
      const markdown = plain(text, site.base)
      // A home page is all front matter.
      if (markdown.trim() === '') continue
      const file = join(outDir, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, markdown)
      const [title = path] = /(?<=^# ).*$/m.exec(markdown) ?? []
      index.push(`- [${title}](${site.base}${path})${about(markdown)}`)
      full.push(`<!-- ${site.base}${path} -->\n\n${markdown}`)
    }
    const head = prefix === 'zh/' ? ZH : EN
    writeFileSync(join(outDir, prefix, 'llms.txt'), `${head}\n${index.join('\n')}\n`)
    writeFileSync(join(outDir, prefix, 'llms-full.txt'), `${head}\n${full.join('\n\n')}`)
  }
}

const EN = `# wechatpay-fluent

> A fluent, fully typed TypeScript client for the whole WeChat Pay OpenAPI. Each page below is Markdown; all of them in one file: llms-full.txt.
`
const ZH = `# wechatpay-fluent

> 微信支付 OpenAPI 的 TypeScript 客户端。以下每一页都是 Markdown；合为一个文件：llms-full.txt。
`

/** What the list says of an endpoint or notification: its path or event type. */
function about(markdown: string): string {
  const address = /^`((?:GET|POST|PUT|PATCH|DELETE) .*|[A-Z_]+\.[A-Z_.]+)`$/m.exec(markdown)?.[1]
  return address === undefined ? '' : `: ${address}`
}

/** A page without its head and without what only the site understands; its links lead to Markdown, too. */
function plain(markdown: string, base: string): string {
  return markdown
    .replace(/^---\n[\s\S]*?\n---\n+/, '')
    .replace(/ \{\.endpoint[^}]*\}$/gm, '')
    .replace(/^::: code-group\n+|^:::\n*$/gm, '')
    .replace(/^::: (?:warning|tip|info|danger|details) ?(.*)$/gm, '> **$1**')
    .replace(
      /^```(\w+) \[(.*)\]$/gm,
      (_, language: string, title: string) => `${title}:\n\n\`\`\`${language}`,
    )
    .replace(/\]\(\/([\w/-]+)\)/g, (_, path: string) => `](${base}${path.replace(/\/$/, '/index')}.md)`)
    .replace(/\n{3,}/g, '\n\n')
}
