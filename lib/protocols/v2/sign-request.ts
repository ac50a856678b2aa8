import type { InternalAxiosRequestConfig } from 'axios'
import { RequestError } from '../../errors.js'
import type { Call } from '../../pipeline/call.js'
import { resolveUrl } from '../../pipeline/url.js'
import { seal } from '../../transport/seal.js'
import { ensureV2Call, remember, restore } from './attempt.js'
import { completeMessage, type SignedMessage } from './complete.js'
import type { V2Context } from './context.js'
import { loadXml } from './load-xml.js'
import { encodeUpload } from './upload.js'
import { XmlProblem } from './xml-problem.js'

/** A request ready to be sent. */
interface Encoded extends SignedMessage {
  readonly data?: string | Buffer
  readonly contentType?: string
}

/**
 * Completes the message, signs it and makes sure that it, and nothing else, is sent. Runs anew for every attempt
 * of a repeated request.
 *
 * @throws {RequestError} when the message cannot be sent, or the client lacks what it is signed or sent with.
 */
export function signRequest(
  config: InternalAxiosRequestConfig,
  context: V2Context,
): Promise<InternalAxiosRequestConfig> {
  const call = ensureV2Call(config)
  restore(config, call)
  return call.prepare(config, () => sign(config, call, context))
}

async function sign(
  config: InternalAxiosRequestConfig,
  call: Call,
  context: V2Context,
): Promise<InternalAxiosRequestConfig> {
  const given = { data: config.data as unknown, params: config.params as unknown, url: config.url }
  const { message, signType, data, contentType } = await encode(config, call, context)
  if (data === undefined) config.params = message
  const url = resolveUrl(config)
  call.begin(config, url)
  config.data = data
  config.transformRequest = []
  if (contentType) config.headers.setContentType(contentType)
  seal(config, context.agents, call.clock)
  presentCertificate(config, call, url, context)
  remember(call, { ...given, sent: { data, url: config.url }, signType })
  return config
}

async function encode(
  config: InternalAxiosRequestConfig,
  { endpoint }: Call,
  context: V2Context,
): Promise<Encoded> {
  if ((config.method ?? 'get').toLowerCase() === 'get') {
    return completeMessage(config.params, 'query', endpoint, context)
  }
  const given = transform(config)
  if (endpoint.traits.upload?.flat) {
    return encodeUpload(given, endpoint, context, config.signal as AbortSignal | undefined)
  }
  const { decodeXml, encodeXml } = await loadXml()
  // Who calls the axios instance may hand over a document of their own.
  const isDocument = typeof given === 'string' || Buffer.isBuffer(given)
  const fields = isDocument ? orRefuse(endpoint.name, () => decodeXml(given)) : given
  const signed = completeMessage(fields, 'xml', endpoint, context)
  return {
    ...signed,
    data: orRefuse(endpoint.name, () => encodeXml(signed.message)),
    contentType: 'text/xml; charset=utf-8',
  }
}

/** The body as the user's own transforms leave it. */
function transform(config: InternalAxiosRequestConfig): unknown {
  return [config.transformRequest ?? []].flat().reduce((value, transform) => {
    return transform.call(config, value, config.headers) as unknown
  }, config.data as unknown)
}

function orRefuse<Result>(name: string, make: () => Result): Result {
  try {
    return make()
  } catch (error) {
    if (error instanceof XmlProblem) throw new RequestError(`${name}: ${error.message}`)
    throw error
  }
}

/** Over plain HTTP, as to an emulator, there is nobody to show a certificate to. */
function presentCertificate(
  config: InternalAxiosRequestConfig,
  { endpoint }: Call,
  url: URL,
  { agents }: V2Context,
): void {
  if (!endpoint.traits.certificate || url.protocol !== 'https:') return
  if (!agents.merchant) {
    throw new RequestError(
      `${endpoint.name} asks for the merchant's client certificate: give new Wechatpay({ merchant: { cert, key } }) or { pfx, passphrase }`,
    )
  }
  config.httpsAgent = agents.merchant
}
