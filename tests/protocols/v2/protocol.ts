/** The protocol of v2, written down from the documentation once more: neither the client's code nor the emulator's. */
import { createHash, createHmac } from 'node:crypto'

export type Fields = Record<string, string>

/** The fields of a flat message. */
export function fieldsOfXml(xml: string): Fields {
  const entries = [...xml.matchAll(/<(\w+)>((?:<!\[CDATA\[[\s\S]*?\]\]>|[^<])*)<\/\1>/g)]
  return Object.fromEntries(entries.map(([, name = '', content = '']) => [name, textOf(content)]))
}

function textOf(content: string): string {
  return content
    .split(/(<!\[CDATA\[[\s\S]*?\]\]>)/)
    .map((piece) =>
      piece.startsWith('<![CDATA[')
        ? piece.slice(9, -3)
        : piece
            .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
            .replace(/&lt;/g, '<')
            .replace(/&gt;/g, '>')
            .replace(/&amp;/g, '&'),
    )
    .join('')
}

export function signatureOf(fields: Fields, key: string, type: string = fields.sign_type ?? 'MD5'): string {
  const names = Object.keys(fields).filter((name) => name !== 'sign' && fields[name] !== '')
  const text = names.sort().reduce((all, name) => `${all}${name}=${fields[name]}&`, '')
  const hash = type === 'MD5' ? createHash('md5') : createHmac('sha256', key)
  return hash.update(`${text}key=${key}`).digest('hex').toUpperCase()
}

/** A document as the API writes it. */
export function xmlOf(fields: Fields): string {
  const elements = Object.entries(fields).map(([name, text]) => `<${name}><![CDATA[${text}]]></${name}>`)
  return `<xml>${elements.join('\n')}</xml>`
}
