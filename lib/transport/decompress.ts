import { promisify } from 'node:util'
import { brotliDecompress, constants, inflate, inflateRaw, unzip } from 'node:zlib'
import { type HttpResponse, responseTooLarge, TransportError } from './transport.js'

/** The encodings that axios' own adapter accepts. */
export const ACCEPT_ENCODING = 'gzip, compress, deflate, br'

type Decoder = (data: Buffer, options: object) => Promise<Buffer>

/** A body that is cut short gives what there is of it, as with axios. */
const LENIENT = { finishFlush: constants.Z_SYNC_FLUSH }
const unzipAsync: Decoder = promisify(unzip)
const inflateAsync: Decoder = promisify(inflate)
const inflateRawAsync: Decoder = promisify(inflateRaw)
const brotli = promisify(brotliDecompress)
const brotliAsync: Decoder = (data, options) =>
  brotli(data, { ...options, finishFlush: constants.BROTLI_OPERATION_FLUSH })
const ZLIB_HEADER = 0x78

/**
 * A response whose body is decompressed, as axios' own adapter does it: an unknown encoding stays, header and all.
 *
 * @param limit bytes after decompression; -1 for none
 * @throws {TransportError} when the body is larger, or not in that encoding.
 */
export async function decompress(response: HttpResponse, limit: number): Promise<HttpResponse> {
  const { headers } = response
  const body = response.body as Buffer
  const decode = decoderOf(String(headers['content-encoding']).toLowerCase(), body)
  if (!decode) return response
  delete headers['content-encoding']
  if (body.length === 0) return response
  try {
    return {
      ...response,
      body: await decode(body, limit > -1 ? { ...LENIENT, maxOutputLength: limit } : LENIENT),
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') throw responseTooLarge(limit)
    throw new TransportError('failed', message, error)
  }
}

function decoderOf(encoding: string, [first]: Buffer): Decoder | undefined {
  if (/^(x-)?(gzip|compress)$/.test(encoding)) return unzipAsync
  // Some servers leave out the header of zlib.
  if (encoding === 'deflate') return first === ZLIB_HEADER ? inflateAsync : inflateRawAsync
  return encoding === 'br' ? brotliAsync : undefined
}
