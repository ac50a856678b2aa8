import { basename, dirname, extname, join, resolve } from 'node:path'
import { ID, idOf } from '../identity.js'
import type { Verb } from '../index.js'
import { RequestError, type Wechatpay } from '../index.js'
import { didYouMean, nearestName } from '../nearest.js'
import type { Engine } from './engine.js'
import type { BulkProgress } from './progress.js'
import type { BulkInput, InputFormat, Table } from './table.js'

/** Where Redis is: `redis://…` or `rediss://…` (TLS), or options of ioredis such as `{ host, port, password, tls }`. */
export type RedisAddress = string | Readonly<Record<string, unknown>>

/** The options that the run which enqueues rows and the workers which send them have in common. */
export interface BulkQueueOptions {
  readonly redis: RedisAddress
  /** The name of the queue. When absent it is made of the merchant and the access point, so that both sides agree. */
  readonly queue?: string | undefined
}

/** A job: one call for each row of a table. */
export interface BulkOptions {
  readonly client: Wechatpay
  /** `POST` when absent. */
  readonly method?: Verb | Uppercase<Verb>
  /** The endpoint's path, as in the route map. */
  readonly path: string
  /** A `.csv`, `.tsv`, `.jsonl` or `.xlsx` file, `-` for standard input, or the rows themselves. */
  readonly input: BulkInput
  /** The format of the input, where its name does not tell it; `csv` on standard input. */
  readonly format?: InputFormat
  /** Column by field: `{ 'json.openid': 'OpenID' }`. A column that is called like a field needs none. */
  readonly map?: Readonly<Record<string, string>>
  /**
   * Further names of columns, by field: `{ 'json.code': ['卡号', 'card no'] }`. Case, spaces, `_` and `-` do not count.
   */
  readonly aliases?: Readonly<Record<string, readonly string[]>>
  /** Values that are the same for all rows: `{ card_id: 'p…', 'json.amount.currency': 'CNY' }`. */
  readonly set?: Readonly<Record<string, unknown>>
  /** The file that records what was done; `<input>.journal` when absent. It belongs to one merchant and one access point. */
  readonly journal?: string
  /** The file for rows that failed; `<input>.failed.csv` when absent. */
  readonly failed?: string
  /** The file for the response to each row, as JSON lines. */
  readonly output?: string
  /** The number of calls in flight at once; 16 when absent. */
  readonly concurrency?: number
  /** The highest number of calls a second. It is lowered further when the API answers that it is called too often. */
  readonly rate?: number
  /** Whether every row is checked against the documentation first; none is sent when one is wrong. */
  readonly validate?: boolean
  /** As in a request object: how often a failed call is repeated. */
  readonly retry?: boolean | number
  /** Whether rows that failed in an earlier run are sent again. */
  readonly retryFailed?: boolean
  /**
   * What sends the rows: this process when absent. With `bullmq` they go to a queue in Redis, and processes that call
   * `runBulkWorker` with the same private key send them, on as many hosts as you like; this process collects the outcomes.
   */
  readonly engine?: 'local' | 'bullmq' | Engine
  /** For `bullmq`: `redis://…`, or options of ioredis. */
  readonly redis?: RedisAddress
  /** For `bullmq`: the name of the queue. Made of the merchant and the access point when absent. */
  readonly queue?: string
  /** Called a few times a second. */
  readonly onProgress?: (progress: BulkProgress) => void
  /** Stops the job: no further row is sent, those in flight are waited for, and another run continues from there. */
  readonly signal?: AbortSignal
}

const NAMES = [
  ...['client', 'method', 'path', 'input', 'format', 'map', 'aliases', 'set', 'journal', 'failed', 'output'],
  ...[
    'concurrency',
    'rate',
    'validate',
    'retry',
    'retryFailed',
    'engine',
    'redis',
    'queue',
    'onProgress',
    'signal',
  ],
]

/** @throws {RequestError} for an option that is missing, or that there is none of. */
export function assertOptions(options: BulkOptions): void {
  const { client, path, input } = Object(options) as Partial<BulkOptions>
  if (!(ID in Object(client))) throw new RequestError('runBulk takes a client: new Wechatpay(…)')
  if (typeof path !== 'string')
    throw new RequestError("runBulk takes the path of an endpoint, such as 'v3/…/users/import'")
  if (input === undefined)
    throw new RequestError('runBulk takes an input: a file of rows, or the rows themselves')
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name))
  if (unknown)
    throw new RequestError(`There is no option '${unknown}'${didYouMean(nearestName(unknown, NAMES))}`)
}

const DEFAULT_CONCURRENCY = 16

/** Checks method, concurrency and rate, and fills in their defaults. */
export function settingsOf({ method = 'post', concurrency, rate }: BulkOptions): {
  readonly verb: Verb
  readonly concurrency: number
  readonly rate: number
} {
  const verb = method.toLowerCase() as Verb
  if (!['get', 'post', 'put', 'patch', 'delete'].includes(verb)) {
    throw new RequestError(`method must be get, post, put, patch or delete, and is '${method}'`)
  }
  if (rate !== undefined && !(rate > 0)) throw new RequestError('rate must be a number of calls a second')
  return { verb, concurrency: concurrencyOf(concurrency), rate: rate ?? Number.POSITIVE_INFINITY }
}

/** @throws {RequestError} when it is no number of calls in flight. */
export function concurrencyOf(given: number = DEFAULT_CONCURRENCY): number {
  if (Number.isInteger(given) && given >= 1 && given <= 1000) return given
  throw new RequestError('concurrency must be a whole number from 1 to 1000')
}

/**
 * The account that a job belongs to: the merchant or brand that the client signs for, and its access point, so that a
 * rehearsal on an emulator is never taken for a job of the API.
 */
export function accountOf(client: Wechatpay): string {
  const { mchid, brandId } = idOf(client)
  const accessPoint = client.v3.certificates.url().replace(/\/v3\/certificates$/, '')
  return `${mchid ?? brandId} ${accessPoint}`
}

/** An account in words: `1900000109 at https://api.mch.weixin.qq.com`. */
export const describeAccount = (account: string): string => account.replace(' ', ' at ')

/** The files that a job writes. */
export interface BulkFiles {
  readonly journal: string
  readonly failed: string
}

/**
 * The files stand next to the input, or in the working folder, named after its content, when the input is no file.
 *
 * @throws {RequestError} when two of them are the same.
 */
export function filesOf({ input, journal, failed, output }: BulkOptions, { digest }: Table): BulkFiles {
  const isFile = typeof input === 'string' && input !== '-'
  const base = isFile ? resolve(input) : resolve(`wxpay-bulk-${digest.slice(0, 12)}`)
  const stem = isFile ? join(dirname(base), basename(base, extname(base))) : base
  const files = {
    journal: journal === undefined ? `${base}.journal` : resolve(journal),
    failed: failed === undefined ? `${stem}.failed.csv` : resolve(failed),
  }
  const all = [base, files.journal, files.failed, ...(output === undefined ? [] : [resolve(output)])]
  const twice = all.find((file, at) => all.indexOf(file) < at)
  if (twice === undefined) return files
  throw new RequestError(
    `${twice} is named twice: input, journal, failed rows and output are files of their own`,
  )
}
