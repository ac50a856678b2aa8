import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DefaultTheme, defineConfig } from 'vitepress'
import { baseOf, type Language } from '../generate/language.js'
import { exampleCode } from './examples.js'
import { fieldTables } from './field-tables.js'
import { shrinkHighlighting } from './highlight.js'
import { writeMachineReadable } from './machine-readable.js'
import { REPOSITORY, repositoryLinks } from './repository-links.js'
import { search } from './search.js'
import { hasPages, writtenSidebar } from './sidebar.js'
import { asStaticPages } from './static-pages.js'
import { showTypes, showTypesOfGuide, typesOnHover } from './types-on-hover.js'

/** The sidebars of the generated pages, which docs/generate/index.ts writes beside them. */
const generated = JSON.parse(
  readFileSync(join(import.meta.dirname, 'sidebars.json'), 'utf8'),
) as DefaultTheme.SidebarMulti

/** Those below the base of a language. */
const generatedFor = (base: string): DefaultTheme.SidebarMulti =>
  Object.fromEntries(
    Object.entries(generated).filter(([address]) =>
      /^\/(api|notifications)\//.test(address.slice(base.length - 1)),
    ),
  )

/** The folders of pages that people write, with their names; one without pages is left out. */
const WRITTEN = [
  { folder: 'guide', zh: '指南', en: 'Guide' },
  { folder: 'cookbook', zh: '示例', en: 'Cookbook' },
] as const

/** The documents about the project itself, which lie in docs/ and are read on GitHub, too. */
const PROJECT = [
  { page: 'architecture', zh: '架构', en: 'Architecture' },
  { page: 'mutation', zh: '变异测试', en: 'Mutation tests' },
] as const

function themeOf(language: Language): DefaultTheme.Config {
  const zh = language === 'zh'
  const base = baseOf(language)
  const written = WRITTEN.filter(({ folder }) => hasPages(`${base}${folder}/`))
  const project = PROJECT.map(({ page, [language]: text }) => ({ text, link: `${base}${page}` }))
  const sidebars = written.map(({ folder, [language]: text }) => [
    `${base}${folder}/`,
    [{ text, items: writtenSidebar(`${base}${folder}/`) }],
  ])
  return {
    nav: [
      ...written.map(({ folder, [language]: text }) => ({
        text,
        link: writtenSidebar(`${base}${folder}/`)[0]?.link ?? base,
        activeMatch: `^${base}${folder}/`,
      })),
      { text: zh ? '接口' : 'API', link: `${base}api/`, activeMatch: `^${base}api/` },
      {
        text: zh ? '回调通知' : 'Notifications',
        link: `${base}notifications/`,
        activeMatch: `^${base}notifications/`,
      },
      { text: zh ? '错误码' : 'Errors', link: `${base}errors` },
      { text: zh ? '项目' : 'Project', items: project },
    ],
    sidebar: {
      ...generatedFor(base),
      ...Object.fromEntries(sidebars),
      // The page of error codes belongs to the guide.
      [`${base}errors`]: [{ text: zh ? '指南' : 'Guide', items: writtenSidebar(`${base}guide/`) }],
      ...Object.fromEntries(
        project.map(({ link }) => [link, [{ text: zh ? '项目' : 'Project', items: project }]]),
      ),
    },
    outline: { level: [2, 3], label: zh ? '本页目录' : 'On this page' },
    ...(zh && CHINESE),
  }
}

/** What the theme says itself. */
const CHINESE: DefaultTheme.Config = {
  docFooter: { prev: '上一页', next: '下一页' },
  darkModeSwitchLabel: '外观',
  lightModeSwitchTitle: '切换到浅色',
  darkModeSwitchTitle: '切换到深色',
  sidebarMenuLabel: '菜单',
  returnToTopLabel: '返回顶部',
  langMenuLabel: '语言',
  skipToContentLabel: '跳到正文',
  notFound: {
    title: '没有这个页面',
    quote: '地址可能有误，或页面已经移动。',
    linkText: '回到首页',
    linkLabel: '回到首页',
  },
}

/** The path that the site is published at, with a slash at both ends. */
const BASE = process.env.DOCS_BASE ?? '/'

/** Whether a link leads to what is not there yet: a family that was left out of this build, or a folder nobody has written. */
function isLeftOut(url: string): boolean {
  const [, base = '', folder = '', family] = /^(\/(?:zh\/)?)(\w+)\/(?:([\w-]+)\/)?/.exec(url) ?? []
  if (folder === 'api') return family !== undefined && !Object.hasOwn(generated, `${base}api/${family}/`)
  return WRITTEN.some((one) => one.folder === folder) && !hasPages(`${base}${folder}/`)
}

export default defineConfig({
  title: 'wechatpay-fluent',
  base: BASE,
  cleanUrls: true,
  metaChunk: true,
  ignoreDeadLinks: [isLeftOut],
  srcExclude: ['generate/**'],
  rewrites: { ':page.zh-CN.md': 'zh/:page.md' },
  head: [
    ['meta', { name: 'theme-color', content: '#06864a' }],
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${BASE}favicon.svg` }],
  ],
  markdown: {
    codeTransformers: [typesOnHover],
    config(md) {
      repositoryLinks(md)
      fieldTables(md)
      exampleCode(md, showTypes)
      showTypesOfGuide()
      shrinkHighlighting(md)
      asStaticPages(md)
    },
  },
  vite: { build: { chunkSizeWarningLimit: 4_096 } },
  locales: {
    root: {
      label: 'English',
      lang: 'en',
      description: 'A fluent, fully typed client for the whole WeChat Pay OpenAPI',
      themeConfig: themeOf('en'),
    },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      description: '微信支付 OpenAPI 的 TypeScript 客户端',
      themeConfig: themeOf('zh'),
    },
  },
  themeConfig: {
    search,
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    externalLinkIcon: true,
  },
  buildEnd: writeMachineReadable,
})
