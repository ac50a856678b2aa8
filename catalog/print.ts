import type { Property, Type } from './ir.js'

const WIDTH = 104

/** Prints types, by name where they have one. */
export interface Printer {
  nameOf(type: Type): string | undefined
  /** The type, indented as the continuation of a line that already holds `used` columns. */
  print(type: Type, indent: number, used: number): string
  /** The type spelled out even if it has a name: the right side of its own declaration. */
  spell(type: Type, indent: number, used: number): string
}

export function createPrinter(nameOf: (type: Type) => string | undefined): Printer {
  const print: Printer['print'] = (type, indent, used) => {
    if (typeof type === 'string') return type
    return nameOf(type) ?? spell(type, indent, used)
  }

  const spell: Printer['spell'] = (type, indent, used) => {
    if (typeof type === 'string') return type
    const line = flat(type)
    if (used + line.length <= WIDTH) return line
    const pad = ' '.repeat(indent + 2)
    if ('values' in type) return alternatives(valueTexts(type.values), indent)
    if ('union' in type) {
      return alternatives(
        type.union.map((one) => print(one, indent + 4, indent + 6)),
        indent,
      )
    }
    if ('list' in type) return spellList(type.list, indent, used)
    const lines = type.fields.map((field) => {
      const head = `${pad}${propertyHead(field)}: `
      return `${head}${print(field.type, indent + 2, head.length)}`.replace(': \n', ':\n')
    })
    return `{\n${lines.join('\n')}\n${' '.repeat(indent)}}`
  }

  const spellList = (item: Type, indent: number, used: number): string => {
    const text = print(item, indent, used)
    const bare = typeof item === 'string' || 'fields' in item || nameOf(item) !== undefined
    return bare ? `${text}[]` : `(${text}\n${' '.repeat(indent)})[]`
  }

  const flat = (type: Type): string => {
    if (typeof type === 'string') return type
    if ('values' in type) return valueTexts(type.values).join(' | ')
    if ('union' in type) return type.union.map(flatNamed).join(' | ')
    if ('list' in type) return listOf(type.list)
    if (type.fields.length === 0) return 'Record<string, never>'
    return `{ ${type.fields.map((field) => `${propertyHead(field)}: ${flatNamed(field.type)}`).join('; ')} }`
  }
  const flatNamed = (type: Type): string => (typeof type === 'string' ? type : (nameOf(type) ?? flat(type)))
  const listOf = (item: Type): string => {
    const text = flatNamed(item)
    const compound = typeof item === 'string' ? text.includes('|') : !nameOf(item) && !('fields' in item)
    return compound ? `(${text})[]` : `${text}[]`
  }
  return { nameOf, print, spell }
}

/** Enumerations are open, because the API adds values without notice; editors still offer the known ones. */
function valueTexts(values: readonly (string | number)[]): string[] {
  const open = typeof values[0] === 'number' ? '(number & {})' : '(string & {})'
  return [...values.map((value) => (typeof value === 'number' ? String(value) : quote(value))), open]
}

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
  if (typeof type === 'object' && 'fields' in type) {
    const body = printer.spell(type, 0, WIDTH)
    return `export interface ${name} ${body}`
  }
  const head = `export type ${name} = `
  return `${head.trimEnd()} ${printer.spell(type, 0, head.length)}`
    .replace('=  ', '= ')
    .replace('= \n', '=\n')
}
