import { createRequire } from 'node:module'
import type { Call } from './contender.js'
import { createHandSigned, type SigningPlace } from './hand-signed.js'
import type { Merchant } from './merchant.js'

/** What is used here of undici, which is installed in this folder only. */
interface Undici {
  readonly Pool: new (
    origin: string,
    options: { connections: number },
  ) => {
    request(options: { method: string; path: string; body: string; headers: object }): Promise<{
      readonly headers: Record<string, string>
      readonly body: { text(): Promise<string> }
    }>
  }
}

const CONNECTIONS = 64

/** The same without axios, over a lean HTTP client: how far one could go. */
export const createHandWrittenUndici = (merchant: Merchant): Call => create(merchant, 'in the pool')

/** The same with nothing but the steps of a call on the event loop: sign, send, verify. */
export const createUndiciInPlace = (merchant: Merchant): Call => create(merchant, 'in place')

function create(merchant: Merchant, where: SigningPlace): Call {
  const { Pool } = createRequire(import.meta.url)('undici') as Undici
  const pool = new Pool(merchant.baseURL, { connections: CONNECTIONS })
  return createHandSigned(
    merchant,
    async (path, body, headers) => {
      const answer = await pool.request({ method: 'POST', path, body, headers })
      return { body: await answer.body.text(), headers: answer.headers }
    },
    where,
  )
}
