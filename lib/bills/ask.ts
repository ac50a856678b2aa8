import { Buffer } from 'node:buffer'
import type { KeyObject } from 'node:crypto'
import type { AxiosResponse } from 'axios'
import { decryptOaep } from '../crypto/rsa.js'
import { RequestError, VerificationError } from '../errors.js'
import { Bill, type BillAnnouncement } from './bill.js'
import type { Encryption } from './bytes.js'
import type { BillFormat } from './columns.js'
import type { BillFile } from './download.js'
import { DOWNLOAD_PATH, downloadQuery } from './download-url.js'
import { type BillOptions, checkParameters, type ParameterNames } from './request.js'

/** The parts of a client that bills need. */
export interface BillContext {
  /** Sends a request as the chain does. */
  readonly send: (verb: 'get' | 'post', path: string, request: object) => Promise<AxiosResponse>
  /** Access points beside the API's own: the client's `baseURL`, and those for failover. */
  readonly origins: readonly string[]
  readonly privateKey: KeyObject
}

/** A sort of bill of APIv3. */
export interface BillKind extends ParameterNames {
  /** The name of the method in messages: `bills.trade`. */
  readonly method: string
  readonly path: string
  readonly format: BillFormat
  readonly defaults?: Readonly<Record<string, string>>
}

interface EncryptedFile extends BillAnnouncement {
  readonly bill_sequence?: number
  readonly encrypt_key?: string
  readonly nonce?: string
}

interface Announced extends BillAnnouncement {
  readonly download_bill_count?: number
  readonly download_bill_list?: readonly EncryptedFile[]
}

/** Asks for a bill. The response says where it can be downloaded, which is done when the bill is read. */
export async function askForBill<Row, Summary>(
  context: BillContext,
  kind: BillKind,
  request: object,
  options: BillOptions = {},
): Promise<Bill<Row, Summary>> {
  const query = { ...kind.defaults, ...checkParameters(kind.method, request, kind) }
  const { algorithm } = query as { readonly algorithm?: string }
  if (algorithm !== undefined && algorithm !== 'AEAD_AES_256_GCM') {
    throw new RequestError(
      `${kind.method}: algorithm must be AEAD_AES_256_GCM; ${algorithm} is not supported`,
    )
  }
  const { onBadRow: _, ...callOptions } = options
  const { data } = await context.send('get', kind.path, { query, ...callOptions })
  const announced = (data ?? {}) as Announced
  const name = `GET ${kind.path} ${(query as { bill_date?: string }).bill_date}`
  const parts = [...(announced.download_bill_list ?? [announced])].sort(bySequence)
  if (parts.length === 0) throw refusal(name, 'it names no file')
  const origins = options.baseURL === undefined ? context.origins : [...context.origins, options.baseURL]
  const file = (part: EncryptedFile): BillFile => {
    const download = { query: downloadQuery(part.download_url, origins, name), ...callOptions }
    return {
      request: () => context.send('get', DOWNLOAD_PATH, { ...download, responseType: 'stream' }),
      sha1: sha1Of(part, name),
      ...encryptionOf(part, context.privateKey, name),
    }
  }
  const [first] = parts
  const announcement = parts.length === 1 && first ? first : {}
  return new Bill({
    name,
    format: kind.format,
    files: parts.map(file),
    announcement,
    options,
  })
}

function bySequence(one: EncryptedFile, other: EncryptedFile): number {
  return (one.bill_sequence ?? 0) - (other.bill_sequence ?? 0)
}

function sha1Of({ hash_type, hash_value }: BillAnnouncement, name: string): string {
  if (hash_type === 'SHA1' && typeof hash_value === 'string' && /^[0-9a-f]{40}$/i.test(hash_value)) {
    return hash_value
  }
  throw refusal(name, `it announces no SHA-1 (hash_type ${String(hash_type)})`)
}

function encryptionOf(
  { encrypt_key, nonce }: EncryptedFile,
  privateKey: KeyObject,
  name: string,
): { readonly encryption?: Encryption } {
  if (encrypt_key === undefined) return {}
  const key = Buffer.from(decryptOaep(encrypt_key, privateKey))
  if (key.length !== 32 || !nonce) throw refusal(name, 'its encrypt_key is none of AES-256, or has no nonce')
  return { encryption: { key, nonce } }
}

function refusal(name: string, why: string): VerificationError {
  return new VerificationError(`${name}: the answer is not to be trusted: ${why}`, { code: 'ANSWER_INVALID' })
}
