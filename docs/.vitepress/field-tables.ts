import type { MarkdownRenderer } from 'vitepress'

/**
 * Shows the tables of generated pages as what they are: each cell knows its column, so that a row can be a card on a phone,
 * and a field stands below the object that it is in.
 */
export function fieldTables(md: MarkdownRenderer): void {
  md.core.ruler.push('field-tables', ({ tokens, Token }) => {
    let heads: string[] = []
    let column = 0
    for (const [index, token] of tokens.entries()) {
      const inline = tokens[index + 1]
      if (token.type === 'table_open') heads = []
      if (token.type === 'th_open') heads.push(inline?.content ?? '')
      if (token.type === 'tr_open') column = 0
      if (token.type !== 'td_open' || !inline) continue
      token.attrSet('data-title', heads[column] ?? '')
      const [only] = inline.children ?? []
      if (column === 0 && only?.type === 'code_inline' && inline.children?.length === 1) {
        const parts = only.content.split('.')
        const last = parts.pop() ?? ''
        if (parts.length > 0 && !only.content.includes(' ')) {
          const html = new Token('html_inline', '', 0)
          const depth = Math.min(parts.length, MAX_DEPTH)
          const before = md.utils.escapeHtml(`${parts.join('.')}.`)
          html.content = `<code class="d${depth}"><i>${before}</i>${md.utils.escapeHtml(last)}</code>`
          inline.children = [html]
        }
      }
      column++
    }
  })
}

/** Deeper fields are not indented further. */
const MAX_DEPTH = 5
