/** `goods_detail`, `pay-devices` or `openId` as a type's name. */
export function pascal(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word[0]?.toUpperCase() + word.slice(1))
    .join('')
}

/** The name of one item of a list: `receivers` → `receiver`, `sub_order_list` → `sub_order`. */
export function singular(name: string): string {
  if (/[_-]list$/.test(name)) return name.replace(/[_-]list$/, '')
  if (/ies$/.test(name)) return name.replace(/ies$/, 'y')
  if (/(ss|us|is|series|news)$/.test(name)) return name
  if (/(ch|sh|x|ss)es$/.test(name)) return name.replace(/es$/, '')
  return name.replace(/s$/, '')
}

/** Segments that do not say what a route is about. */
const FILLERS = /^(v2|v3|hk|id|[\w-]*-(no|id|code|number)|query|pay|\{.*\})$/

/** The words for what a route is about, the last one first: `v3/pay/transactions/id/{id}` → `['transactions', 'pay']`. */
export function subjects(template: string): string[] {
  const segments = template.split('/').reverse()
  const words = segments.filter((segment) => !FILLERS.test(segment))
  return words.length > 0 ? words : segments.filter((segment) => !segment.startsWith('{')).slice(0, 1)
}

/** Names that have another meaning in the generated files. */
const RESERVED: readonly string[] = [
  ...['Array', 'Blob', 'Boolean', 'Buffer', 'Date', 'Error', 'Event', 'File', 'Function', 'Map', 'Number'],
  ...['Object', 'Partial', 'Promise', 'Record', 'Response', 'Request', 'Set', 'String', 'Symbol', 'URL'],
  ...['Ciphertext', 'FilePart', 'Operation', 'PathValue', 'Routes', 'Sensitive', 'Notification'],
  ...['Notifications', 'EventType', 'NotificationOf', 'Acknowledgements', 'XmlNotification', 'XmlValue'],
]

export class Names {
  readonly #taken = new Set(RESERVED)

  /** The first candidate that is not taken; the last one with a number when all of them are. */
  take(candidates: readonly string[]): string {
    const valid = candidates.filter((name) => /^[A-Za-z]/.test(name))
    let name = valid.find((candidate) => !this.#taken.has(candidate))
    const last = valid.at(-1) ?? 'Shape'
    for (let n = 2; name === undefined; n++) {
      if (!this.#taken.has(`${last}${n}`)) name = `${last}${n}`
    }
    this.#taken.add(name)
    return name
  }
}
