/** Text in a cell of a table: what Markdown, HTML and Vue would read as theirs stays text. */
export const cell = (text: string): string =>
  text
    .replace(/[\\`*_[\]|]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('{{', '{&#8203;{')
    .replace(/\s+/g, ' ')

/** Text as inline code, also in a cell of a table. */
export function code(text: string): string {
  const ticks = text.includes('`') ? '``' : '`'
  return ticks + text.replaceAll('|', '\\|') + ticks
}

/** A table; its cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** A block of code, with the title of its tab where it is one. */
export function fence(language: string, text: string, title?: string): string {
  return `\`\`\`${language}${title === undefined ? '' : ` [${title}]`}\n${text}\n\`\`\``
}

/** The blocks that there are, with a blank line between. */
export const blocks = (...parts: readonly (string | false | undefined)[]): string =>
  `${parts.filter((part) => part).join('\n\n')}\n`

/** The head of a page; the description is for search engines. */
export const frontmatter = (title: string, description: string): string =>
  `---\ntitle: ${JSON.stringify(title)}\ndescription: ${JSON.stringify(description)}\n---`
