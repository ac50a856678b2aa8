import type { Groups } from '../lib/catalog/schema.js'
import type { Property, Type } from './ir.js'

const WIDTH = 104

/** Prints types, by name where they have one. */
export interface Printer {
  nameOf(type: Type): string | undefined
  /** The type, indented as the continuation of a line that already holds `used` columns. */
  print(type: Type, indent: number, used: number): string
  /** The type in full even if it has a name: the right side of its own declaration. */
  expand(type: Type, indent: number, used: number): string
}

type NameOf = Printer['nameOf']
/** What the documentation says of a field, on one line; `undefined` when nothing is known. */
type Describe = (field: Property) => string | undefined

export function createPrinter(nameOf: NameOf, describe: Describe): Printer {
  const print: Printer['print'] = (type, indent, used) => {
    if (typeof type === 'string') return type
    return nameOf(type) ?? expand(type, indent, used)
  }

  const expand: Printer['expand'] = (type, indent, used) => {
    if (typeof type === 'string') return type
    const line = isDescribed(type, nameOf, describe) ? undefined : oneLine(type, nameOf)
    if (line !== undefined && used + line.length <= WIDTH) return line
    if ('values' in type) return alternatives(valueTexts(type.values), indent)
    if ('union' in type) {
      return alternatives(
        type.union.map((one) => print(one, indent + 4, indent + 6)),
        indent,
      )
    }
    if ('list' in type) return expandList(type.list, indent, used)
    return type.either ? expandEither(type.fields, type.either, indent) : expandFields(type.fields, indent)
  }

  const expandFields = (fields: readonly Property[], indent: number): string => {
    const pad = ' '.repeat(indent + 2)
    const lines = fields.map((field) => {
      const head = `${pad}${propertyHead(field)}: `
      const text = `${head}${print(field.type, indent + 2, head.length)}`.replace(': \n', ':\n')
      const description = describe(field)
      return description ? `${pad}/** ${description} */\n${text}` : text
    })
    return `{\n${lines.join('\n')}\n${' '.repeat(indent)}}`
  }

  /** All fields, and a union of objects that require one of the groups each. The fields keep their documentation. */
  const expandEither = (fields: readonly Property[], either: Groups, indent: number): string => {
    const cases = either.map((group) => {
      const needed = fields.filter(({ name }) => group.includes(name))
      return `{ ${needed.map(({ name, type }) => `${name}: ${print(type, indent + 2, WIDTH)}`).join('; ')} }`
    })
    return `${expandFields(fields, indent)} & (${cases.join(' | ')})`
  }

  const expandList = (item: Type, indent: number, used: number): string => {
    const text = print(item, indent, used)
    const bare = typeof item === 'string' || ('fields' in item && !item.either) || nameOf(item) !== undefined
    return bare ? `${text}[]` : `(${text}\n${' '.repeat(indent)})[]`
  }
  return { nameOf, print, expand }
}

/** Whether a type in full has fields with documentation, each of which takes lines of its own. */
function isDescribed(type: Type, nameOf: NameOf, describe: Describe): boolean {
  if (typeof type === 'string' || 'values' in type) return false
  if ('fields' in type && (type.either !== undefined || type.fields.some((field) => describe(field))))
    return true
  const inner =
    'fields' in type ? type.fields.map((field) => field.type) : 'list' in type ? [type.list] : type.union
  return inner.some((one) => nameOf(one) === undefined && isDescribed(one, nameOf, describe))
}

/** A type in full on one line, with the types inside it by name where they have one. */
function oneLine(type: Type, nameOf: NameOf): string {
  const inner = (one: Type): string => (typeof one === 'string' ? one : (nameOf(one) ?? oneLine(one, nameOf)))
  if (typeof type === 'string') return type
  if ('values' in type) return valueTexts(type.values).join(' | ')
  if ('union' in type) return type.union.map(inner).join(' | ')
  if ('list' in type) {
    const item = type.list
    const text = inner(item)
    const compound = typeof item === 'string' ? text.includes('|') : !nameOf(item) && !('fields' in item)
    return compound ? `(${text})[]` : `${text}[]`
  }
  if (type.fields.length === 0) return 'Record<string, never>'
  return `{ ${type.fields.map((field) => `${propertyHead(field)}: ${inner(field.type)}`).join('; ')} }`
}

/** Enumerations are open, because the API adds values without notice; editors still offer the known ones. */
function valueTexts(values: readonly (string | number)[]): string[] {
  const open = typeof values[0] === 'number' ? '(number & {})' : '(string & {})'
  return [...values.map((value) => (typeof value === 'number' ? String(value) : quote(value))), open]
}

/** A union, with as many of its types on a line as fit. */
export function alternatives(texts: readonly string[], indent: number): string {
  const pad = ' '.repeat(indent + 2)
  const lines: string[] = []
  for (const text of texts) {
    const last = lines.at(-1)
    const multiline = text.includes('\n') || last?.includes('\n')
    if (last && !multiline && last.length + text.length + 3 <= WIDTH) {
      lines[lines.length - 1] = `${last} | ${text}`
    } else lines.push(`${pad}| ${text}`)
  }
  return `\n${lines.join('\n')}`
}

export const quote = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`

function propertyHead({ name, optional }: Property): string {
  if (name.includes('$')) return `[key: \`${name.replace(/\$[nm]/g, (index) => `${index[0]}{number}`)}\`]`
  const key = /^[A-Za-z_][\w]*$/.test(name) ? name : quote(name)
  return optional ? `${key}?` : key
}

/** `export interface` for an object, `export type` for anything else. */
export function declare(name: string, type: Type, printer: Printer): string {
  if (typeof type === 'object' && 'fields' in type && !type.either) {
    const body = printer.expand(type, 0, WIDTH)
    return `export interface ${name} ${body}`
  }
  const head = `export type ${name} = `
  return `${head.trimEnd()} ${printer.expand(type, 0, head.length)}`
    .replace('=  ', '= ')
    .replace('= \n', '=\n')
}
