import { createHash, createHmac } from 'node:crypto'
import { canonicalMessage, signFields, type V2Fields } from '../protocols/v2/sign.js'
import type { Diagnosis } from './diagnosis.js'

const HIDDEN_KEY = 'key=[hidden]'

/** A digest that a known mistake leads to, with the mistake. */
type Guess = readonly [sign: string, part: Diagnosis['part'], issue: string, said: string, signed?: string]

/**
 * Finds out what a `sign` of v2 that does not fit covers. A digest tells nothing of its message, so that the mistakes
 * that clients are known to make are tried one by one.
 *
 * @param others keys that are mistaken for the right one, by name
 * @param signType the algorithm where the message names none
 */
export function diagnoseV2(
  fields: V2Fields,
  key: string,
  others: Readonly<Record<string, string>> = {},
  signType = 'MD5',
): Diagnosis | undefined {
  const given = fields.sign?.toUpperCase()
  if (!given) return undefined
  for (const [sign, part, issue, said, signed] of guesses(fields, key, others, signType)) {
    if (sign.toUpperCase() === given) return { part, issue, said, ...(signed !== undefined && { signed }) }
  }
  return {
    part: 'unknown',
    issue:
      'signed with another key or over other fields; compare key and string, without sign and empty fields',
    said: '签名所用的密钥或字段不同；请核对 APIv2 密钥和待签名串（不含 sign 和空值字段）',
  }
}

function* guesses(
  fields: V2Fields,
  key: string,
  others: Readonly<Record<string, string>>,
  signType: string,
): Generator<Guess> {
  const type = fields.sign_type ?? signType
  const other = type === 'MD5' ? 'HMAC-SHA256' : 'MD5'
  const digest = (text: string, secret = key): string => digestOf(`${text}key=${secret}`, type, secret)
  const exact = canonicalMessage(fields)
  yield [digest(exact), 'signature', 'the sign has to be in upper case', 'sign 必须为大写']
  yield [
    signFields(fields, other, key),
    'algorithm',
    `signed with ${other}, but sign_type says ${type}${fields.sign_type === undefined ? ' by being absent' : ''}`,
    `签名用了 ${other}，而 sign_type ${fields.sign_type === undefined ? '缺省为' : '是'} ${type}`,
  ]
  for (const [name, secret] of Object.entries(others)) {
    yield [
      digest(exact, secret),
      'key',
      `signed with ${name}, which is not the APIv2 key of this endpoint`,
      `签名误用了 ${name}，应为该接口的 APIv2 密钥`,
    ]
  }
  yield [
    digestOf(exact.slice(0, -1), type, key),
    'layout',
    '&key= and the key are missing at the end',
    '末尾缺少 &key=密钥',
    exact.slice(0, -1),
  ]
  yield [
    digestOf(exact + key, type, key),
    'layout',
    'key= is missing before the key',
    '密钥前缺少 key=',
    `${exact}[hidden]`,
  ]
  for (const [text, part, issue, said] of wrongTexts(fields)) {
    yield [digest(text), part, issue, said, text + HIDDEN_KEY]
  }
}

function digestOf(text: string, type: string, key: string): string {
  const hash = type === 'HMAC-SHA256' ? createHmac('sha256', key) : createHash('md5')
  return hash.update(text, 'utf8').digest('hex')
}

type WrongText = readonly [text: string, part: Diagnosis['part'], issue: string, said: string]

/** The texts that are signed by mistake, without the key at their end. */
function* wrongTexts(fields: V2Fields): Generator<WrongText> {
  const { sign: _, ...unsigned } = fields
  const names = Object.keys(unsigned)
  const filled = names.filter((name) => unsigned[name] !== '')
  const join = (order: readonly string[], change = (value: string): string => value): string =>
    order.map((name) => `${name}=${change(unsigned[name] ?? '')}&`).join('')
  yield [join(names.toSorted()), 'fields', 'empty fields were signed too', '空值字段也参与了签名']
  yield [join(filled), 'layout', 'the fields were not sorted by name', '字段没有按名称排序']
  const byLetter = filled.toSorted((one, other) => one.toLowerCase().localeCompare(other.toLowerCase()))
  yield [
    join(byLetter),
    'layout',
    'the fields were sorted without regard to case',
    '字段排序时忽略了大小写，应按 ASCII 码',
  ]
  const sorted = filled.toSorted()
  yield [
    join(sorted, encodeURIComponent),
    'layout',
    'the values were signed URL-encoded',
    '字段值在签名前做了 URL 编码',
  ]
  yield [
    join(sorted, escapeXml),
    'layout',
    'the values were signed as XML writes them, with &amp;',
    '签名的字段值带有 XML 转义（如 &amp;）',
  ]
  yield [
    join(sorted, (value) => value.trim()),
    'layout',
    'the values were signed without white space around',
    '签名的字段值去掉了首尾空白',
  ]
  for (const name of filled) {
    const rest = sorted.filter((one) => one !== name)
    yield [join(rest), 'fields', `${name} was sent, but not signed`, `${name} 已发送，但没有参与签名`]
  }
}

const escapeXml = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
