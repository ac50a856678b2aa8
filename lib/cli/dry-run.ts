import { generateKeyPairSync } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { AxiosError, type InternalAxiosRequestConfig } from 'axios'
import { canonicalRequest } from '../crypto/index.js'
import { type ClientFlags, clientOptions } from './config.js'
import type { NamedEndpoint } from './endpoint.js'
import { signedMessage } from './v2-message.js'

interface Caught {
  readonly config: InternalAxiosRequestConfig
  /** `undefined` where there is none. */
  readonly body: Buffer | undefined
}

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
  let caught: Caught | undefined
  const options = clientOptions(flags)
  const wxpay = new Wechatpay({
    ...options,
    // Nothing is sent, so none can be downloaded.
    certs: options.certs ?? { PUB_KEY_ID_OF_DRY_RUN: somePublicKey() },
    // In place of the network.
    adapter: async (config) => {
      caught = { config, body: await bytesOf(config.data) }
      throw new AxiosError('dry run', 'ERR_CANCELED', config)
    },
  })
  try {
    await wxpay.chain(path)[verb]({ ...request, retry: false })
  } catch (error) {
    if (!caught) throw error
  } finally {
    wxpay.close()
  }
  return caught ? describe(caught, path.startsWith('v2/')) : {}
}

function somePublicKey(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return publicKey.export({ type: 'spki', format: 'pem' }).toString()
}

/** An upload is a stream of parts. */
async function bytesOf(data: unknown): Promise<Buffer | undefined> {
  if (data === undefined || data === null || data === '') return undefined
  const form = data as { readonly pipe?: (target: PassThrough) => PassThrough }
  return typeof form.pipe === 'function' ? buffer(form.pipe(new PassThrough())) : Buffer.from(data as string)
}

function describe({ config, body }: Caught, isV2: boolean): Record<string, unknown> {
  const { Authorization: authorization, ...headers } = config.headers.toJSON() as Record<string, string>
  const { method = 'get', url = '' } = config
  const isUpload = body?.toString('latin1', 0, 2) === '--'
  const text = body?.toString() ?? ''
  const shown = {
    method: method.toUpperCase(),
    url: withoutSign(url),
    headers,
    body: isUpload ? `${body?.length} bytes of multipart` : isV2 ? withoutSign(text) : text,
  }
  if (isV2 && !isUpload && text.startsWith('<xml>')) return { ...shown, signed: signedMessage(text) }
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

/** Of an upload, this part alone is signed. */
const metaOf = (multipart: string): string =>
  /name="meta"[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/.exec(multipart)?.[1] ?? ''

/** What was signed can be sent by whoever reads it. */
const withoutSign = (text: string): string =>
  text.replace(/<sign>[\s\S]*?<\/sign>/, '<sign>…</sign>').replace(/([?&]sign=)[^&]*/, '$1…')
