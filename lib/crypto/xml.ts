import { SaxesParser } from 'saxes'
import { type SignParams, textProblem } from './hash.js'
import { MAX_XML_BYTES, XmlProblem } from './xml-problem.js'

export { MAX_XML_BYTES, XmlProblem }

/** The content of an element: its text, its children by name, or a list of either where a name repeats. */
export type XmlValue = string | XmlFields | readonly XmlValue[]
export type XmlFields = { readonly [name: string]: XmlValue }

/** The number of elements that may lie inside one another. A message of v2 has four at most. */
export const MAX_XML_DEPTH = 16

/** Code points that XML 1.0 has no place for, lone surrogates among them. */
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u
const NEEDS_CDATA = /[<>&]|^\s|\s$/
const NAME = /^[A-Za-z_][\w.-]*$/

/** Names that every object has. */
const RESERVED: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype'])

/**
 * A message of APIv2: a flat document, `<xml>…</xml>`, of texts. What a parser might change on its way stands in CDATA.
 * `encodeXml({ ...params, sign: md5Sign(params, secret) })` is what the API takes; `undefined` and `null`, which are not
 * signed, are left out.
 *
 * @throws {WechatpayError} code `XML_INVALID` for a name or a value that XML cannot carry.
 */
export function encodeXml(fields: SignParams): string {
  if (typeof fields !== 'object' || fields === null) throw new XmlProblem('the fields must be an object')
  let xml = '<xml>'
  for (const [name, value] of Object.entries(fields)) {
    if (value == null) continue
    const problem = textProblem(name, value)
    if (problem) throw new XmlProblem(problem)
    const text = String(value)
    if (!NAME.test(name) || RESERVED.has(name)) throw new XmlProblem(`'${name}' is no name of an XML element`)
    if (NOT_XML.test(text)) throw new XmlProblem(`${name} holds a character that XML cannot carry`)
    xml += `<${name}>${encodeText(text)}</${name}>`
  }
  return `${xml}</xml>`
}

function encodeText(text: string): string {
  // Every parser turns a bare carriage return into a newline, and the signature would break.
  if (text.includes('\r')) return text.replace(/[&<>\r]/g, (mark) => `&#${mark.charCodeAt(0)};`)
  return NEEDS_CDATA.test(text) ? `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>` : text
}

/** A piece of the text of an element. */
interface TextPiece {
  readonly text: string
  readonly isCdata: boolean
}

/** An element whose end tag has not come yet. */
interface OpenElement {
  readonly pieces: TextPiece[]
  fields: Record<string, XmlValue> | undefined
}

/**
 * The fields of a document's root, as of an answer or a notification of APIv2; whether its `sign` fits is another matter. Texts stay texts, digits and leading zeros included; an empty element is `''`.
 *
 * @throws {WechatpayError} code `XML_INVALID` when it is not well-formed, too large or too deep, has a DTD, an entity of its own, or an
 * element whose name means something to JavaScript.
 */
export function decodeXml(document: string | Buffer): XmlFields {
  if (typeof document !== 'string' && !((document as unknown) instanceof Uint8Array)) {
    throw new XmlProblem('the XML must be text or bytes')
  }
  if (Buffer.byteLength(document) > MAX_XML_BYTES) {
    throw new XmlProblem(`the XML is larger than ${MAX_XML_BYTES} bytes`)
  }
  const open: OpenElement[] = []
  let root: XmlFields = {}
  const parser = new SaxesParser()
  parser.on('error', ({ message }) => {
    throw new XmlProblem(
      message.includes('entity')
        ? 'the XML refers to an entity that is not predefined'
        : `the XML is not well-formed: line ${parser.line}, column ${parser.column}`,
    )
  })
  parser.on('doctype', () => {
    throw new XmlProblem('the XML has a DTD, which is refused')
  })
  parser.on('opentagstart', ({ name }) => {
    if (RESERVED.has(name)) throw new XmlProblem('the XML has an element with a reserved name')
    if (open.length === MAX_XML_DEPTH) {
      throw new XmlProblem(`the XML is nested deeper than ${MAX_XML_DEPTH} elements`)
    }
    open.push({ pieces: [], fields: undefined })
  })
  parser.on('text', (text) => open.at(-1)?.pieces.push({ text, isCdata: false }))
  parser.on('cdata', (text) => open.at(-1)?.pieces.push({ text, isCdata: true }))
  parser.on('closetag', ({ name }) => {
    const element = open.pop() as OpenElement
    const parent = open.at(-1)
    if (!parent) root = fieldsOf(element)
    else addField(parent, name, element.fields ? fieldsOf(element) : textOf(element.pieces))
  })
  parser.write(document.toString().trim()).close()
  return root
}

function addField(parent: OpenElement, name: string, value: XmlValue): void {
  parent.fields ??= {}
  const { fields } = parent
  const earlier = fields[name]
  if (earlier === undefined) fields[name] = value
  else if (Array.isArray(earlier)) (earlier as XmlValue[]).push(value)
  else fields[name] = [earlier, value]
}

function fieldsOf({ fields, pieces }: OpenElement): XmlFields {
  if (textOf(pieces).trim() === '') return fields ?? {}
  throw new XmlProblem('the XML has text between its elements')
}

/** White space around CDATA is layout, not text. */
function textOf(pieces: readonly TextPiece[]): string {
  if (pieces.length < 2) return pieces[0]?.text ?? ''
  const hasCdata = pieces.some(({ isCdata }) => isCdata)
  return pieces.map(({ text, isCdata }) => (hasCdata && !isCdata && text.trim() === '' ? '' : text)).join('')
}
