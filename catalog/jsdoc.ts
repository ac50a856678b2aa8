import { bilingual, type Glossary } from '../lib/catalog/glossary.js'
import type { Unit } from '../lib/catalog/schema.js'
import type { Property } from './ir.js'

const DEPRECATIONS: Readonly<Record<string, string>> = {
  deprecated: 'The documentation marks this endpoint as deprecated.',
  discarded: 'This endpoint has been taken out of service.',
  redesigned: 'A newer endpoint takes its place.',
}

const UNITS: Readonly<Record<Unit, string>> = {
  fen: '分 · fen',
  minor: '货币最小单位 · minor unit of the currency',
}

/** What the documentation says of a field, on one line: `商户订单号 · merchant's order number; 6–32 characters`. */
export function fieldDoc({ name, type, about = {} }: Property, glossary: Glossary): string | undefined {
  const { label, unit, min, max, pattern, maxItems, oneOf, filled } = about
  const isText = type !== 'number'
  const facts = [
    (label ? bilingual(glossary, label, name) : '') + (unit ? ` (${UNITS[unit]})` : ''),
    rangeText(min, max, isText ? ' characters' : ''),
    maxItems && `at most ${maxItems} items`,
    pattern && `matches \`${pattern}\``,
    filled && 'filled in by the client',
    oneOf && `either ${oneOf.slice(0, -1).join(', ')} or ${oneOf.at(-1)}`,
  ]
  const text = facts.filter((one) => one).join('; ')
  return text === '' ? undefined : text.replaceAll('*/', '*\\/')
}

function rangeText(min: number | undefined, max: number | undefined, of: string): string | undefined {
  if (min === undefined && max === undefined) return undefined
  if (max === undefined) return `at least ${min}${of}`
  return min === undefined ? `at most ${max}${of}` : `${min}–${max}${of}`
}

const NOTES: Readonly<Record<string, string>> = {
  privated: 'Closed to new merchants.',
  'need-accessment': 'Open to merchants who have applied for it.',
}

/** The lines of a JSDoc comment: name, at most two links, deprecation. */
export function jsdoc(
  facts: { readonly name: string; readonly docs?: readonly string[]; readonly flags?: readonly string[] },
  indent: string,
  notes: readonly string[] = [],
): string {
  const flags = facts.flags ?? []
  const lines = [facts.name.replaceAll('*/', '')]
  for (const flag of flags) if (NOTES[flag]) lines.push(NOTES[flag])
  lines.push(...notes)
  const links = docLinks(facts.docs ?? [])
  if (links.length > 0) lines.push(`@see ${links.join(' ')}`)
  const deprecation = flags.flatMap((flag) => DEPRECATIONS[flag] ?? [])
  if (deprecation.length > 0) lines.push(`@deprecated ${deprecation.join(' ')}`)
  const [first, ...rest] = lines
  if (rest.length === 0) return `${indent}/** ${first} */`
  return [`${indent}/** ${first}`, ...rest.map((line) => `${indent} * ${line}`), `${indent} */`].join('\n')
}

/** The merchant's and the partner's page; the first page there is when neither can be told from its address. */
export function docLinks(docs: readonly string[]): string[] {
  const merchant = docs.find((url) => url.includes('/merchant/'))
  const partner = docs.find((url) => url.includes('/partner/'))
  const named = [merchant && `[merchant](${merchant})`, partner && `[partner](${partner})`]
  const links = named.filter((link) => link !== undefined)
  return links.length > 0 || !docs[0] ? links : [`[docs](${docs[0]})`]
}
