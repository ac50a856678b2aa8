import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser'

/** A value in a document of v2. */
export type XmlNode = string | XmlRecord | readonly XmlNode[]
export type XmlRecord = { readonly [name: string]: XmlNode }

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: true,
  htmlEntities: true,
  maxNestedTags: 8,
})
const builder = new XMLBuilder({ cdataPropName: '#cdata', processEntities: false })

/** The fields of the flat XML message in a request's body; `undefined` when the body is none. */
export function parseMessage(body: Buffer): Record<string, string> | undefined {
  const text = body.toString().trim()
  if (text === '' || hasDeclaration(text) || XMLValidator.validate(text) !== true) return undefined
  try {
    const { xml } = parser.parse(text) as { xml?: unknown }
    if (xml === '') return {}
    if (typeof xml !== 'object' || xml === null) return undefined
    const { '#text': layout = '', ...fields } = xml as Record<string, unknown>
    const flat = Object.values(fields).every((value) => typeof value === 'string')
    return flat && String(layout).trim() === '' ? (fields as Record<string, string>) : undefined
  } catch {
    return undefined
  }
}

const hasDeclaration = (text: string): boolean =>
  /<!(?!\[CDATA\[|--)/.test(text.replace(/<!\[CDATA\[.*?\]\]>/gs, ''))

/** A message in XML, every text in CDATA as the real API writes it. */
export function buildXml(fields: XmlRecord): string {
  return String(builder.build({ xml: inCdata(fields) }))
}

function inCdata(value: XmlNode): unknown {
  if (typeof value === 'string') return { '#cdata': value }
  if (Array.isArray(value)) return value.map(inCdata)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, inCdata(inner)]))
}
