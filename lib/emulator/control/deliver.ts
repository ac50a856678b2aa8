import { lookup } from 'node:dns'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { isLocalName, isLoopback } from './receivers.js'

/** The time that WeChat Pay gives a receiver, in milliseconds. */
const RESPONSE_TIMEOUT = 5_000
const RESPONSE_LIMIT = 1024 * 1024

/** A notification as it goes over the wire. */
export interface SignedNotification {
  readonly headers: Readonly<Record<string, string>>
  /** JSON, or XML for messages of v2. Send these very bytes: the signature covers them. */
  readonly body: string
}

/** The response of a receiver to a notification. */
export interface Receipt {
  readonly status: number
  /** Empty when the receiver is not on this machine: nobody reads other hosts through the emulator. */
  readonly body: string
}

/** Looks a name up. Those of this machine stay here, whatever a name server says of `app.localhost`. */
const lookUp: LookupFunction = (name, options, found) =>
  lookup(isLocalName(name) ? 'localhost' : name, options, found)

/** Posts a notification once. Rejects when the receiver cannot be reached or does not respond in time. */
export function deliver(
  url: string,
  notification: SignedNotification,
  signal: AbortSignal,
): Promise<Receipt> {
  return new Promise((resolve, reject) => {
    const target = new URL(url)
    const send = target.protocol === 'https:' ? requestHttps : requestHttp
    const body = Buffer.from(notification.body)
    const headers = { ...notification.headers, 'Content-Length': body.length }
    const limit = AbortSignal.any([signal, AbortSignal.timeout(RESPONSE_TIMEOUT)])
    const options = { method: 'POST', headers, agent: false, signal: limit, lookup: lookUp }
    const request = send(target, options, (response) => {
      const isOwn = isLoopback(url)
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > RESPONSE_LIMIT) response.destroy(new Error('the answer is larger than 1 MB'))
        else if (isOwn) chunks.push(chunk)
      })
      response.on('error', fail)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() })
      })
    })
    function fail(cause: Error): void {
      const why = signal.aborted
        ? 'the emulator was closed'
        : limit.aborted
          ? `no answer in ${RESPONSE_TIMEOUT} ms`
          : cause.message
      reject(new Error(`notification to ${target.origin}${target.pathname} failed: ${why}`, { cause }))
    }
    request.on('error', fail)
    request.end(body)
  })
}
