import { VerificationError } from '../../errors.js'
import type { Call } from '../../pipeline/call.js'
import type { XmlFields, XmlValue } from './xml.js'

/** Whether a download is a failure's document rather than a file. Bills begin with a heading, gzip with 1f 8b. */
export function looksLikeXml(body: Buffer): boolean {
  return /^\uFEFF?\s*<(?:\?xml|xml[\s>])/.test(body.subarray(0, 64).toString())
}

/** The answer with lists where elements may repeat, even if there was only one this time. */
export function withLists(answer: XmlFields, lists: readonly string[], at = ''): XmlFields {
  if (!lists.some((path) => path.startsWith(at))) return answer
  const entries = Object.entries(answer).map(([name, value]) => {
    const path = at + name
    const items = (Array.isArray(value) ? value : [value]) as readonly XmlValue[]
    const inner = items.map((item) => (isFields(item) ? withLists(item, lists, `${path}.`) : item))
    if (lists.includes(path)) return [name, value === '' ? [] : inner] as const
    return [name, Array.isArray(value) ? inner : (inner[0] as XmlValue)] as const
  })
  return Object.fromEntries(entries)
}

const isFields = (value: XmlValue): value is XmlFields => typeof value === 'object' && !Array.isArray(value)

/** An answer in JSON: numbers and texts. */
export function decodeJson(body: Buffer, { endpoint }: Call): XmlFields {
  try {
    const value: unknown = JSON.parse(body.toString())
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as XmlFields
  } catch {
    // Said below.
  }
  throw new VerificationError(`${endpoint.name}: the answer is no JSON object`, { code: 'ANSWER_INVALID' })
}
