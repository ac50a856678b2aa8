import { isUtf8 } from 'node:buffer'
import { parameterError } from '../../routing/refusal.js'

/** The characters that take four bytes in UTF-8, such as emoji, and halves of their surrogate pairs. */
const BEYOND_THREE_BYTES = /[\u{10000}-\u{10ffff}\ud800-\udfff]/u

/**
 * Checks the characters of a request: APIv3 takes those of UTF-8 that have one to three bytes.
 * https://pay.weixin.qq.com/doc/v3/partner/4012081726
 *
 * @throws {Refusal} `PARAM_ERROR`, naming the first field.
 */
export function assertCharacters(body: Buffer, json: unknown, query: URLSearchParams): void {
  if (!isUtf8(body)) throw parameterError('', '请求体不是合法的UTF-8编码 (not valid UTF-8)')
  for (const [name, value] of query) assertText(value, `/${name}`, 'query')
  assertTexts(json, '')
}

function assertTexts(value: unknown, pointer: string): void {
  if (typeof value === 'string') assertText(value, pointer, 'body')
  else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) assertTexts(item, `${pointer}/${name}`)
  }
}

function assertText(text: string, pointer: string, location: 'body' | 'query'): void {
  const found = BEYOND_THREE_BYTES.exec(text)?.[0]
  if (found === undefined) return
  const issue = `含有不支持的字符 (${found} has four bytes in UTF-8, and one to three are supported)`
  throw parameterError(pointer, issue, text, location)
}
