import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/**
 * `glossary.yaml`: English names by Chinese name. One that stands for different things has them by the field's name:
 * `商户号: { default: merchant ID, merchant_code: merchant code }`.
 */
export type Glossary = Readonly<Record<string, string | Readonly<Record<string, string>>>>

export function loadGlossary(root: string): Glossary {
  return parse(readFileSync(join(root, 'catalog', 'glossary.yaml'), 'utf8')) as Glossary
}

/** The English name of a field that is labelled so; `undefined` when the glossary has none. */
export function englishOf(glossary: Glossary, label: string, field: string): string | undefined {
  const entry = Object.hasOwn(glossary, label) ? glossary[label] : undefined
  if (typeof entry !== 'object') return entry
  return Object.hasOwn(entry, field) ? entry[field] : entry.default
}
