import type { MarkdownEnv, MarkdownRenderer } from 'vitepress'

export const REPOSITORY = 'https://github.com/wechatpay-fluent/wechatpay-fluent'

/**
 * Makes links that lead somewhere on GitHub lead there on the site, too: to a document's twin in the other language, and
 * to files outside of docs/.
 */
export function repositoryLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    const { realPath, path } = env as MarkdownEnv
    const isChinese = (realPath ?? path)?.endsWith('.zh-CN.md') ?? false
    for (const token of tokens.flatMap((one) => one.children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (href) token.attrSet('href', onSite(href, isChinese))
    }
  })
}

function onSite(href: string, isChinese: boolean): string {
  const twin = /^(\w+)(\.zh-CN)?\.md(#.*)?$/.exec(href)
  if (twin && (twin[2] || isChinese)) return `${twin[2] ? '/zh/' : '/'}${twin[1]}${twin[3] ?? ''}`
  const outside = /^(?:\.\.\/)+((?!docs\/)[\w./-]+)(#.*)?$/.exec(href)
  return outside ? `${REPOSITORY}/blob/main/${outside[1]}${outside[2] ?? ''}` : href
}
