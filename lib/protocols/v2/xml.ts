import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser'
import { MAX_XML_BYTES, XmlProblem } from './xml-problem.js'

export { MAX_XML_BYTES, XmlProblem }

/** What an element holds: its text, its children by name, or a list of either where a name repeats. */
export type XmlValue = string | XmlFields | readonly XmlValue[]
export type XmlFields = { readonly [name: string]: XmlValue }

/** As many elements may lie inside one another. A message of v2 has four at most. */
export const MAX_XML_DEPTH = 16

const TEXT = '#text'
const CDATA = '#cdata'
/** Code points that XML 1.0 has no place for, lone surrogates among them. */
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u
const NEEDS_CDATA = /[<>&]|^\s|\s$/
const NAME = /^[A-Za-z_][\w.-]*$/
const RESERVED_NAME = 'the XML has an element with a reserved name'

const builder = new XMLBuilder({ cdataPropName: CDATA, processEntities: false })

/**
 * A flat document, `<xml>…</xml>`, of texts. What a parser might change on its way stands in CDATA.
 *
 * @throws {XmlProblem} for a name or a text that XML cannot carry.
 */
export function encodeXml(fields: Readonly<Record<string, string>>): string {
  const entries = Object.entries(fields).map(([name, text]) => {
    if (!NAME.test(name) || isReserved(name)) throw new XmlProblem(`'${name}' is no name of an XML element`)
    if (NOT_XML.test(text)) throw new XmlProblem(`${name} holds a character that XML cannot carry`)
    return [name, contentOf(text)] as const
  })
  return String(builder.build({ xml: Object.fromEntries(entries) }))
}

function contentOf(text: string): unknown {
  // Every parser turns a bare carriage return into a newline, and the signature would break.
  if (text.includes('\r')) return text.replace(/[&<>\r]/g, (mark) => `&#${mark.charCodeAt(0)};`)
  return NEEDS_CDATA.test(text) ? { [CDATA]: text } : text
}

type Ordered = readonly { readonly [name: string]: Ordered | string }[]

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: CDATA,
  textNodeName: TEXT,
  maxNestedTags: MAX_XML_DEPTH,
  // Else the parser renames them.
  onDangerousProperty: () => {
    throw new XmlProblem(RESERVED_NAME)
  },
})

/**
 * The fields of a document's root. Texts stay texts, digits and leading zeros included; an empty element is `''`.
 *
 * @throws {XmlProblem} when it is not well-formed, too large or too deep, has a DTD, an entity of its own, or an
 * element whose name means something to JavaScript.
 */
export function decodeXml(document: string | Buffer): XmlFields {
  if (Buffer.byteLength(document) > MAX_XML_BYTES) {
    throw new XmlProblem(`the XML is larger than ${MAX_XML_BYTES} bytes`)
  }
  const text = document
    .toString()
    .replace(/^\uFEFF/, '')
    .trim()
  assertNoDeclarations(text)
  const validity = XMLValidator.validate(text)
  if (validity !== true) {
    throw new XmlProblem(`the XML is not well-formed: line ${validity.err.line}, column ${validity.err.col}`)
  }
  const [root, another] = parse(text).flatMap((item) => Object.values(item))
  if (another !== undefined) throw new XmlProblem('the XML has more than one root')
  return fieldsOf(root as Ordered)
}

/** Outside of comments and CDATA, `<!` begins a declaration: a DTD, an entity. */
function assertNoDeclarations(text: string): void {
  for (const [found] of text.matchAll(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<!/g)) {
    if (found === '<!') throw new XmlProblem('the XML has a DTD or another declaration, which is refused')
  }
}

function parse(text: string): Ordered {
  try {
    return parser.parse(text) as Ordered
  } catch (error) {
    if (error instanceof XmlProblem) throw error
    const why = error instanceof Error ? error.message : ''
    if (why.includes('nested'))
      throw new XmlProblem(`the XML is nested deeper than ${MAX_XML_DEPTH} elements`)
    if (why.includes('reserved')) throw new XmlProblem(RESERVED_NAME)
    throw new XmlProblem('the XML cannot be parsed')
  }
}

const isText = (item: Ordered[number]): boolean => TEXT in item || CDATA in item

function readItems(items: Ordered): XmlValue {
  return items.every(isText) ? textOf(items) : fieldsOf(items)
}

function fieldsOf(items: Ordered): XmlFields {
  if (textOf(items.filter(isText)).trim() !== '')
    throw new XmlProblem('the XML has text between its elements')
  const fields: Record<string, XmlValue> = {}
  for (const item of items) {
    if (isText(item)) continue
    for (const [name, content] of Object.entries(item)) {
      if (isReserved(name)) throw new XmlProblem(RESERVED_NAME)
      const value = readItems(content as Ordered)
      const earlier = fields[name]
      if (earlier === undefined) fields[name] = value
      else if (Array.isArray(earlier)) (earlier as XmlValue[]).push(value)
      else fields[name] = [earlier, value]
    }
  }
  return fields
}

/** White space around CDATA is layout, not text. */
function textOf(items: Ordered): string {
  const hasCdata = items.some((item) => CDATA in item)
  return items
    .map((item) => {
      if (CDATA in item) return (item[CDATA] as Ordered).map((part) => part[TEXT] as string).join('')
      const text = item[TEXT] as string
      return hasCdata && text.trim() === '' ? '' : resolveReferences(text)
    })
    .join('')
}

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

/** The characters behind `&lt;`, `&#13;`, `&#xD;`. Any other entity would have to come from a DTD. */
function resolveReferences(text: string): string {
  return text.replace(/&(?:#(\d+)|#[xX]([\da-fA-F]+)|([^;&\s]*));?/g, (_, decimal, hex, name) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined
    const character = code === undefined ? PREDEFINED.get(name as string) : characterOf(code)
    if (character === undefined) throw new XmlProblem('the XML refers to an entity that is not predefined')
    return character
  })
}

function characterOf(code: number): string | undefined {
  if (code > 0x10ffff) return undefined
  const character = String.fromCodePoint(code)
  return NOT_XML.test(character) ? undefined : character
}

/** Names that an object has already. */
function isReserved(name: string): boolean {
  return name === 'prototype' || name in Object.prototype
}
