import { generateKeyPairSync } from 'node:crypto'
import type { InternalAxiosRequestConfig } from 'axios'
import { canonicalRequest } from '../crypto/index.js'
import { type ClientFlags, clientOptions } from './config.js'
import type { NamedEndpoint } from './endpoint.js'

/** Ends a call in place of the network. */
class Stopped extends Error {}

/**
 * The request that would be sent, signed as it would be; the signature itself is left out.
 *
 * @throws {WechatpayError} for what would not be sent either.
 */
export async function dryRun(
  { path, verb }: NamedEndpoint,
  request: object,
  flags: ClientFlags,
): Promise<Readonly<Record<string, unknown>>> {
  const { Wechatpay } = await import('../index.js')
  let caught: InternalAxiosRequestConfig | undefined
  const options = clientOptions(flags)
  const wxpay = new Wechatpay({
    ...options,
    // Nothing is sent, so none can be downloaded.
    certs: options.certs ?? { PUB_KEY_ID_OF_DRY_RUN: somePublicKey() },
    adapter: async (config) => {
      caught = config
      throw new Stopped('dry run')
    },
  })
  try {
    await wxpay.chain(path)[verb]({ ...request, retry: false })
  } catch (error) {
    if (!caught) throw error
  } finally {
    wxpay.close()
  }
  return caught ? describe(caught) : {}
}

function somePublicKey(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return publicKey.export({ type: 'spki', format: 'pem' }).toString()
}

function describe({
  url = '',
  method = 'get',
  headers,
  data,
}: InternalAxiosRequestConfig): Record<string, unknown> {
  const { Authorization: authorization, ...others } = headers.toJSON() as Record<string, string>
  const { pathname, search } = new URL(url)
  const body = typeof data === 'string' || Buffer.isBuffer(data) ? String(data) : ''
  const signed = { method: method.toUpperCase(), url: pathname + search, body }
  const value = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(authorization ?? '')?.[1] ?? ''
  const stamp = { timestamp: Number(value('timestamp')), nonce: value('nonce_str') }
  return {
    method: signed.method,
    url,
    headers: {
      ...others,
      ...(authorization && { Authorization: authorization.replace(/signature="[^"]*"/, 'signature="…"') }),
    },
    body,
    ...(authorization && { signed: String(canonicalRequest({ ...signed, ...stamp })) }),
  }
}
