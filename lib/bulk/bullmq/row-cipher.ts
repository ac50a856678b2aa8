import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deriveKey } from '../../identity.js'
import type { Wechatpay } from '../../index.js'
import type { Failed, Outcome, PlannedRow } from '../engine.js'
import type { Job, JobCall } from '../job.js'

/** A row on its way to a worker: its request, with its number in it, and how to send it. It holds no key and no signature. */
export interface QueuedRow {
  readonly call: JobCall
  readonly number: number
  readonly request: PlannedRow['request']
  /** The time in milliseconds at which it was put in the queue. */
  readonly queuedAt: number
}

/**
 * Encrypts what a run and its workers tell each other, by a key that is derived from the merchant's private key. Redis sees no
 * personal data, and gives no orders: neither a row nor an outcome can be made, changed or moved to another row by whoever
 * can write to it.
 */
export interface RowCipher {
  /** @param id the row's {@link queuedRowId} */
  encryptRow(id: string, job: Job, row: PlannedRow): string
  /** The row, or the reason why it must not be sent. */
  decryptRow(id: string, text: unknown): QueuedRow | Failed
  encryptOutcome(id: string, outcome: Outcome): string
  /** The outcome; `undefined` when no worker with the same private key has written it. */
  decryptOutcome(id: string, text: unknown): Outcome | undefined
}

const NONCE_BYTES = 12
const TAG_BYTES = 16
/** How long a row may be in the queue, in milliseconds: a copy of it is worth nothing afterwards. */
const LIFETIME: number = 3 * 24 * 3600 * 1000

/** The id of a row in the queue; the same in every run, so that a row is there once however often it is added. */
export function queuedRowId({ fingerprint }: Job, { number }: PlannedRow): string {
  return `${fingerprint.slice(0, 32)}-${number}`
}

export function createRowCipher(client: Wechatpay): RowCipher {
  const key = deriveKey(client, 'bulk queue')

  function encrypt(context: string, value: unknown): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
    const bytes = [nonce, cipher.update(JSON.stringify(value)), cipher.final(), cipher.getAuthTag()]
    return Buffer.concat(bytes).toString('base64')
  }

  function decrypt<T>(context: string, text: unknown): T | undefined {
    const bytes = Buffer.from(String(text), 'base64')
    try {
      const nonce = bytes.subarray(0, NONCE_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES))
      const plain = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
      return JSON.parse(Buffer.concat([plain, decipher.final()]).toString()) as T
    } catch {
      return undefined
    }
  }

  return {
    encryptRow(id, { account, verb, path, encrypts, retry }, { number, request }) {
      const call: JobCall = { account, verb, path, encrypts, ...(retry !== undefined && { retry }) }
      return encrypt(`row ${id}`, { call, number, request, queuedAt: Date.now() } satisfies QueuedRow)
    },
    decryptRow(id, text) {
      const row = decrypt<QueuedRow>(`row ${id}`, text)
      if (!row) return NOT_AUTHENTIC
      return Date.now() - row.queuedAt > LIFETIME ? EXPIRED : row
    },
    encryptOutcome: (id, outcome) => encrypt(`outcome ${id}`, outcome),
    decryptOutcome: (id, text) => decrypt(`outcome ${id}`, text),
  }
}

const NOT_AUTHENTIC: Failed = {
  ok: false,
  code: 'ROW_NOT_AUTHENTIC',
  message:
    'the row in the queue was not written by a run with the private key of this worker, and was not sent: that run has another ' +
    'key, or somebody else writes to Redis',
}

const EXPIRED: Failed = {
  ok: false,
  code: 'ROW_EXPIRED',
  message:
    'the row was in the queue for more than three days, and was not sent; run the job again with retryFailed',
}
