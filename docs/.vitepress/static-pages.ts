import type { MarkdownEnv, MarkdownRenderer } from 'vitepress'

/** Whether a page is generated: it has no components of Vue in it. */
export const isGenerated = (path: string): boolean => /^(zh\/)?(api|notifications)\//.test(path)

/**
 * Gives generated pages to Vue as one static node in place of a template: thousands of templates, compiled and kept until
 * the last page is bundled, take more memory and time than all the rest of the build. VitePress strips such a node from the
 * script of a page that comes with its HTML.
 */
export function asStaticPages(md: MarkdownRenderer): void {
  const render = md.render.bind(md)
  md.render = (src: string, env?: MarkdownEnv) => {
    const html = render(src, env)
    if (!env?.sfcBlocks || !isGenerated(env.relativePath)) return html
    const tagOpen = '<script>'
    const contentStripped = [
      "import { createStaticVNode } from 'vue'",
      `const content = createStaticVNode(${textOf(`<div>${html}</div>`)}, 1)`,
      'const PageContent = () => content',
      `export default { name: ${textOf(env.relativePath)}, components: { PageContent } }`,
    ].join('\n')
    const content = `${tagOpen}\n${contentStripped}\n</script>`
    env.sfcBlocks.scripts.push({ type: 'script', content, contentStripped, tagOpen, tagClose: '</script>' })
    return '<PageContent />'
  }
}

/** A text as JavaScript that may stand inside of a script element. */
const textOf = (text: string): string => JSON.stringify(text).replaceAll('</script', '<\\/script')
