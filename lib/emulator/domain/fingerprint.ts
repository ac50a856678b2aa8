/**
 * A text that is the same for requests that mean the same: the order of keys does not count, and a currency that is left
 * out is CNY.
 */
export function fingerprintOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const entries = Object.entries(value).filter(([name, entry]) => name !== 'currency' || entry !== 'CNY')
    return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)))
  })
}
