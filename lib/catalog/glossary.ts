/**
 * English names by Chinese name. One that stands for different things has them by the field's name, and one for all
 * others: `商户号: { default: merchant ID, merchant_code: merchant code }`.
 */
export type Glossary = Readonly<Record<string, string | Readonly<Record<string, string>>>>

/** The English name of a field that is labelled so; `undefined` when the glossary has none. */
export function englishOf(glossary: Glossary, label: string, field: string): string | undefined {
  const entry = Object.hasOwn(glossary, label) ? glossary[label] : undefined
  if (typeof entry !== 'object') return entry
  return Object.hasOwn(entry, field) ? entry[field] : entry.default
}

let loaded: Promise<Glossary> | undefined

/** The glossary, loaded when it is first asked for. */
export function loadGlossary(): Promise<Glossary> {
  loaded ??= import('../data/glossary.js').then(({ glossary }) => JSON.parse(glossary) as Glossary)
  return loaded
}

/** A field's name in both languages: `商户订单号 · merchant's order number`. */
export function bilingual(glossary: Glossary, label: string, field: string): string {
  const english = englishOf(glossary, label, field)
  return english === undefined || english === label ? label : `${label} · ${english}`
}
