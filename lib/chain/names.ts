const IDENTIFIER = /^[A-Za-z_$][\w$]*$/
const PLACEHOLDER = /^(?:_([A-Za-z]\w*?)_|\$([A-Za-z]\w*?)\$)$/
const UPPER = /[A-Z]/g

/**
 * The path segment behind a property name of the chain: `membercardOpen` → `membercard-open`,
 * `_card_id_` and `$card_id$` → `{card_id}`, `video_upload` as it is. A name that is no identifier
 * is literal, and so is one of `exact`, the documented segments with upper-case letters.
 */
export function normalizeSegment(name: string, exact: ReadonlySet<string>): string {
  if (!IDENTIFIER.test(name) || exact.has(name)) return name
  const placeholder = PLACEHOLDER.exec(name)
  if (placeholder) return `{${placeholder[1] ?? placeholder[2]}}`
  if (name.includes('_')) return name
  return name.replace(UPPER, (letter, at: number) => (at === 0 ? '' : '-') + letter.toLowerCase())
}
