import { promisify } from 'node:util'
import { brotliDecompress, constants, inflate, inflateRaw, unzip } from 'node:zlib'
import { AxiosError, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios'

/** Of two headers of one of these names Node keeps the first; the values of all others it joins. */
const SINGLE: ReadonlySet<string> = new Set(
  'age,authorization,content-length,content-type,etag,expires,from,host,if-modified-since,if-unmodified-since,last-modified,location,max-forwards,proxy-authorization,referer,retry-after,server,user-agent'.split(
    ',',
  ),
)

/** Headers as axios hands them over. Assigned: they are clean already, and `set()` would look each up. */
export function toAxiosHeaders(
  received: Readonly<Record<string, string | string[] | undefined>>,
): AxiosResponse['headers'] {
  const headers = new AxiosHeaders()
  for (const [name, value] of Object.entries(received)) {
    const many = Array.isArray(value) && name !== 'set-cookie'
    headers[name] = many ? (SINGLE.has(name) ? value[0] : value.join(', ')) : value
  }
  return headers
}

const FORGIVING = { finishFlush: constants.Z_SYNC_FLUSH }
const unzipAsync = promisify(unzip)
const inflateAsync = promisify(inflate)
const inflateRawAsync = promisify(inflateRaw)
const brotliAsync = promisify(brotliDecompress)
const brotliForgiving: Decoder = (data, options) => {
  return brotliAsync(data, { ...options, finishFlush: constants.BROTLI_OPERATION_FLUSH })
}
const ZLIB_HEADER = 0x78

/** As axios' own adapter does: an encoding that it does not know stays, header and all. */
export async function decompress(response: AxiosResponse, limit: number): Promise<void> {
  const { headers, data } = response
  const encoding = String(headers['content-encoding'] ?? '').toLowerCase()
  if (encoding === '') return
  const options = limit > -1 ? { ...FORGIVING, maxOutputLength: limit } : FORGIVING
  const decode = decoderOf(encoding, data)
  if (!decode) return
  delete headers['content-encoding']
  try {
    response.data = data.length > 0 ? await decode(data, options) : data
  } catch (error) {
    response.data = undefined
    const { config, request } = response
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit, config)
    throw AxiosError.from(error as Error, undefined, config, request, response)
  }
}

type Decoder = (data: Buffer, options: object) => Promise<Buffer>

function decoderOf(encoding: string, [first]: Buffer): Decoder | undefined {
  if (/^(x-)?(gzip|compress)$/.test(encoding)) return unzipAsync
  // Some servers leave out the header of zlib.
  if (encoding === 'deflate') return first === ZLIB_HEADER ? inflateAsync : inflateRawAsync
  return encoding === 'br' ? brotliForgiving : undefined
}

/** The error of axios' own adapter, by its words: {@link toFailure} knows it by them. */
export function tooLarge(limit: number, config: InternalAxiosRequestConfig): AxiosError {
  return new AxiosError(`maxContentLength size of ${limit} exceeded`, AxiosError.ERR_BAD_RESPONSE, config)
}
