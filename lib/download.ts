import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { AxiosResponse } from 'axios'
import type { CallOptions, Sink } from '../types/operation.js'
import { matchTemplate } from './catalog/match.js'
import { RequestError } from './errors.js'
import { writeSink } from './pipeline/download.js'
import { isPlainObject } from './plain-object.js'
import { checkFile, type Digest } from './protocols/v3/digest.js'

/** The digest of a file, as WeChat Pay announces it beside the file's URL. */
export interface AnnouncedDigest {
  /** `SHA1` or `SHA256`. */
  readonly hash_type?: string | undefined
  /** The digest in hexadecimal. */
  readonly hash_value?: string | undefined
}

/** Options of {@link Download}. */
export interface DownloadOptions<Target extends Sink | undefined = Sink | undefined>
  extends Pick<CallOptions, 'headers' | 'maxContentLength' | 'retry' | 'signal' | 'timeout'> {
  /** Streams the file to this path or stream; `data` of the response is `undefined` then. */
  readonly sink?: Target
  /** `stream` gives the file as it arrives; all of it in memory when absent. */
  readonly responseType?: 'arraybuffer' | 'stream' | undefined
  /**
   * What the file is checked by, such as the very response that names its URL. A file that differs leaves nothing behind. A gzip
   * is right when what is in it has the digest: that of a bill is announced so.
   */
  readonly digest?: AnnouncedDigest | undefined
}

/**
 * Downloads the file of a URL that WeChat Pay gave out (`download_url` of a bill or a receipt, `media_url` of a complaint): the request
 * is signed as the endpoint needs it, and goes to WeChat Pay's hosts, or the client's own `baseURL`, alone.
 *
 * @throws {RequestError} for another host, and options that do not fit.
 * @throws {VerificationError} when the file does not have its `digest`, or is signed and the signature does not fit.
 * @example
 * ```ts
 * const { data } = await wxpay.v3.transfer.billReceipt._out_batch_no_.get({ out_batch_no: 'plfk2020042013' })
 * await wxpay.download(data.download_url, { sink: 'receipt.pdf', digest: data })
 * ```
 */
export interface Download {
  <Target extends Sink | undefined = undefined>(
    url: string | undefined,
    options?: DownloadOptions<Target> & { readonly responseType?: 'arraybuffer' | undefined },
  ): Promise<AxiosResponse<Target extends Sink ? undefined : Buffer>>
  (
    url: string | undefined,
    options: DownloadOptions<undefined> & { readonly responseType: 'stream' },
  ): Promise<AxiosResponse<Readable>>
}

type Send = (verb: 'get', path: string, request: object) => Promise<AxiosResponse>

const OPTIONS: ReadonlySet<string> = new Set([
  ...['headers', 'maxContentLength', 'retry', 'signal', 'timeout'],
  ...['sink', 'responseType', 'digest'],
])

/**
 * @param ownOrigin the client's own access point, where it has one: everything is asked for there
 */
export function createDownload(send: Send, ownOrigin: string | undefined): Download {
  async function download(url: unknown, options: DownloadOptions = {}): Promise<AxiosResponse> {
    const { sink, responseType = 'arraybuffer', digest, ...rest } = readOptions(options)
    const { path, request } = requestOf(url, ownOrigin)
    const name = `GET ${path}`
    const expected = digestOf(digest)
    if (!expected) {
      const target = sink === undefined ? { responseType } : { sink }
      return send('get', path, { ...request, ...rest, ...target })
    }
    const response = await send('get', path, { ...request, ...rest, responseType: 'stream' })
    const body = checkFile(response.data as Readable, expected, name)
    if (sink !== undefined) {
      await writeSink(body, sink, name)
      return { ...response, data: undefined }
    }
    return { ...response, data: responseType === 'stream' ? body : await buffer(body) }
  }
  return download as Download
}

function readOptions(options: DownloadOptions): DownloadOptions {
  if (!isPlainObject(options)) throw new RequestError('download() takes a URL and an object of options')
  const unknown = Object.keys(options).find((name) => !OPTIONS.has(name))
  if (unknown !== undefined) {
    throw new RequestError(
      `download(): there is no option '${unknown}'; there are ${[...OPTIONS].join(', ')}`,
    )
  }
  const { responseType = 'arraybuffer', sink } = options as DownloadOptions
  if (!['arraybuffer', 'stream'].includes(responseType)) {
    throw new RequestError("download(): responseType is 'arraybuffer', as when it is absent, or 'stream'")
  }
  if (responseType === 'stream' && sink !== undefined) {
    throw new RequestError("download(): the file goes to the sink, or comes as responseType: 'stream'")
  }
  return options
}

/** Hosts of WeChat Pay. */
const HOSTS = /(?:^|\.)(?:mch\.weixin\.qq\.com|wechatpay\.cn)$/

/** The endpoint of a URL, with the values of its placeholders and the query, as the chain takes them. */
function requestOf(
  url: unknown,
  ownOrigin: string | undefined,
): { readonly path: string; readonly request: Readonly<Record<string, unknown>> } {
  const text = typeof url === 'string' ? url.trim() : ''
  if (!URL.canParse(text)) {
    throw new RequestError(
      'download() takes the URL that WeChat Pay gave out, such as a download_url, as text',
    )
  }
  const { origin, protocol, hostname, pathname, search, username } = new URL(text)
  const isOwn = ownOrigin !== undefined && origin === new URL(ownOrigin).origin
  if (username !== '' || !(isOwn || (protocol === 'https:' && HOSTS.test(hostname)))) {
    const hosts = isOwn ? '' : ` The file is at ${origin}, and a signature goes to hosts of WeChat Pay alone.`
    throw new RequestError(`download(): this is no URL of WeChat Pay's.${hosts}`)
  }
  const wire = pathname.slice(1)
  // Some templates have `hk/` or `global/` in front of them on the wire.
  const match = matchTemplate('get', wire) ?? matchTemplate('get', wire.replace(/^hk\//, ''))
  const values = Object.entries(match?.values ?? {}).map(([name, value]) => [name, decodeURIComponent(value)])
  return {
    path: match?.template ?? wire,
    request: {
      ...Object.fromEntries(values),
      // A plus sign stays one: tokens have plus signs, and no spaces.
      ...(search !== '' && { query: new URLSearchParams(search.slice(1).replaceAll('+', '%2B')) }),
      ...(ownOrigin === undefined && { baseURL: origin }),
    },
  }
}

function digestOf(given: AnnouncedDigest | undefined): Digest | undefined {
  if (given === undefined) return undefined
  const { hash_type = '', hash_value } = Object(given) as AnnouncedDigest
  const algorithm = String(hash_type).toLowerCase().replace('-', '')
  if (
    (algorithm === 'sha1' || algorithm === 'sha256') &&
    typeof hash_value === 'string' &&
    /^[\da-f]{40,64}$/i.test(hash_value)
  ) {
    return { algorithm, value: hash_value }
  }
  throw new RequestError(
    'download(): digest must be { hash_type, hash_value }, of SHA1 or SHA256 in hexadecimal, as WeChat Pay announces it',
  )
}
