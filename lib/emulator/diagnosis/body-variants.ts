/** A text that was signed by mistake, and the mistake in English and in Chinese. */
export type Variant = readonly [text: string, issue: string, said: string]

export const LEFT_OUT: Variant = ['', 'the body was left out of the signature', '签名时漏掉了请求体']

/** The texts that clients are known to sign in place of a body. */
export function bodyVariants(body: string): readonly Variant[] {
  return [
    LEFT_OUT,
    ...reserialized(body),
    [`${body}\n`, 'the body was signed with a line feed at its end', '签名的请求体末尾多了换行符'],
    [`${body}\r\n`, 'the body was signed with a line feed at its end', '签名的请求体末尾多了换行符'],
    [body.trim(), 'the body was sent with white space around it', '发送的请求体首尾多了空白'],
    ...[`\uFEFF${body}`, body.replace(/^\uFEFF/, '')].map(
      (text): Variant => [
        text,
        'the body was signed or sent with a byte order mark',
        '请求体在签名或发送时带了 BOM',
      ],
    ),
    ['{}', 'an empty object was signed in place of the body', '签名时用 {} 代替了请求体'],
    ['[]', 'an empty list was signed in place of the body', '签名时用 [] 代替了请求体'],
    ['null', 'null was signed in place of the body', '签名时用 null 代替了请求体'],
    ['undefined', 'undefined was signed in place of the body', '签名时用 undefined 代替了请求体'],
    ['[object Object]', 'an object was signed that was not serialized', '签名的是未序列化的对象'],
    [
      JSON.stringify(body),
      'the body was serialized twice before it was signed',
      '请求体在签名前被序列化了两次',
    ],
  ]
}

function reserialized(body: string): readonly Variant[] {
  const parsed = parseSafely(body)
  if (parsed === undefined) return []
  const compact = JSON.stringify(parsed)
  const spaced = withSpaces(parsed)
  const sorted = JSON.stringify(sortFields(parsed))
  const wrap =
    (issue: string, said: string) =>
    (text: string): Variant => [text, issue, said]
  const space = wrap(
    'the body was signed with other white space than it was sent with',
    '签名与发送的请求体空白不同',
  )
  const escapes = wrap(
    'the body was signed with escapes that were not sent',
    '签名的请求体多了转义（如 \\u 或 \\/）',
  )
  const order = wrap(
    'the body was signed with its fields in another order than it was sent',
    '签名的请求体字段顺序与发送的不同',
  )
  return [
    ...[compact, JSON.stringify(parsed, null, 2), JSON.stringify(parsed, null, 4), spaced].map(space),
    ...[compact, spaced]
      .flatMap((text) => [
        escapeUnicode(text),
        escapeSlashes(text),
        escapeSlashes(escapeUnicode(text)),
        escapeHtml(text),
      ])
      .map(escapes),
    ...(sorted === compact ? [] : [order(sorted)]),
    ...asForm(parsed),
  ]
}

function parseSafely(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const escapeCharacter = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** JSON with escaped characters, as PHP and Python write it by default. */
const escapeUnicode = (json: string): string => json.replace(/[\u0080-\uffff]/g, escapeCharacter)
/** JSON with escaped slashes, as PHP writes it. */
const escapeSlashes = (json: string): string => json.replaceAll('/', '\\/')
/** JSON with the characters of HTML escaped, as Go writes it. */
const escapeHtml = (json: string): string => json.replace(/[<>&\u2028\u2029]/g, escapeCharacter)

/** JSON with a space after each comma and colon, as Python writes it. */
function withSpaces(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(withSpaces).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const pairs = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${withSpaces(inner)}`)
  return `{${pairs.join(', ')}}`
}

/** A value with the fields of every object sorted by name. */
function sortFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortFields)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([name, inner]) => [name, sortFields(inner)]))
}

function asForm(parsed: unknown): readonly Variant[] {
  if (typeof parsed !== 'object' || parsed === null) return []
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(parsed)) form.set(name, String(value))
  return [
    [
      form.toString(),
      'the body was signed as a form instead of as JSON',
      '签名的请求体是表单格式，而不是 JSON',
    ],
  ]
}
