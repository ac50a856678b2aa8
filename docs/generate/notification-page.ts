import type { Notification } from '../../catalog/model.js'
import { isFields, isLeaf, readLeaf, type Shape } from '../../lib/catalog/schema.js'
import { print } from './calls.js'
import { fieldTable } from './fields.js'
import type { Language, Text } from './language.js'
import { blocks, cell, code, fence, frontmatter } from './markdown.js'
import { isCause } from './related.js'
import { endpointLink, nameOf, notificationLink, officialLinks, type Site, titleOf } from './site.js'
import { asText } from './values.js'

interface Subject {
  readonly notification: Notification
  readonly language: Language
  readonly site: Site
}

/** The page of a notification. */
export function notificationPage(notification: Notification, language: Language, site: Site): string {
  const subject = { notification, language, site }
  const name = titleOf(site, 'notifications', notification.name, language)
  return blocks(
    frontmatter(name, `${notification.eventType} · ${notification.name}`),
    `# ${cell(name)}`,
    `${code(notification.eventType)} {.endpoint .event}`,
    facts(subject)
      .map(([title, text]) => `- **${title}**${language === 'zh' ? '：' : ': '}${text}`)
      .join('\n'),
    handler(subject),
    fields(subject),
    acknowledgement(subject),
    sample(subject),
    related(subject),
  )
}

const RECIPIENTS: Readonly<Record<string, Text>> = {
  merchant: { zh: '商户', en: 'merchants' },
  partner: { zh: '服务商', en: 'partners' },
  brand: { zh: '品牌（`brandApiKey` 解密）', en: 'brands (decrypted with `brandApiKey`)' },
}

function facts({ notification, language }: Subject): [string, string][] {
  const zh = language === 'zh'
  const {
    api,
    modes = [],
    verify,
    cipher,
    eventTypes = [],
    eventType,
    products = {},
    name,
    resourceType,
    flags = [],
  } = notification
  const others = eventTypes.filter((one) => one !== eventType)
  const protection =
    verify === 'none'
      ? zh
        ? '没有签名，仅加密：只能当作提示，请以查询结果为准'
        : 'not signed, merely encrypted: take it as a hint and query'
      : api === 'v2'
        ? zh
          ? 'APIv2，按 `secret` 验签'
          : 'APIv2, its signature is verified with `secret`'
        : zh
          ? '已验签；`resource` 由客户端用 `apiv3Key` 解密'
          : 'verified; the client decrypts `resource` with `apiv3Key`'
  const found: [string, string | undefined | false][] = [
    [zh ? '名称' : 'Official name', !zh && name],
    [zh ? '通知对象' : 'Sent to', modes.map((mode) => RECIPIENTS[mode]?.[language]).join(zh ? '、' : ', ')],
    [zh ? '安全' : 'Protection', protection],
    [zh ? '加密算法' : 'Cipher', cipher && `${code(cipher.algorithm)} (${code(cipher.at)})`],
    [zh ? '数据类型' : 'Resource type', resourceType?.map(code).join(' ')],
    [zh ? '也可能以此类型发来' : 'May also come as', others.map(code).join(' ')],
    [
      zh ? '共用此事件类型的产品' : 'Products that share this event type',
      Object.keys(products).map(code).join(' '),
    ],
    [
      zh ? '限制' : 'Restrictions',
      flags.includes('privated') && (zh ? '不再对新商户开放' : 'closed to new merchants'),
    ],
  ]
  return found.filter((pair): pair is [string, string] => Boolean(pair[1]))
}

function handler({ notification, language, site }: Subject): string {
  const zh = language === 'zh'
  const { eventType, ack } = notification
  const used = usedOf(notification)
  const name = /^[A-Za-z_$][\w$]*$/.test(eventType) ? eventType : `'${eventType}'`
  const answer = ack && print(ack.example ?? site.values.sample(ack.json, {}), '', '    ')
  const body = [`    console.log(${used})`, ...(answer ? [`    return ${answer}`] : [])].join('\n')
  const make = (kind: string): string =>
    `const receive = wxpay.notifications.${kind}({\n  ${name}: ({ resource }) => {\n${body}\n  },\n})`
  const parse = [
    'const event = await wxpay.notifications.parse({ headers, body })',
    `if (event.event_type === '${eventType}') {`,
    '  console.log(event.resource)',
    '}',
  ].join('\n')
  return blocks(
    `## ${zh ? '处理函数' : 'Handler'}`,
    `::: code-group\n\n${[
      fence('ts', make('node'), 'node:http, Express, Koa, Fastify'),
      fence('ts', make('fetch'), 'Hono, Next, Bun, Deno'),
      fence('ts', parse, 'parse()'),
    ].join('\n\n')}\n\n:::`,
    zh
      ? '把 `receive` 挂在任何解析请求体的中间件之前。抛出异常或超过 4.5 秒则应答 500，微信支付会再次通知；已处理过的通知直接确认，不会重复执行。'
      : 'Mount `receive` before anything that parses bodies. A handler that throws, or takes longer than 4.5 s, is answered with 500 and the notification comes again; one that was handled is acknowledged without running again.',
  ).trimEnd()
}

/** What an example shows of the payload. */
function usedOf({ resource, body }: Notification): string {
  const shape = resource ?? body
  if (!shape || !isFields(shape)) return 'resource'
  const names = Object.keys(shape).filter((key) => /^\w+$/.test(key) && isLeaf(shape[key] as Shape))
  const known =
    names.find((name) => /^out_.*no$/.test(name)) ?? names.find((name) => /_(id|no)$/.test(name)) ?? names[0]
  return known === undefined ? 'resource' : `resource.${known}`
}

function fields({ notification, language, site }: Subject): string {
  const zh = language === 'zh'
  const { resource, body, products = {} } = notification
  const context = { language, glossary: site.glossary, text: notification.api === 'v2' }
  const section = (title: string, shape: Shape): string => {
    const reference = isLeaf(shape) && !readLeaf(shape)
    return `### ${title}\n\n${reference ? referenceTo(shape, language, site) : fieldTable(shape, context)}`
  }
  return blocks(
    `## ${zh ? '字段' : 'Fields'}`,
    resource && section(code('resource'), resource),
    body && section(zh ? '报文' : 'Message', body),
    ...Object.entries(products).map(([product, shape]) => section(`${code('resource')} · ${product}`, shape)),
    !resource &&
      !body &&
      Object.keys(products).length === 0 &&
      (zh ? '没有文档记录的字段。' : 'No field is documented.'),
  ).trimEnd()
}

/** A payload that has the fields of an endpoint's response. */
function referenceTo(key: string, language: Language, site: Site): string {
  const found = site.endpoints.find(({ verb, template }) => `${verb} ${template}` === key)
  const link = found && `[${code(nameOf(found))}](${endpointLink(found, language)})`
  return language === 'zh'
    ? `字段与 ${link} 的应答相同。`
    : `The fields are those of the response of ${link}.`
}

function acknowledgement({ notification, language, site }: Subject): string {
  const zh = language === 'zh'
  const { ack, api } = notification
  const plain =
    api === 'v2'
      ? zh
        ? '处理函数正常返回即自动应答 `<xml><return_code>SUCCESS</return_code>…`。'
        : 'A handler that ends well is answered with `<xml><return_code>SUCCESS</return_code>…`.'
      : zh
        ? '处理函数正常返回即自动应答 HTTP 204，不必自己写应答。'
        : 'A handler that ends well is acknowledged with a 2xx response; there is nothing to write.'
  return blocks(
    `## ${zh ? '应答' : 'Acknowledgement'}`,
    ack ? (zh ? '这个通知需要处理函数返回以下内容：' : 'This one wants the handler to return:') : plain,
    ack && fieldTable(ack.json, { language, glossary: site.glossary }),
  ).trimEnd()
}

function sample({ notification, language, site }: Subject): string {
  const zh = language === 'zh'
  const { eventType, api, resource, body, example } = notification
  const shape = resource ?? body
  const made = shape && site.values.sample(shape, {})
  const payload = example ?? (made && (api === 'v2' ? asText(made) : made))
  const options = api === 'v2' && eventType !== eventType.toLowerCase() ? ", api: 'v2'" : ''
  const snippet = [
    "import { createEmulator } from 'wechatpay-fluent/emulator'",
    '',
    'const emulator = await createEmulator()',
    `const { status } = await emulator.notify('${eventType}', { url: 'http://127.0.0.1:3000/notify'${options} })`,
    'console.log(status)',
  ].join('\n')
  return blocks(
    `## ${zh ? '在本机试一试' : 'Try it'}`,
    zh
      ? '模拟器发出真实签名、加密的通知；`resource` 里没给的字段会自动补全。接收方用 `new Wechatpay(emulator.merchant)` 创建。'
      : 'The emulator sends a genuine one, signed and encrypted; what `resource` leaves out is made up. The receiver is made by `new Wechatpay(emulator.merchant)`.',
    fence('ts', snippet),
    fence('sh', `npx wechatpay-fluent notify send ${eventType} --url http://127.0.0.1:3000/notify`),
    payload !== undefined &&
      `### ${zh ? '内容示例' : 'Sample payload'}\n\n${fence('json', JSON.stringify(payload, undefined, 2))}`,
  ).trimEnd()
}

function related({ notification, language, site }: Subject): string {
  const zh = language === 'zh'
  const causes = site.endpoints.filter((one) => isCause(one, notification)).slice(0, MAX_CAUSES)
  const lines = causes.map((one) => {
    const name = cell(titleOf(site, 'endpoints', one.name, language))
    return `- [${name}](${endpointLink(one, language)}) ${code(nameOf(one))}`
  })
  const others = site.notifications.filter(
    (one) =>
      one !== notification && one.family === notification.family && prefixOf(one) === prefixOf(notification),
  )
  const near = others.map((one) => {
    return `- [${cell(titleOf(site, 'notifications', one.name, language))}](${notificationLink(one, language)}) ${code(one.eventType)}`
  })
  const pages = officialLinks(notification.docs ?? [], language)
  const list = (title: string, all: readonly string[]): string | false =>
    all.length > 0 && `## ${title}\n\n${all.join('\n')}`
  return blocks(
    list(zh ? '相关接口' : 'Related endpoints', lines),
    list(zh ? '相关通知' : 'Related notifications', near),
    list(zh ? '官方文档' : 'Official documentation', pages),
  ).trimEnd()
}

const MAX_CAUSES = 12

const prefixOf = ({ eventType }: Notification): string => eventType.split('.')[0] ?? ''
