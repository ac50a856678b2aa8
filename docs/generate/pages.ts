import type { Endpoint, Notification } from '../../catalog/model.js'
import type { Files } from '../../catalog/write.js'
import { endpointPage, shortCallers } from './endpoint-page.js'
import { FAMILIES, NOTIFICATION_FAMILIES } from './families.js'
import { baseOf, type Language } from './language.js'
import { blocks, cell, code, frontmatter, table } from './markdown.js'
import { notificationPage } from './notification-page.js'
import { endpointLink, eventSlug, nameOf, notificationLink, type Site, slugOf, titleOf } from './site.js'

/** A group of the sidebar; `base` is in front of its links. */
export interface SidebarGroup {
  readonly text: string
  readonly base: string
  readonly items: readonly { readonly text: string; readonly link: string }[]
}

/** The pages of one language by their path below `docs/`, and its sidebars by the beginning of an address. */
export interface Pages {
  readonly files: Files
  readonly sidebars: Readonly<Record<string, readonly SidebarGroup[]>>
}

/** @param families all of them when absent */
export function pagesOf(
  site: Site,
  language: Language,
  families: readonly string[] = Object.keys(FAMILIES),
): Pages {
  const files: Files = new Map()
  const sidebars: Record<string, readonly SidebarGroup[]> = {}
  const add = (link: string, text: string): void => void files.set(`${link.slice(1)}.md`, text)
  const endpoints = site.endpoints.filter(({ family }) => families.includes(family))
  for (const endpoint of endpoints)
    add(endpointLink(endpoint, language), endpointPage(endpoint, language, site))
  for (const notification of site.notifications) {
    add(notificationLink(notification, language), notificationPage(notification, language, site))
  }
  const base = baseOf(language)
  for (const family of families) {
    const groups = byProduct(
      endpoints.filter((one) => one.family === family),
      language,
      site,
    )
    sidebars[`${base}api/${family}/`] = groups.map(([text, members]) => ({
      text,
      base: `${base}api/${family}/`,
      items: members.map((one) => ({ text: sidebarText(one, members, language, site), link: slugOf(one) })),
    }))
    add(`${base}api/${family}/index`, familyPage(family, groups, language, site))
  }
  add(`${base}api/index`, overview(families, language, site))
  const events = byFamily(site.notifications)
  sidebars[`${base}notifications/`] = events.map(([family, members]) => ({
    text: NOTIFICATION_FAMILIES[family]?.[language] ?? family,
    base: `${base}notifications/`,
    items: members.map((one) => ({
      text: titleOf(site, 'notifications', one.name, language),
      link: eventSlug(one),
    })),
  }))
  add(`${base}notifications/index`, notificationsOverview(events, language, site))
  return { files, sidebars }
}

/** The title of an endpoint, with its callers where another of the group has the same title. */
function sidebarText(endpoint: Endpoint, group: readonly Endpoint[], language: Language, site: Site): string {
  const title = titleOf(site, 'endpoints', endpoint.name, language)
  const isShared = group.some((one) => one !== endpoint && one.name === endpoint.name)
  return isShared ? `${title} · ${shortCallers(endpoint, language)}` : title
}

/** The endpoints of a family by their first product. */
function byProduct(endpoints: readonly Endpoint[], language: Language, site: Site): [string, Endpoint[]][] {
  const groups = new Map<string, Endpoint[]>()
  const others = language === 'zh' ? '其他' : 'Others'
  for (const endpoint of endpoints) {
    const [product] = endpoint.products ?? []
    const title = product === undefined ? others : titleOf(site, 'products', product, language)
    groups.set(title, [...(groups.get(title) ?? []), endpoint])
  }
  // Most readers are merchants: what is for partners comes after it.
  for (const members of groups.values())
    members.sort((a, b) => Number(isForPartners(a)) - Number(isForPartners(b)))
  const family = endpoints[0]?.family ?? ''
  // What has no product of its own comes last.
  if (groups.size > 1) return [...groups].sort(([a], [b]) => Number(a === others) - Number(b === others))
  return [...groups.values()].map((members) => [FAMILIES[family]?.[language] ?? family, members])
}

const isForPartners = ({ template }: Endpoint): boolean => template.includes('/partner/')

function byFamily(notifications: readonly Notification[]): [string, Notification[]][] {
  const families = Object.keys(NOTIFICATION_FAMILIES)
  return families.map((family) => [family, notifications.filter((one) => one.family === family)])
}

function familyPage(
  family: string,
  groups: readonly [string, Endpoint[]][],
  language: Language,
  site: Site,
): string {
  const title = FAMILIES[family]?.[language] ?? family
  const head = language === 'zh' ? ['接口', '方法与路径'] : ['Endpoint', 'Method and path']
  const sections = groups.map(([name, members]) => {
    const rows = members.map((one) => {
      return [
        `[${cell(titleOf(site, 'endpoints', one.name, language))}](${endpointLink(one, language)})`,
        code(nameOf(one)),
      ]
    })
    return `## ${cell(name)}\n\n${table(head, rows)}`
  })
  return blocks(frontmatter(title, title), `# ${title}`, ...sections)
}

function overview(families: readonly string[], language: Language, site: Site): string {
  const zh = language === 'zh'
  const title = zh ? '接口' : 'API'
  const rows = families.map((family) => {
    const members = site.endpoints.filter((one) => one.family === family)
    const products = [...new Set(members.flatMap((one) => one.products ?? []))]
    const names = products.map((name) => cell(titleOf(site, 'products', name, language)))
    return [
      `[${FAMILIES[family]?.[language]}](${baseOf(language)}api/${family}/)`,
      String(members.length),
      names.join(zh ? '、' : ', '),
    ]
  })
  const total = site.endpoints.length.toLocaleString('en')
  return blocks(
    frontmatter(title, title),
    `# ${title}`,
    zh
      ? `共 ${total} 个接口，按产品分类。用搜索框可按中文名称、路径或字段名查找。`
      : `All ${total} endpoints by product. The search finds them by name, path or field.`,
    table(zh ? ['分类', '接口数', '产品'] : ['Family', 'Endpoints', 'Products'], rows),
  )
}

function notificationsOverview(
  events: readonly [string, Notification[]][],
  language: Language,
  site: Site,
): string {
  const zh = language === 'zh'
  const title = zh ? '回调通知' : 'Notifications'
  const sections = events.map(([family, members]) => {
    const rows = members.map((one) => {
      return [
        `[${cell(titleOf(site, 'notifications', one.name, language))}](${notificationLink(one, language)})`,
        code(one.eventType),
      ]
    })
    return `## ${NOTIFICATION_FAMILIES[family]?.[language]}\n\n${table(zh ? ['通知', '事件类型'] : ['Notification', 'Event type'], rows)}`
  })
  return blocks(frontmatter(title, title), `# ${title}`, ...sections)
}
