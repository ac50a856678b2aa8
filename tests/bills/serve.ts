import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Wechatpay } from '../../lib/index.js'

/** What comes in place of the emulator's bill. */
export interface Served {
  readonly body?: string | Buffer | Readable
  /** What is announced; fits `body` when left out. */
  readonly sha1?: string
  /** Changes of the announcement. */
  readonly announce?: Readonly<Record<string, unknown>>
}

/** Has a client receive another bill than the emulator sends, by interceptors such as users may add. */
export function serve({ client }: Wechatpay, { body, sha1, announce }: Served): void {
  client.v3.interceptors.response.use((response) => {
    const isFile = response.config.url?.includes('/billdownload/') ?? false
    if (isFile && body !== undefined) {
      ;(response.data as Readable).destroy()
      response.data = body instanceof Readable ? body : Readable.from([Buffer.from(body)])
    }
    if (isFile) return response
    const digest = body === undefined || body instanceof Readable ? undefined : sha1Of(body)
    Object.assign(response.data, digest && { hash_value: digest }, sha1 && { hash_value: sha1 }, announce)
    return response
  })
}

export function sha1Of(body: string | Buffer): string {
  return createHash('sha1').update(body).digest('hex')
}

/** What a promise rejects with. */
export function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
}

/** All rows of a bill. */
export async function rowsOf<Row>(bill: AsyncIterable<Row>): Promise<Row[]> {
  const rows: Row[] = []
  for await (const row of bill) rows.push(row)
  return rows
}
