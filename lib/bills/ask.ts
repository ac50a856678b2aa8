import type { KeyObject } from 'node:crypto'
import { inspect } from 'node:util'
import type { AxiosResponse } from 'axios'
import { decryptOaep } from '../crypto/rsa.js'
import { RequestError, VerificationError } from '../errors.js'
import { rsaKeyOf } from '../identity.js'
import { nameHint } from '../nearest.js'
import { DEFAULT_ORIGIN } from '../protocols/url.js'
import { Bill, type BillAnnouncement, type BillOptions } from './bill.js'
import type { Encryption } from './bytes.js'
import type { BillFormat } from './columns.js'
import type { BillFile } from './download.js'
import { FUNDFLOW } from './fundflow.js'
import { PROFIT_SHARING } from './profit-sharing.js'
import { TRADE } from './trade.js'

/** The parts of a client that bills need. */
export interface BillContext {
  /** Sends a request as the chain does. */
  readonly send: (verb: 'get' | 'post', path: string, request: object) => Promise<AxiosResponse>
  /** Access points beside the API's own: the client's `baseURL`, and those for failover. */
  readonly origins: readonly string[]
  /** Of APIv3; bills of APIv2 are not encrypted. */
  readonly privateKey: KeyObject | undefined
}

/** The name of the method of a sort of bill. */
export type BillName =
  | 'trade'
  | 'fundflow'
  | 'subMerchantFundflow'
  | 'ecommerceFundflow'
  | 'profitSharing'
  | 'v2.trade'
  | 'v2.fundflow'

/** A sort of bill: where it is asked for, with which parameters beside `bill_date` and `tar_type`. */
interface BillKind {
  readonly path: string
  readonly format: BillFormat
  readonly required?: readonly string[]
  readonly optional?: readonly string[]
  readonly defaults?: Readonly<Record<string, string>>
}

const ENCRYPTED = { algorithm: 'AEAD_AES_256_GCM' } as const

/** All sorts of bills, by the names of their methods. */
const KINDS: Readonly<Record<BillName, BillKind>> = {
  trade: { path: 'v3/bill/tradebill', format: TRADE, optional: ['bill_type', 'sub_mchid'] },
  fundflow: { path: 'v3/bill/fundflowbill', format: FUNDFLOW, optional: ['account_type'] },
  subMerchantFundflow: {
    path: 'v3/bill/sub-merchant-fundflowbill',
    format: FUNDFLOW,
    required: ['sub_mchid', 'account_type'],
    optional: ['algorithm'],
    defaults: ENCRYPTED,
  },
  ecommerceFundflow: {
    path: 'v3/ecommerce/bill/fundflowbill',
    format: FUNDFLOW,
    optional: ['account_type', 'algorithm'],
    defaults: { account_type: 'ALL', ...ENCRYPTED },
  },
  profitSharing: { path: 'v3/profitsharing/bills', format: PROFIT_SHARING, optional: ['sub_mchid'] },
  'v2.trade': {
    path: 'v2/pay/downloadbill',
    format: TRADE,
    required: ['appid'],
    optional: ['bill_type', 'sub_appid', 'sub_mch_id', 'sign_type'],
  },
  'v2.fundflow': { path: 'v2/pay/downloadfundflow', format: FUNDFLOW, required: ['appid', 'account_type'] },
}

/** The response to the request for a bill of APIv3; a list of files where it is encrypted. */
interface Announced extends BillAnnouncement {
  readonly download_bill_list?: readonly EncryptedFile[]
}

interface EncryptedFile extends BillAnnouncement {
  readonly bill_sequence?: number
  readonly encrypt_key?: string
  readonly nonce?: string
}

/** Asks for a bill. It is downloaded when it is read; with APIv2 it is asked for only then, because the response is the bill. */
export async function askForBill(
  context: BillContext,
  method: BillName,
  request: unknown,
  { signal, onBadRow, ...rest }: BillOptions = {},
): Promise<Bill<never, never>> {
  const kind = KINDS[method]
  const parameters = checkParameters(`bills.${method}`, request, kind)
  // The key of the file comes encrypted for the merchant.
  if (kind.defaults) rsaKeyOf({ privateKey: context.privateKey as KeyObject }, `bills.${method}`)
  const callOptions = { ...rest, ...(signal && { signal }) }
  const bill = { format: kind.format, options: { signal, onBadRow } }
  if (kind.path.startsWith('v2/')) {
    const name = `POST ${kind.path} ${parameters.bill_date}`
    const xml = { ...parameters, bill_date: parameters.bill_date.replaceAll('-', '') }
    const send = () => context.send('post', kind.path, { xml, responseType: 'stream', ...callOptions })
    return new Bill({ ...bill, name, files: [{ request: send, sha1: digestHeader }], announcement: {} })
  }
  const name = `GET ${kind.path} ${parameters.bill_date}`
  const { data } = await context.send('get', kind.path, { query: parameters, ...callOptions })
  const announced = (data ?? {}) as Announced
  const parts = [...(announced.download_bill_list ?? [announced])].sort(
    (one: EncryptedFile, other: EncryptedFile) => (one.bill_sequence ?? 0) - (other.bill_sequence ?? 0),
  )
  const [first = {}, second] = parts
  if (parts.length === 0) throw refusal(name, 'it names no file')
  const origins = [DEFAULT_ORIGIN, ...context.origins, ...(rest.baseURL === undefined ? [] : [rest.baseURL])]
  const files = parts.map((part: EncryptedFile): BillFile => {
    const download = { query: downloadQuery(part.download_url, origins, name), ...callOptions }
    return {
      request: () => context.send('get', DOWNLOAD_PATH, { ...download, responseType: 'stream' }),
      sha1: sha1Of(part, name),
      ...encryptionOf(part, context.privateKey as KeyObject, name),
    }
  })
  return new Bill({ ...bill, name, files, announcement: second ? {} : first })
}

/**
 * Checks that the parameters of a bill are texts, and that none is missing or unknown. The day comes as `2024-01-01`.
 *
 * @throws {RequestError} naming the method and the parameter.
 */
function checkParameters(
  method: string,
  request: unknown,
  { required = [], optional = [], defaults }: BillKind,
): Readonly<Record<string, string>> & { readonly bill_date: string } {
  const needed = [...required, 'bill_date']
  if (typeof request !== 'object' || request === null) {
    throw new RequestError(`${method} takes an object: { ${needed.join(', ')} }`)
  }
  const known = [...needed, ...optional, 'tar_type']
  const given = Object.entries(request).filter(([, value]) => value !== undefined)
  for (const [name, value] of given) {
    if (!known.includes(name)) {
      throw new RequestError(`${method}: unknown parameter '${name}'; ${nameHint(name, known)}`)
    }
    if (name !== 'bill_date' && (typeof value !== 'string' || value === '')) {
      throw new RequestError(`${method}: ${name} must be a text that is not empty`)
    }
  }
  const parameters = { ...defaults, ...Object.fromEntries(given) } as Record<string, string>
  const missing = needed.filter((name) => parameters[name] === undefined)
  if (missing.length > 0) throw new RequestError(`${method}: ${missing.join(', ')} missing`)
  const { algorithm = ENCRYPTED.algorithm, bill_date } = parameters
  if (algorithm !== ENCRYPTED.algorithm) {
    throw new RequestError(
      `${method}: algorithm must be ${ENCRYPTED.algorithm}; ${algorithm} is not supported`,
    )
  }
  return { ...parameters, bill_date: toDay(method, bill_date) }
}

const BEIJING_OFFSET = 8 * 3600 * 1000

/** @throws {RequestError} when it is no day, or one that no calendar has. */
function toDay(method: string, date: unknown): string {
  const time = date instanceof Date ? new Date(date.getTime() + BEIJING_OFFSET) : undefined
  const written = typeof date === 'string' ? date.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3') : ''
  const day = time ? isoDay(time) : written
  if (/^\d{4}-\d\d-\d\d$/.test(day) && isoDay(new Date(day)) === day) return day
  throw new RequestError(
    `${method}: bill_date must be a day such as 2024-01-01 or 20240101, or a Date, not ${inspect(date)}`,
  )
}

/** The day of a time in UTC; empty when it is none. */
function isoDay(time: Date): string {
  return Number.isNaN(time.getTime()) ? '' : time.toISOString().slice(0, 10)
}

function sha1Of({ hash_type, hash_value }: BillAnnouncement, name: string): string {
  if (hash_type === 'SHA1' && typeof hash_value === 'string' && /^[0-9a-f]{40}$/i.test(hash_value)) {
    return hash_value
  }
  throw refusal(name, `it announces no SHA-1 (hash_type ${String(hash_type)})`)
}

/** The SHA-1 in the header `Digest: SHA=…` of APIv2, in hexadecimal. */
function digestHeader({ headers }: AxiosResponse): string | undefined {
  return /^SHA(?:-?1)?=([0-9a-f]{40})$/i.exec(String(headers.digest ?? ''))?.[1]
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

/** The path that all bills of APIv3 are downloaded from, as in the route map. */
const DOWNLOAD_PATH = 'v3/billdownload/file'

/**
 * The query of a download URL. The request goes to the client's own access point, never to the host of the URL: a signature
 * is not sent to a host that is named by a response.
 *
 * @throws {VerificationError} when the URL is that of another host or path.
 */
function downloadQuery(
  downloadUrl: unknown,
  origins: readonly string[],
  name: string,
): Readonly<Record<string, string>> {
  const text = typeof downloadUrl === 'string' ? downloadUrl.trim() : ''
  if (!URL.canParse(text)) throw refusal(name, 'it names no download_url')
  const { origin, pathname, search } = new URL(text)
  const known = origins.filter((base) => URL.canParse(base)).map((base) => new URL(base).origin)
  if (!known.includes(origin)) {
    throw refusal(name, `its download_url is at ${origin}, not at ${known.join(' or ')}`)
  }
  if (pathname !== `/${DOWNLOAD_PATH}`) {
    throw refusal(name, `its download_url has the path ${pathname}, not /${DOWNLOAD_PATH}`)
  }
  // A plus sign stays one: tokens have plus signs, and no spaces.
  const query = search.slice(1).replaceAll('+', '%2B')
  try {
    decodeURIComponent(query)
  } catch {
    throw refusal(name, 'its download_url is not properly encoded')
  }
  return Object.fromEntries(new URLSearchParams(query))
}

function refusal(name: string, why: string): VerificationError {
  return new VerificationError(`${name}: the answer is not to be trusted: ${why}`, { code: 'ANSWER_INVALID' })
}
