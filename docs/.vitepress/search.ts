import type { DefaultTheme } from 'vitepress'
import { FAMILIES } from '../generate/families.js'
import { isGenerated } from './static-pages.js'

/** A page or a part of one, as the search knows it. */
interface Section {
  readonly anchor: string
  readonly titles: string[]
  readonly text: string
}

/**
 * The local search. Of a generated page it knows the name, the path, and the names of its fields and what they are called:
 * whole pages would make an index of many megabytes that finds no more.
 */
export const search: Extract<DefaultTheme.Config['search'], { provider: 'local' }> = {
  provider: 'local',
  options: {
    detailedView: false,
    _render(src, env, md) {
      if (isGenerated(env.relativePath)) return src
      const html = md.render(src, env)
      return env.frontmatter?.search === false ? '' : html
    },
    miniSearch: {
      options: { tokenize },
      searchOptions: {
        combineWith: 'AND',
        prefix: true,
        fuzzy: false,
        boost: { title: 6, titles: 3, text: 1 },
        boostDocument: likelihood,
      },
      _splitIntoSections(file, content) {
        const path = file.slice(file.lastIndexOf('/docs/') + '/docs/'.length)
        // VitePress splits what it gets no sections of.
        return isGenerated(path) ? [sectionOf(path, content)] : (undefined as unknown as Section[])
      },
    },
    locales: {
      zh: {
        translations: {
          button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
          modal: {
            displayDetails: '显示详情',
            resetButtonTitle: '清除',
            backButtonTitle: '返回',
            noResultsText: '没有找到',
            footer: { selectText: '打开', navigateText: '切换', closeText: '关闭' },
          },
        },
      },
    },
  },
}

/** What is found of a generated page: fields by their last name, each once. */
function sectionOf(path: string, markdown: string): Section {
  const title = /^# (.*)$/m.exec(markdown)?.[1] ?? ''
  const address = /^`(.*)` \{\.endpoint/m.exec(markdown)?.[1]
  const language = path.startsWith('zh/') ? 'zh' : 'en'
  const family = FAMILIES[/api\/([\w-]+)\//.exec(path)?.[1] ?? '']?.[language]
  const rows = markdown.matchAll(/^\| `([^`|]+)` \|[^|]*\|[^|]*\| ([^|;；]*)/gm)
  const words = new Set(
    [...rows].flatMap(([, field = '', label = '']) => [
      field.split('.').at(-1)?.replace('[]', '') ?? '',
      label.trim(),
    ]),
  )
  const official = /^- \*\*Official name\*\*: (.*)$/m.exec(markdown)?.[1]
  const plain = (text: string): string => text.replace(/\\(.)/g, '$1')
  const titles = [family, address, official, plain(title)].filter((one) => one !== undefined)
  return { anchor: '', titles, text: [...words].join(' ') }
}

/** Most who search are merchants in the mainland who use APIv3. VitePress sends the source of this to the browser. */
function likelihood(address: string): number {
  if (/-v2-|\/(hongkong|global|v2-\w+)\//.test(address)) return 0.6
  return /partner|combine|\/(brand|ecommerce|platsolution)/.test(address) ? 0.85 : 1
}

/**
 * The words of a text: identifiers whole, and of Chinese every two letters that follow each other, so that any part of a
 * name is found. VitePress sends the source of this function to the browser, so it stands alone.
 */
function tokenize(text: string): string[] {
  const words =
    text
      .toLowerCase()
      .match(/[\p{Script=Han}]+|[^\s\p{Script=Han}\p{P}\p{S}]+(?:_[^\s\p{Script=Han}\p{P}\p{S}]+)*/gu) ?? []
  return words.flatMap((word) => {
    if (!/^\p{Script=Han}/u.test(word)) return [word]
    if (word.length < 3) return [word]
    return Array.from({ length: word.length - 1 }, (_, at) => word.slice(at, at + 2))
  })
}
