import { generateKeyPairSync } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { AxiosError, type InternalAxiosRequestConfig } from 'axios'
import { lookup } from '../catalog/lookup.js'
import { canonicalRequest } from '../crypto/index.js'
import type { WechatpayOptions } from '../index.js'
import { type ClientFlags, clientOptions } from './config.js'
import type { NamedEndpoint } from './endpoint.js'

/** A request as it would be sent, but without its signature: anyone who reads a signed one can send it. */
export interface UnsentRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The message that is signed. */
  readonly signed?: string
}

/**
 * Validates, builds and signs a request as for sending.
 *
 * @throws {WechatpayError} for a request that would not be sent either, and one that its documentation does not allow.
 */
export async function dryRun(
  { path, verb }: NamedEndpoint,
  request: object,
  flags: ClientFlags,
): Promise<UnsentRequest> {
  const { Wechatpay } = await import('../index.js')
  let stopped: UnsentRequest | undefined
  const options = clientOptions(flags)
  const wxpay = new Wechatpay({
    ...options,
    // Without platform keys the client would download certificates first.
    ...(options.privateKey !== undefined && {
      certs: options.certs ?? { PUB_KEY_ID_OF_DRY_RUN: somePublicKey() },
    }),
    // The adapter stands in for the network.
    adapter: async (config) => {
      stopped = await describe(config, await bytesOf(config.data), path.startsWith('v2/'))
      throw new AxiosError('dry run', 'ERR_CANCELED', config)
    },
  } as WechatpayOptions)
  const validate = lookup(path, verb) !== undefined
  try {
    await wxpay.chain(path)[verb]({ ...request, validate, retry: false })
  } catch (error) {
    if (!stopped) throw error
  } finally {
    wxpay.close()
  }
  return stopped as UnsentRequest
}

function somePublicKey(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return publicKey.export({ type: 'spki', format: 'pem' }).toString()
}

/** The bytes of a body, which is a stream for an upload. */
async function bytesOf(data: unknown): Promise<Buffer> {
  const form = data as { readonly pipe?: (target: PassThrough) => PassThrough } | undefined
  return typeof form?.pipe === 'function'
    ? buffer(form.pipe(new PassThrough()))
    : Buffer.from(String(data ?? ''))
}

async function describe(
  { method = 'get', url = '', headers: all }: InternalAxiosRequestConfig,
  bytes: Buffer,
  isV2: boolean,
): Promise<UnsentRequest> {
  const { Authorization: authorization, ...headers } = all.toJSON() as Record<string, string>
  const isUpload = bytes.toString('latin1', 0, 2) === '--'
  const text = bytes.toString()
  const shown = {
    method: method.toUpperCase(),
    url: withoutSign(url),
    headers,
    body: isUpload ? `${bytes.length} bytes of multipart` : isV2 ? withoutSign(text) : text,
  }
  if (isV2) return text.startsWith('<xml>') ? { ...shown, signed: await v2CanonicalMessage(text) } : shown
  if (!authorization) return shown
  const value = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(authorization)?.[1] ?? ''
  const { pathname, search } = new URL(url)
  const signed = canonicalRequest({
    ...{ method: shown.method, url: pathname + search },
    ...{ timestamp: Number(value('timestamp')), nonce: value('nonce_str') },
    body: isUpload ? metaOf(text) : text,
  })
  const redacted = authorization.replace(/signature="[^"]*"/, 'signature="…"')
  return { ...shown, headers: { ...headers, Authorization: redacted }, signed: String(signed) }
}

/** The part `meta` of an upload, which alone is signed. */
const metaOf = (multipart: string): string =>
  /name="meta"[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/.exec(multipart)?.[1] ?? ''

const withoutSign = (text: string): string =>
  text.replace(/<sign>[\s\S]*?<\/sign>/, '<sign>…</sign>').replace(/([?&]sign=)[^&]*/, '$1…')

/** The canonical message of APIv2, without the key: the sorted fields of the flat XML. */
async function v2CanonicalMessage(text: string): Promise<string> {
  // Most requests are no XML.
  const { XMLParser } = await import('fast-xml-parser')
  const { xml } = new XMLParser({ parseTagValue: false, trimValues: false }).parse(text)
  const names = Object.keys(xml).filter((name) => name !== 'sign' && xml[name] !== '')
  return [...names.sort().map((name) => `${name}=${xml[name]}`), 'key=…'].join('&')
}
