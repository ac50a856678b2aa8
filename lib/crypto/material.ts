import { readFileSync } from 'node:fs'
import { bufferOf } from '../buffer-of.js'
import { ConfigError } from '../errors.js'
import { withoutKeys } from '../printable.js'

/** A block of PEM. */
export interface PemBlock {
  /** The kind of its content, such as `PRIVATE KEY`. */
  readonly label: string
  readonly text: string
  readonly der: Buffer
}

/** What was given as a key or certificate, not parsed yet: PEM, or else bytes. */
export type Material =
  | { readonly blocks: readonly PemBlock[]; readonly der?: undefined }
  | { readonly der: Buffer; readonly blocks?: undefined }

const BEGIN = /-----BEGIN [A-Z0-9 ]+-----/
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
const LIKE_A_PATH = /^(?:\.{0,2}[\\/]|~|[A-Za-z]:\\)|\.(?:pem|key|crt|cer|der|p12|pfx)$/i

/**
 * Reads a key or certificate in the forms that people have them in: PEM text with whatever environments and settings make of it
 * (quotes, literal `\n`, a byte order mark), PEM or DER bytes, base64 of either, or a `file://` URL.
 *
 * @param what the message calls it
 * @throws {ConfigError} code `KEY_INVALID`
 */
export function readMaterial(input: unknown, what: string): Material {
  if (input instanceof Uint8Array) return ofBytes(bufferOf(input), what)
  if (input === undefined || input === null) throw invalidKey(`${what} is missing`)
  if (typeof input !== 'string' && !(input instanceof URL)) {
    throw invalidKey(`${what} must be PEM text, bytes, a file:// URL or a KeyObject`)
  }
  const text = input instanceof URL ? input.href : unquote(input)
  if (/^file:\/\//i.test(text)) return ofBytes(readFile(text, what), what)
  if (BEGIN.test(text)) return { blocks: readBlocks(text, what) }
  const base64 = text.replace(/\s+/g, '')
  if (base64 === '') throw invalidKey(`${what} is empty`)
  if (BASE64.test(base64)) return ofBytes(Buffer.from(base64, 'base64'), what)
  const hint = /^https?:/i.test(text)
    ? '; it is not fetched from elsewhere: read it first'
    : LIKE_A_PATH.test(text)
      ? '; a path is given as pathToFileURL(path)'
      : /\b(?:BEGIN|END) [A-Z]/.test(text)
        ? '; its BEGIN line is damaged: it has five dashes on both sides'
        : ''
  throw invalidKey(`${what} is neither PEM, base64 nor a file:// URL${hint}`)
}

/** The error for a key or certificate that cannot be used. */
export function invalidKey(message: string): ConfigError {
  return new ConfigError(message, { code: 'KEY_INVALID' })
}

/** A text without what settings, shells and editors put around it: blanks, and quotes, twice at most. */
export function unquote(text: string, times = 2): string {
  const trimmed = text.trim()
  const quoted = times > 0 ? /^(["'`])([\s\S]*)\1,?$/.exec(trimmed) : null
  return quoted?.[2] === undefined ? trimmed : unquote(quoted[2], times - 1)
}

/** Bytes are DER unless they are a text of PEM or base64: secrets of build servers are often a whole file in base64. */
function ofBytes(bytes: Buffer, what: string): Material {
  const text = bytes.toString('latin1')
  if (BEGIN.test(text)) return { blocks: readBlocks(text, what) }
  const isText = bytes.length > 0 && BASE64.test(text.replace(/\s+/g, ''))
  return isText ? readMaterial(text, what) : { der: bytes }
}

/** Blocks are looked for one after another, so that a long text that only looks like PEM takes no longer than reading it. */
function readBlocks(text: string, what: string): PemBlock[] {
  const lines = text.replace(/\\r\\n|\\n|\\r/g, '\n')
  const blocks: PemBlock[] = []
  const begin = /-----BEGIN ([A-Z0-9 ]+)-----/g
  for (let found = begin.exec(lines); found; found = begin.exec(lines)) {
    const label = found[1] as string
    const end = `-----END ${label}-----`
    const from = begin.lastIndex
    const to = lines.indexOf('-----', from)
    if (to < 0 || !lines.startsWith(end, to)) {
      throw invalidKey(
        `${what} is a ${label} whose END line is missing or damaged; give the whole file, up to ${end}`,
      )
    }
    begin.lastIndex = to + end.length
    const der = Buffer.from(lines.slice(from, to).replace(/\s+/g, ''), 'base64')
    blocks.push({ label, text: lines.slice(found.index, begin.lastIndex), der })
  }
  return blocks
}

function readFile(location: string, what: string): Buffer {
  try {
    return readFileSync(new URL(location))
  } catch (cause) {
    throw invalidKey(withoutKeys(`${what}: cannot read ${location}: ${(cause as Error).message}`))
  }
}
