import { join, posix, relative, sep } from 'node:path'
import type { MarkdownEnv, MarkdownRenderer } from 'vitepress'

export const REPOSITORY = 'https://github.com/wechatpay-fluent/wechatpay-fluent'

/**
 * Makes links that lead somewhere on GitHub lead there on the site, too: to a document's twin in the other language, to the
 * page that MIGRATING.md is on the site, and to files outside of docs/.
 */
export function repositoryLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    const { realPath, path } = env as Partial<MarkdownEnv>
    const file = realPath ?? path
    // Titles are rendered by themselves, too, for the sidebar and the tab.
    if (file === undefined) return
    const page = relative(DOCS, file).replaceAll(sep, '/')
    for (const token of tokens.flatMap((one) => one.children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (href) token.attrSet('href', onSite(href, page))
    }
  })
}

const DOCS = join(import.meta.dirname, '..')

/** Where a link of a page, whose path is from docs/ on, leads on the site. */
export function onSite(href: string, page: string): string {
  const twin = /^(\w+)(\.zh-CN)?\.md(#.*)?$/.exec(href)
  if (twin && (twin[2] || page.endsWith('.zh-CN.md'))) {
    return `${twin[2] ? '/zh/' : '/'}${twin[1]}${twin[3] ?? ''}`
  }
  if (!href.startsWith('../')) return href
  const file = posix.join('docs', posix.dirname(page), href)
  const migrating = /^MIGRATING(\.zh-CN)?\.md(#.*)?$/.exec(file)
  if (migrating) return `${migrating[1] ? '/zh/' : '/'}guide/migrating${migrating[2] ?? ''}`
  return file.startsWith('docs/') ? href : `${REPOSITORY}/blob/main/${file}`
}
