import { isRecord, LOST_NAMES, MAX_DEPTH } from '../plain-object.js'
import { Ciphertext, Sensitive } from '../protocols/v3/sensitive.js'

/** What is found in a body before it is sent. */
export interface BodyFindings {
  /** What JSON cannot carry or, like `NaN` or a `Map`, would carry as something else; `undefined` when there is nothing. */
  readonly problem: string | undefined
  /** Whether there are texts to encrypt, or ciphertexts. */
  readonly sensitive: boolean
}

/** The place of a value that cannot be sent, and what is wrong with it. */
interface Unsendable {
  readonly at: string
  readonly problem: string
}

/** Characters of a place in a message; the place in an object that refers to itself would have no end. */
const MAX_PLACE = 120

/** Looks through a body, once. */
export function inspectBody(body: unknown): BodyFindings {
  const findings = { sensitive: false }
  const found = search(body, 0, findings)
  if (!found) return { problem: undefined, sensitive: findings.sensitive }
  const at = `json${found.at}`
  const place = at.length > MAX_PLACE ? `${at.slice(0, MAX_PLACE)}…` : at
  return { problem: `${place} ${found.problem}`, sensitive: findings.sensitive }
}

interface Findings {
  sensitive: boolean
}

function search(value: unknown, depth: number, findings: Findings): Unsendable | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return undefined
  if (depth > MAX_DEPTH) return { at: '', problem: 'is nested too deep, or refers to itself' }
  if (value instanceof Sensitive || value instanceof Ciphertext) {
    findings.sensitive = true
    return undefined
  }
  if (Array.isArray(value)) return searchItems(value, depth + 1, findings)
  if (isRecord(value)) return searchFields(value, depth + 1, findings)
  if (typeof value === 'object' && !(value instanceof Uint8Array) && 'toJSON' in value) return undefined
  return { at: '', problem: `is ${describe(value)}, which JSON cannot carry` }
}

function searchItems(items: readonly unknown[], depth: number, findings: Findings): Unsendable | undefined {
  for (let index = 0; index < items.length; index++) {
    const found = search(items[index], depth, findings)
    if (found) return { ...found, at: `[${index}]${found.at}` }
  }
  return undefined
}

function searchFields(
  fields: Readonly<Record<string, unknown>>,
  depth: number,
  findings: Findings,
): Unsendable | undefined {
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if (LOST_NAMES.has(name)) return { at: `.${name}`, problem: 'is no name of a field' }
    // JSON leaves out what is undefined.
    const found = value === undefined ? undefined : search(value, depth, findings)
    if (found) return { ...found, at: `.${name}${found.at}` }
  }
  return undefined
}

function describe(value: unknown): string {
  if (typeof value === 'number' || value === undefined) return String(value)
  return typeof value === 'object' ? `a ${value?.constructor?.name ?? 'object'}` : `a ${typeof value}`
}
