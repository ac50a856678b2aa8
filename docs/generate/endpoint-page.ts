import { type Endpoint, part } from '../../catalog/model.js'
import { filledFields } from '../../catalog/operations.js'
import type { Request } from '../../catalog/requests.js'
import { audienceOf } from '../../catalog/search-names.js'
import { lookup } from '../../lib/catalog/lookup.js'
import { embedded, type Shape } from '../../lib/catalog/schema.js'
import { commandOf, exampleOf, spellingsOf } from './calls.js'
import { fieldTable } from './fields.js'
import { baseOf, type Language, type Text } from './language.js'
import { blocks, cell, code, fence, frontmatter, table } from './markdown.js'
import { isCause, relatedEndpoints, replacementOf } from './related.js'
import {
  endpointLink,
  errorsOf,
  nameOf,
  notificationLink,
  officialLinks,
  type Site,
  titleOf,
} from './site.js'
import { asText } from './values.js'

/** An entry, the language of its page, and all that the page may refer to. */
interface Subject {
  readonly endpoint: Endpoint
  readonly request: Request
  readonly language: Language
  readonly site: Site
}

/** The page of an endpoint. */
export function endpointPage(endpoint: Endpoint, language: Language, site: Site): string {
  const subject = { endpoint, language, site, request: exampleOf(endpoint, site.values) }
  const name = titleOf(site, 'endpoints', endpoint.name, language)
  return blocks(
    frontmatter(name, `${nameOf(endpoint)} · ${endpoint.name}`),
    `# ${cell(name)}`,
    `${code(nameOf(endpoint))} {.endpoint .${endpoint.verb}}`,
    deprecation(subject),
    facts(subject)
      .map(([title, text]) => `- **${title}**${language === 'zh' ? '：' : ': '}${text}`)
      .join('\n'),
    calls(subject),
    requestFields(subject),
    response(subject),
    errors(subject),
    related(subject),
  )
}

const STATES: Readonly<Record<string, Text>> = {
  deprecated: {
    zh: '官方文档已将此接口标记为不推荐使用。',
    en: 'The documentation marks this endpoint as deprecated.',
  },
  discarded: { zh: '此接口已下线。', en: 'This endpoint has been taken out of service.' },
  redesigned: { zh: '此接口已有新版。', en: 'A newer endpoint takes its place.' },
}

function deprecation({ endpoint, language, site }: Subject): string | undefined {
  const state = endpoint.flags?.map((flag) => STATES[flag]).find((text) => text)
  if (!state) return undefined
  const successor = replacementOf(endpoint, site.endpoints)
  const link = successor && linkTo(successor, language, site)
  const use = link && (language === 'zh' ? `请改用 ${link}。` : `Use ${link} instead.`)
  return `::: warning ${language === 'zh' ? '不推荐使用' : 'Deprecated'}\n${[state[language], use].filter((one) => one).join(' ')}\n:::`
}

function linkTo(endpoint: Endpoint, language: Language, site: Site): string {
  const name = titleOf(site, 'endpoints', endpoint.name, language)
  return `[${cell(name)}](${endpointLink(endpoint, language)})`
}

const CALLERS = {
  merchant: { zh: '直连商户', en: 'merchants' },
  partner: { zh: '服务商（合作伙伴）', en: 'partners' },
  brand: { zh: '品牌（以品牌身份创建的客户端）', en: 'brands (a client with the identity of a brand)' },
  global: { zh: '境外商户（境外接入点）', en: 'merchants abroad (global access point)' },
  hk: { zh: '香港商户', en: 'merchants in Hong Kong' },
  institution: { zh: '银行与机构', en: 'banks and institutions' },
  unknown: { zh: '文档没有写明', en: 'not said in the documentation' },
} as const satisfies Readonly<Record<string, Text>>

/** By the address of a page, who it is for, where the catalogue does not say it of the endpoint. */
const READERS: readonly (readonly [RegExp, keyof typeof CALLERS])[] = [
  [/\/institution\/|mch_bank/, 'institution'],
  [/\/doc\/global\//, 'global'],
  [/apiv3_partner|xiaowei/, 'partner'],
  [/wiki\/doc\/(apiv3|api|wxfacepay)\//, 'merchant'],
]

function callersOf(endpoint: Endpoint): (keyof typeof CALLERS)[] {
  const named = audienceOf(endpoint).filter((one) => one in CALLERS) as (keyof typeof CALLERS)[]
  if (named.length > 0) return named
  const docs = endpoint.docs ?? []
  const reader = READERS.find(([address]) => docs.some((url) => address.test(url)))
  return [reader?.[1] ?? 'unknown']
}

/** Who may call an endpoint, in a few words. */
export const shortCallers = (endpoint: Endpoint, language: Language): string =>
  callersOf(endpoint)
    .map((one) => CALLERS[one][language].replace(/\s?[（(].*$/, ''))
    .join(language === 'zh' ? '、' : ', ')

const RESTRICTIONS: Readonly<Record<string, Text>> = {
  privated: { zh: '不再对新商户开放', en: 'closed to new merchants' },
  'need-accessment': { zh: '需申请开通', en: 'open to merchants who have applied for it' },
  'need-tbt': { zh: '需申请开通', en: 'open to merchants who have applied for it' },
}

/** What a caller has to know, as pairs of a title and a sentence. */
function facts({ endpoint, language, site }: Subject): [string, string][] {
  const zh = language === 'zh'
  const { products = [], flags = [], idempotent, template, verb } = endpoint
  const callers = callersOf(endpoint).map((one) => CALLERS[one][language])
  const restrictions = [...new Set(flags.flatMap((flag) => RESTRICTIONS[flag]?.[language] ?? []))]
  const names = products.map((name) => cell(titleOf(site, 'products', name, language)))
  const wire = lookup(template, verb)?.wire
  const found: [string, string | undefined | false][] = [
    [zh ? '产品' : 'Product', names.join(zh ? '、' : ', ')],
    [zh ? '名称' : 'Official name', !zh && endpoint.name],
    [zh ? '谁可以调用' : 'Callers', callers.join(zh ? '、' : ', ')],
    [zh ? '限制' : 'Restrictions', restrictions.join(zh ? '、' : ', ')],
    [zh ? '实际路径' : 'Sent to', wire !== undefined && code(`/${wire}`)],
    [zh ? '接入点' : 'Host', endpoint.origin !== undefined && code(endpoint.origin)],
    [zh ? '幂等' : 'Idempotent', idempotent && idempotence(idempotent, zh)],
    [
      zh ? '客户端证书' : 'Client certificate',
      endpoint.certificate && (zh ? '需要，由选项 `merchant` 提供' : 'needed, from the option `merchant`'),
    ],
    [zh ? '签名' : 'Signature', signature(endpoint, zh)],
    [
      zh ? '沙箱' : 'Sandbox',
      isSandbox(template) &&
        (zh
          ? '客户端的 `secret` 是沙箱密钥，由 `v2/sandboxnew/pay/getsignkey` 取得'
          : "the client's `secret` is the key of the sandbox, from `v2/sandboxnew/pay/getsignkey`"),
    ],
    [
      zh ? '银行卡号与姓名' : 'Bank card and name',
      endpoint.api === 'v2' &&
        /pay_bank$/.test(template) &&
        (zh
          ? '示例中的密文须换成用 `v2/risk/getpublickey` 的公钥加密（RSA-OAEP）的内容'
          : 'replace the ciphertexts of the example by yours, encrypted (RSA-OAEP) with the key from `v2/risk/getpublickey`'),
    ],
    [
      zh ? '加密字段' : 'Encrypted fields',
      (lookup(template, verb)?.encrypts?.length ?? 0) > 0 &&
        (zh
          ? '请求中有加密字段，用 `sensitive()` 包裹明文即可'
          : 'the request has some: wrap the clear text in `sensitive()`'),
    ],
    [
      zh ? '解密' : 'Decryption',
      (lookup(template, verb)?.decrypts?.length ?? 0) > 0 &&
        (zh
          ? '应答中有加密字段，请求加上 `decrypt: true` 即得明文'
          : 'the response has encrypted fields; `decrypt: true` gives them in clear'),
    ],
  ]
  return found.filter((pair): pair is [string, string] => Boolean(pair[1]))
}

/** Whether a call goes to the sandbox of v2, which has a key of its own. */
const isSandbox = (template: string): boolean =>
  /^v2\/(sandboxnew\/(?!pay\/getsignkey)|xdc\/apiv2sandbox)/.test(template)

const idempotence = (field: string, zh: boolean): string =>
  zh
    ? `${code(field)} 相同的重复请求只生效一次，重发是安全的，客户端会自动重试`
    : `a repeat with the same ${code(field)} takes effect once, so the client tries again by itself`

function signature(
  { unsigned, optionalSign, signedDigest, signType, nonceless }: Endpoint,
  zh: boolean,
): string {
  return [
    unsigned && (zh ? '应答没有签名' : 'the response is not signed'),
    optionalSign &&
      (zh ? '应答可能没有签名，有则验签' : 'the response may have none; one that is there is verified'),
    signedDigest &&
      (zh
        ? `应答的签名针对应答头 ${code(signedDigest)} 中的摘要`
        : `the response's signature covers the digest in ${code(signedDigest)}`),
    signType === 'HMAC-SHA256' && 'HMAC-SHA256',
    nonceless && (zh ? '请求不带 `nonce_str`' : 'the request has no `nonce_str`'),
  ]
    .filter((one) => one)
    .join(zh ? '；' : '; ')
}

function calls({ endpoint, language, request }: Subject): string {
  const zh = language === 'zh'
  const spellings = spellingsOf(endpoint, request).map(({ title, text }) => fence('ts', text, title))
  const command = commandOf(endpoint, request)
  return blocks(
    `## ${zh ? '调用' : 'Call'}`,
    `::: code-group\n\n${spellings.join('\n\n')}\n\n:::`,
    endpoint.response.redirect &&
      (zh
        ? '这是供浏览器跳转的地址，已签名：把用户重定向到它即可，没有可等待的应答。'
        : 'This is a signed URL to send the browser to; there is no response to wait for.'),
    command && `### ${zh ? '命令行' : 'Command line'}\n\n${fence('sh', command)}`,
  ).trimEnd()
}

const PARTS = ['query', 'headers', 'json', 'xml'] as const

function requestFields({ endpoint, language, site }: Subject): string {
  const zh = language === 'zh'
  const { path, multipart, upload } = endpoint
  const filled = filledFields(endpoint)
  const section = (name: string, shape: Shape, by: ReadonlySet<string>): string | undefined => {
    const fields = fieldTable(shape, { language, glossary: site.glossary, filled: by })
    return fields === '' ? undefined : `### ${name}\n\n${fields}`
  }
  const computed = [upload?.name, upload?.digest, ...Object.keys(upload?.fixed ?? {})].filter(
    (one) => one !== undefined,
  )
  const meta = multipart?.meta && embedded(multipart.meta)
  const { meta: _, ...files } = multipart ?? {}
  const sections = [
    path && section(zh ? '路径参数' : 'Path parameters', path, new Set()),
    ...PARTS.map((name) => {
      const found = part(endpoint, name)
      return (
        found && section(code(name), found.shape, name === 'headers' ? new Set(['Wechatpay-Serial']) : filled)
      )
    }),
    multipart && section(code('multipart'), files, filled),
    meta && section(code('multipart.meta'), meta.shape, new Set([...computed, ...filled])),
  ].filter((one) => one)
  const none = zh ? '没有参数。' : 'No parameters.'
  return blocks(`## ${zh ? '请求' : 'Request'}`, ...(sections.length > 0 ? sections : [none])).trimEnd()
}

function response({ endpoint, language, request, site }: Subject): string {
  const zh = language === 'zh'
  const { json, xml, binary, text, status, redirect } = endpoint.response
  const shape = json ?? xml
  const given = {
    ...request,
    ...(request.query as object),
    ...(request.json as object),
    ...(request.xml as object),
  }
  const value = shape && site.values.sample(shape, given)
  const sample = shape && JSON.stringify(xml ? asText(value) : value, undefined, 2)
  const plain = [
    status &&
      (zh
        ? `HTTP ${status}，没有应答体：\`data\` 为 \`undefined\`。`
        : `HTTP ${status} without a body: \`data\` is \`undefined\`.`),
    binary !== undefined &&
      (zh
        ? `文件（${code(binary)}）：\`data\` 是 \`Buffer\`；用 \`sink\` 可直接写入文件或流。`
        : `A file (${code(binary)}): \`data\` is a \`Buffer\`; \`sink\` writes it to a file or stream.`),
    text !== undefined &&
      (zh ? `文本（${code(text)}）：\`data\` 是字符串。` : `Text (${code(text)}): \`data\` is a string.`),
    redirect && (zh ? '浏览器跳转，没有应答。' : 'The browser is sent on; there is no response.'),
  ].find((one) => one)
  return blocks(
    `## ${zh ? '应答' : 'Response'}`,
    plain,
    shape && fieldTable(shape, { language, glossary: site.glossary, text: xml !== undefined }),
    sample && `### ${zh ? '应答示例' : 'Sample'}\n\n${fence('json', sample)}`,
  ).trimEnd()
}

function errors({ endpoint, language, site }: Subject): string | undefined {
  const zh = language === 'zh'
  if (endpoint.response.redirect) return undefined
  const rows = errorsOf(site, endpoint).map(([name, { status, [language]: text }]) => {
    const [meaning, remedy = openOutcome(endpoint, zh)] = text
    return [code(name), status === undefined ? '' : String(status), meaning, remedy]
  })
  const head = zh ? ['错误码', 'HTTP', '含义', '怎么办'] : ['Code', 'HTTP', 'Meaning', 'What to do']
  const intro = zh
    ? `失败的调用抛出 [\`ApiError\`](${baseOf(language)}errors)，\`error.code\` 是下列之一（微信支付随时可能新增）：`
    : `A call that fails throws an [\`ApiError\`](${baseOf(language)}errors) whose \`code\` is one of these, or one that the API has added since:`
  const columns = endpoint.api === 'v2' ? [0, 2, 3] : [0, 1, 2, 3]
  const pick = (cells: readonly string[]): string[] => columns.map((at) => cells[at] ?? '')
  return blocks(`## ${zh ? '错误码' : 'Errors'}`, intro, table(pick(head), rows.map(pick))).trimEnd()
}

/** What to do where it is open whether the call took effect. */
function openOutcome({ verb, idempotent, safe }: Endpoint, zh: boolean): string {
  if (verb === 'get' || safe)
    return zh ? '客户端已自动重试，稍后再查即可' : 'the client has tried again; ask later'
  if (idempotent) {
    return zh
      ? `客户端已自动重试；仍失败则结果未定，用同一 ${code(idempotent)} 原样重发`
      : `the client has tried again; if it still fails the result is open: send it unchanged with the same ${code(idempotent)}`
  }
  return zh
    ? '结果未定：先查询，确认没有生效再重发'
    : 'the result is open: query first, and repeat it only if it had no effect'
}

function related({ endpoint, language, site }: Subject): string {
  const zh = language === 'zh'
  const others = relatedEndpoints(endpoint, site.endpoints).map((other) => {
    return `- ${linkTo(other, language, site)} ${code(nameOf(other))}`
  })
  const events = site.notifications
    .filter((one) => isCause(endpoint, one))
    .map((one) => {
      const name = cell(titleOf(site, 'notifications', one.name, language))
      return `- [${name}](${notificationLink(one, language)}) ${code(one.eventType)}`
    })
  const pages = officialLinks([...(endpoint.docs ?? []), ...(endpoint.limits ?? [])], language)
  const list = (title: string, lines: readonly string[]): string | false =>
    lines.length > 0 && `## ${title}\n\n${lines.join('\n')}`
  return blocks(
    list(zh ? '回调通知' : 'Notifications', events),
    list(zh ? '相关接口' : 'Related endpoints', others),
    list(zh ? '官方文档' : 'Official documentation', pages),
  ).trimEnd()
}
