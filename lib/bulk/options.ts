import type { Verb } from '../catalog/traits.js'
import type { Wechatpay } from '../index.js'
import { RequestError } from '../index.js'
import type { RedisAddress } from './bullmq/options.js'
import type { Engine } from './engine.js'
import type { InputFormat } from './input.js'
import type { BulkInput } from './open-table.js'
import type { BulkProgress } from './progress.js'

/** A job: one call for each row of a table. */
export interface BulkOptions {
  readonly client: Wechatpay
  /** `POST` when absent. */
  readonly method?: Verb | Uppercase<Verb>
  /** The endpoint's path, as in the route map. */
  readonly path: string
  /** A `.csv`, `.tsv`, `.jsonl` or `.xlsx` file, `-` for standard input, or the rows themselves. */
  readonly input: BulkInput
  /** What the input is, where its name does not say so; `csv` on standard input. */
  readonly format?: InputFormat
  /** Column by field: `{ 'json.openid': 'OpenID' }`. A column that is called like a field needs none. */
  readonly map?: Readonly<Record<string, string>>
  /**
   * Further names of columns, by field: `{ 'json.code': ['卡号', 'card no'] }`. Case, spaces, `_` and `-` do not count.
   */
  readonly aliases?: Readonly<Record<string, readonly string[]>>
  /** Values that are the same for all rows: `{ card_id: 'p…', 'json.amount.currency': 'CNY' }`. */
  readonly set?: Readonly<Record<string, unknown>>
  /** Where it is written down what was done; `<input>.journal` when absent. */
  readonly journal?: string
  /** Where the rows go that failed; `<input>.failed.csv` when absent. */
  readonly failed?: string
  /** Where each row's answer goes, as JSON lines. */
  readonly output?: string
  /** Calls under way at once; 16 when absent. */
  readonly concurrency?: number
  /** Calls a second at most. When the API complains, it is slowed down further. */
  readonly rate?: number
  /** Check every row against the documentation first, and send none when one is wrong. */
  readonly validate?: boolean
  /** As in a request object: how often a failed call is repeated. */
  readonly retry?: boolean | number
  /** Send rows again that an earlier run was refused. */
  readonly retryFailed?: boolean
  /**
   * Who sends: this process when absent. With `bullmq` the rows go to a queue in Redis, and whoever calls
   * `runBulkWorker` sends them, on as many hosts as you like; this process collects what comes of them.
   */
  readonly engine?: 'local' | 'bullmq' | Engine
  /** For `bullmq`: `redis://…`, or options of ioredis. */
  readonly redis?: RedisAddress
  /** For `bullmq`: the queue's name. Made of the account and the access point when absent. */
  readonly queue?: string
  /** Whose job it is, such as the merchant id. A journal is of one account. */
  readonly account?: string
  /** Called a few times a second. */
  readonly onProgress?: (progress: BulkProgress) => void
  /** Stops the job: no further row is sent, those under way are waited for, and another run goes on from there. */
  readonly signal?: AbortSignal
}

const DEFAULT_CONCURRENCY = 16

/** Numbers checked, defaults filled in. */
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

/** @throws {RequestError} when it is no number of calls. */
export function concurrencyOf(given: number = DEFAULT_CONCURRENCY): number {
  if (Number.isInteger(given) && given >= 1 && given <= 1000) return given
  throw new RequestError('concurrency must be a whole number from 1 to 1000')
}
