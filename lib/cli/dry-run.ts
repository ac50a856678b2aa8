import { generateKeyPairSync } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { AxiosError, type InternalAxiosRequestConfig } from 'axios'
import { canonicalRequest } from '../crypto/index.js'
import { type ClientFlags, clientOptions } from './config.js'
import type { NamedEndpoint } from './endpoint.js'

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

const XML_FIELD = /<(\w+)>(?:<!\[CDATA\[([\s\S]*?)\]\]>|([^<]*))<\/\1>/g

/** A signed request that was stopped before it was sent. */
interface StoppedRequest {
  readonly config: InternalAxiosRequestConfig
  readonly body: Buffer | undefined
}

/**
 * Builds and signs a request as for sending, and describes it without its signature.
 *
 * @throws {WechatpayError} for a request that would not be sent either.
 */
export async function dryRun(
  { path, verb }: NamedEndpoint,
  request: object,
  flags: ClientFlags,
): Promise<Readonly<Record<string, unknown>>> {
  const { Wechatpay } = await import('../index.js')
  let stopped: StoppedRequest | undefined
  const options = clientOptions(flags)
  const wxpay = new Wechatpay({
    ...options,
    // Without platform keys the client would download certificates first.
    certs: options.certs ?? { PUB_KEY_ID_OF_DRY_RUN: somePublicKey() },
    // The adapter stands in for the network.
    adapter: async (config) => {
      stopped = { config, body: await bytesOf(config.data) }
      throw new AxiosError('dry run', 'ERR_CANCELED', config)
    },
  })
  try {
    await wxpay.chain(path)[verb]({ ...request, retry: false })
  } catch (error) {
    if (!stopped) throw error
  } finally {
    wxpay.close()
  }
  return stopped ? describe(stopped, path.startsWith('v2/')) : {}
}

function somePublicKey(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return publicKey.export({ type: 'spki', format: 'pem' }).toString()
}

/** The bytes of a body, which is a stream for an upload. */
async function bytesOf(data: unknown): Promise<Buffer | undefined> {
  if (data === undefined || data === null || data === '') return undefined
  const form = data as { readonly pipe?: (target: PassThrough) => PassThrough }
  return typeof form.pipe === 'function' ? buffer(form.pipe(new PassThrough())) : Buffer.from(data as string)
}

function describe({ config, body }: StoppedRequest, isV2: boolean): Record<string, unknown> {
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
  if (isV2 && !isUpload && text.startsWith('<xml>')) return { ...shown, signed: v2CanonicalMessage(text) }
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

/** Hides the signature: anyone who reads a signed request can send it. */
const withoutSign = (text: string): string =>
  text.replace(/<sign>[\s\S]*?<\/sign>/, '<sign>…</sign>').replace(/([?&]sign=)[^&]*/, '$1…')

/** The canonical message of APIv2, without the key: the sorted fields of the flat XML. */
function v2CanonicalMessage(xml: string): string {
  const fields = [...xml.replace(/^<xml>|<\/xml>$/g, '').matchAll(XML_FIELD)].map(
    ([, name = '', literal, text = '']) =>
      [
        name,
        literal ?? text.replace(/&(\w+);/g, (whole, entity: string) => ENTITIES[entity] ?? whole),
      ] as const,
  )
  const signed = fields.filter(([name, value]) => name !== 'sign' && value !== '')
  const pairs = signed
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
  return [...pairs, 'key=…'].join('&')
}
