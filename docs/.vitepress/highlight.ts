import type { MarkdownRenderer } from 'vitepress'

/** Ordinary text of the two themes, light and dark: code as a whole has these colours (theme/custom.css). */
const PLAIN = '--shiki-light:#24292E;--shiki-dark:#E1E4E8'

/** Other colours of the two themes, as the class that stands for them. */
const CLASSES: Readonly<Record<string, string>> = {
  '--shiki-light:#032F62;--shiki-dark:#9ECBFF': 'ts',
  '--shiki-light:#005CC5;--shiki-dark:#79B8FF': 'tc',
  '--shiki-light:#D73A49;--shiki-dark:#F97583': 'tk',
  '--shiki-light:#6F42C1;--shiki-dark:#B392F0': 'tf',
  '--shiki-light:#E36209;--shiki-dark:#FFAB70': 'tv',
  '--shiki-light:#6A737D;--shiki-dark:#6A737D': 'tm',
}

/**
 * Makes highlighted code small and quick: a token has a class in place of two colours, and no element at all where it is
 * plain; the same code on several pages is highlighted once.
 */
export function shrinkHighlighting(md: MarkdownRenderer): void {
  const highlight = md.options.highlight
  if (!highlight) return
  const known = new Map<string, string>()
  md.options.highlight = (code, language, attributes) => {
    const key = `${language} ${attributes} ${code}`
    let html = known.get(key)
    if (html === undefined) {
      html = shrink(highlight(code, language, attributes))
    }
    known.set(key, html)
    return html
  }
}

/** A token: its colours, its further attributes and its text. */
const TOKEN = /<span style="([^"]*)"((?: [\w-]+="[^"]*")*)>([^<]*)<\/span>/g

const shrink = (html: string): string =>
  html
    .replace(TOKEN, (token, colours: string, attributes: string, text: string) => {
      if (colours === PLAIN) return attributes === '' ? text : `<span${attributes}>${text}</span>`
      const name = CLASSES[colours]
      return name === undefined ? token : `<span class="${name}"${attributes}>${text}</span>`
    })
    .replace(/<span class="line">([\s\S]*?)<\/span>(?=\n|<\/code>)/g, '$1')
