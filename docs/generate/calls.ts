import type { Endpoint } from '../../catalog/model.js'
import { filledFields } from '../../catalog/operations.js'
import { type Request, requestOf, Source } from '../../catalog/requests.js'
import { exactSegments } from '../../lib/catalog/lookup.js'
import { fieldsOf, isFields, isLeaf } from '../../lib/catalog/schema.js'
import { normalizeSegment } from '../../lib/chain/names.js'
import type { Values } from './values.js'

/** One way to write a call: the code of a tab. */
export interface Spelling {
  readonly title: string
  readonly text: string
}

/** The documented request as a person would write it: without what the client fills in, with values for what the page leaves out. */
export function exampleOf(endpoint: Endpoint, values: Values): Request {
  const filled = filledFields(endpoint)
  const { headers, ...others } = requestOf(endpoint)
  const { 'Wechatpay-Serial': _, ...kept } = (headers ?? {}) as Request
  const parts = Object.entries(withoutComputed(endpoint, others)).flatMap(([name, value]) => {
    if (!FILLED_PARTS.has(name) || filled.size === 0) return [[name, value] as const]
    const left = without(value, filled)
    // A part of which nothing is left may be left out, except that an upload has its parts.
    return Object.keys(left).length > 0 || name === 'multipart' ? [[name, left] as const] : []
  })
  const whole = { ...Object.fromEntries(parts), ...(Object.keys(kept).length > 0 && { headers: kept }) }
  return values.fill(whole) as Request
}

const FILLED_PARTS: ReadonlySet<string> = new Set(['json', 'xml', 'query', 'multipart'])

const without = (value: unknown, names: ReadonlySet<string>): Request =>
  Object.fromEntries(Object.entries(value as Request).filter(([name]) => !names.has(name)))

/** The digest of an upload and the name of its file are computed by the client. */
function withoutComputed({ upload }: Endpoint, request: Request): Request {
  const { multipart } = request as { multipart?: Request }
  if (!upload || !multipart) return request
  const computed = [upload.name, upload.digest, ...Object.keys(upload.fixed ?? {})]
  const meta = multipart.meta as Request | undefined
  const left = Object.fromEntries(Object.entries(meta ?? {}).filter(([name]) => !computed.includes(name)))
  const parts = Object.entries({ ...multipart, meta: left }).filter(([name]) => {
    return name === 'meta' ? Object.keys(left).length > 0 : !computed.includes(name)
  })
  return { ...request, multipart: Object.fromEntries(parts) }
}

/** The property of a client that leads to a path: `.v3.pay.transactions.id._transaction_id_`. */
export function chainOf(template: string): string {
  return template
    .split('/')
    .map((segment) => {
      const placeholder = /^\{(\w+)\}$/.exec(segment)?.[1]
      if (placeholder) return `._${placeholder}_`
      const camel = segment.replace(/-([a-z\d])/g, (_, letter: string) => letter.toUpperCase())
      const isName = /^[A-Za-z]\w*$/.test(camel) && normalizeSegment(camel, exactSegments) === segment
      return isName ? `.${camel}` : `['${segment}']`
    })
    .join('')
}

/** The spellings of a call: three of its path, each awaited and with `then`. A redirect has a URL and no call. */
export function spellingsOf(endpoint: Endpoint, request: Request): Spelling[] {
  const { template, verb, response } = endpoint
  const text = print(request)
  const argument = text === '{}' ? '' : text
  const imports = text.includes('sensitive(') ? "import { sensitive } from 'wechatpay-fluent'\n\n" : ''
  const paths = [
    ['chain', chainOf(template)],
    ["chain('…')", `.chain('${template}')`],
    ["['…']", `['${template}']`],
  ] as const
  if (response.redirect) {
    return paths.map(([title, path]) => ({
      title,
      text: `${imports}const url = wxpay${path}.url(${argument})`,
    }))
  }
  const used = usedOf(endpoint)
  const binding = used === 'status' ? 'status' : 'data'
  return [
    ...paths.map(([title, path]) => {
      const call = `const { ${binding} } = await wxpay${path}.${verb}(${argument})`
      return { title, text: `${imports}${call}\nconsole.log(${used})` }
    }),
    ...paths.map(([title, path]) => {
      const call = `wxpay${path}.${verb}Async(${argument})`
      return {
        title: `${title} .then`,
        text: `${imports}${call}.then(({ ${binding} }) => console.log(${used}))`,
      }
    }),
  ]
}

/** What an example shows of the response. */
function usedOf({ response: { json, status } }: Endpoint): string {
  if (status) return 'status'
  const shape = json
  if (!shape || !isFields(shape)) return 'data'
  const field = fieldsOf(shape).find(({ name, optional, shape: inner }) => {
    return !optional && isLeaf(inner) && /^\w+$/.test(name)
  })
  return field ? `data.${field.name}` : 'data'
}

const WIDTH = 88
const FILE = "'file:///path/to/photo.png'"

/** A value as TypeScript, over several lines where it is long. */
export function print(value: unknown, name = '', indent = ''): string {
  if (value instanceof Source) return value.text === 'file' ? FILE : `sensitive('${secretFor(name)}')`
  if (typeof value === 'string') return quote(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const inner = `${indent}  `
  const isArray = Array.isArray(value)
  const items = isArray
    ? value.map((item) => print(item, name, inner))
    : Object.entries(value).map(([key, item]) => `${keyOf(key)}: ${print(item, key, inner)}`)
  const [open, close] = isArray ? ['[', ']'] : ['{', '}']
  if (items.length === 0) return open + close
  const space = isArray ? '' : ' '
  const line = `${open}${space}${items.join(', ')}${space}${close}`
  if (indent.length + name.length + line.length < WIDTH && !line.includes('\n')) return line
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join('')}${indent}${close}`
}

const keyOf = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : quote(key))

const quote = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`

/** A value that a field to be encrypted may have, by the field's name. */
export function secretFor(name: string): string {
  if (/phone|mobile|tel/.test(name)) return '13800000000'
  if (/email/.test(name)) return 'zhangsan@example.com'
  if (/bank|account_n|card_n|acct/.test(name) && !/name/.test(name)) return '6222020000000000000'
  if (/address/.test(name)) return '广东省深圳市南山区科技中一路1号'
  if (/id_?(card|doc)?_?(no|num|number)|identi|cert|number|code|doc/.test(name) && !/name/.test(name))
    return '110101199001011234'
  if (/date|birthday/.test(name)) return '1990-01-01'
  return '张三'
}

/** The call on the command line. */
export function commandOf(endpoint: Endpoint, request: Request): string | undefined {
  const { template, verb, path = {}, response } = endpoint
  if (response.redirect) return undefined
  const { query = {}, headers = {}, json, xml, multipart = {} } = request as Record<string, Request>
  const pairs = (flag: string, values: Request): string[] =>
    Object.entries(values).flatMap(([name, value]) =>
      [value].flat().map((one) => `${flag} ${shell(`${name}=${plain(one, name)}`)}`),
    )
  const parts = Object.entries(multipart).map(([name, value]) => {
    if (value instanceof Source) return `--multipart ${name}=@photo.png`
    return `--multipart ${shell(`${name}=${typeof value === 'object' ? jsonOf(value) : value}`)}`
  })
  const words = [
    `npx wechatpay-fluent call ${shell(template)}${verb === 'get' || verb === 'post' ? '' : ` -X ${verb.toUpperCase()}`}`,
    ...pairs('--param', Object.fromEntries(Object.keys(path).map((name) => [name, request[name]]))),
    ...pairs('--query', query),
    ...pairs('--header', headers),
    ...(json === undefined ? [] : [`--json ${shell(jsonOf(json, 2))}`]),
    ...(xml === undefined ? [] : [`--xml ${shell(jsonOf(xml, 2))}`]),
    ...parts,
    ...(response.binary && !response.binary.startsWith('text/') ? ['--sink download'] : []),
  ]
  return words.join(' \\\n  ')
}

const plain = (value: unknown, name: string): unknown => (value instanceof Source ? secretFor(name) : value)

const jsonOf = (value: unknown, space?: number): string =>
  JSON.stringify(value, (key, one: unknown) => plain(one, key), space)

const shell = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
