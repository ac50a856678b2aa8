import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { NetworkError, RequestError } from '../errors.js'

/** A file of an upload, which can be read as often as it takes: for its digest, and for every attempt. */
export interface FilePart {
  /** The name of the file that it comes from. */
  readonly name: string | undefined
  readonly size: number
  readonly open: () => Readable
  /** Removes its temporary file, if there is one. */
  readonly dispose: () => Promise<void>
}

/** The digest of a file, as lower-case hex. */
export async function digestOf(file: FilePart, algorithm: string): Promise<string> {
  const hash = createHash(algorithm)
  for await (const chunk of file.open()) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/**
 * A part of an upload as its caller gives it: bytes, a Blob or File, a `file://` URL, or a stream, which is
 * written to a temporary file first because its digest goes ahead of it.
 *
 * @throws {RequestError} for anything else, or a file that cannot be read.
 * @throws {NetworkError} code `ABORTED` when the signal ends a stream that is still coming.
 */
export async function toFilePart(
  input: unknown,
  name: string,
  signal: AbortSignal | undefined,
): Promise<FilePart> {
  if (input instanceof Uint8Array) return bytesPart(input)
  if (input instanceof Blob) return blobPart(input)
  if (input instanceof Readable) return streamPart(input, name, signal)
  if (input instanceof URL || (typeof input === 'string' && /^file:\/\//i.test(input))) {
    return pathPart(toPath(input, name), name)
  }
  throw new RequestError(`${name} must be a Buffer, Blob, Readable or file:// URL`)
}

const nothing = async (): Promise<void> => undefined

function bytesPart(bytes: Uint8Array): FilePart {
  return {
    name: undefined,
    size: bytes.length,
    open: () => Readable.from([Buffer.from(bytes)]),
    dispose: nothing,
  }
}

function blobPart(blob: Blob): FilePart {
  const name = 'name' in blob && typeof blob.name === 'string' ? blob.name : undefined
  return { name, size: blob.size, open: () => Readable.fromWeb(blob.stream() as never), dispose: nothing }
}

function toPath(url: string | URL, name: string): string {
  try {
    return fileURLToPath(url)
  } catch (cause) {
    throw new RequestError(`${name} is no usable file:// URL: ${(cause as Error).message}`)
  }
}

async function pathPart(path: string, name: string): Promise<FilePart> {
  try {
    const found = await stat(path)
    if (!found.isFile()) throw new Error(`${path} is no file`)
    return { name: basename(path), size: found.size, open: () => openLazily(path), dispose: nothing }
  } catch (cause) {
    throw new RequestError(`${name} cannot be read: ${(cause as Error).message}`)
  }
}

/** A file that nobody comes to read, such as that of an aborted request, is never opened. */
function openLazily(path: string): Readable {
  async function* read(): AsyncGenerator<Buffer> {
    yield* createReadStream(path) as AsyncIterable<Buffer>
  }
  return Readable.from(read(), { objectMode: false })
}

/** The beginning of the names of folders for files that were put aside; the id of their process follows. */
const FOLDER = 'wechatpay-upload-'

let hasSwept = false

/** Removes what processes have left behind that were killed while they uploaded. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const id = name.startsWith(FOLDER) ? Number(name.slice(FOLDER.length).split('-')[0]) : Number.NaN
    if (Number.isInteger(id) && !isRunning(id))
      await rm(join(tmpdir(), name), { recursive: true, force: true })
  }
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

async function streamPart(
  stream: Readable,
  name: string,
  signal: AbortSignal | undefined,
): Promise<FilePart> {
  // Of a stream that has been read, to its end or a part, nothing tells what is missing.
  if (stream.readableDidRead || stream.destroyed) {
    throw new RequestError(`${name} is a stream that has been read or closed already; give a new one`)
  }
  if (!hasSwept) {
    hasSwept = true
    sweep().catch(() => undefined)
  }
  const folder = await mkdtemp(join(tmpdir(), `${FOLDER}${process.pid}-`))
  const dispose = () => rm(folder, { recursive: true, force: true })
  const path = join(folder, 'part')
  try {
    await pipeline(stream, bytesAlone, createWriteStream(path), { signal })
    const source = 'path' in stream && typeof stream.path === 'string' ? basename(stream.path) : undefined
    return { ...(await pathPart(path, name)), name: source, dispose }
  } catch (cause) {
    await dispose()
    if (signal?.aborted) {
      const message = `${name}: aborted while it was read; nothing was sent`
      throw new NetworkError(message, { code: 'ABORTED', retryable: true, cause: signal.reason })
    }
    throw new RequestError(`${name} cannot be read: ${(cause as Error).message}`)
  }
}

/** Passes on the bytes and texts of a stream. An object among them would end the process within the file's own stream. */
async function* bytesAlone(source: AsyncIterable<unknown>): AsyncGenerator<Uint8Array | string> {
  for await (const chunk of source) {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array))
      throw new Error('it gives objects, not bytes')
    yield chunk
  }
}

/** The first bytes of the kinds of files that the API takes. */
const BEGINNINGS: readonly (readonly [extension: string, at: number, bytes: string])[] = [
  ['jpg', 0, '\xff\xd8\xff'],
  ['png', 0, '\x89PNG'],
  ['gif', 0, 'GIF8'],
  ['bmp', 0, 'BM'],
  ['webp', 8, 'WEBP'],
  ['avi', 8, 'AVI '],
  ['mp4', 4, 'ftyp'],
  ['mkv', 0, '\x1aE\xdf\xa3'],
  ['flv', 0, 'FLV'],
  ['pdf', 0, '%PDF'],
  ['zip', 0, 'PK\x03\x04'],
]

const LONGEST = 12

/** A name for a file that came without one: the API looks at its extension. */
export async function nameByContent(file: FilePart): Promise<string> {
  const head = await firstBytes(file)
  const found = BEGINNINGS.find(([, at, bytes]) => head.startsWith(bytes, at))
  return found ? `file.${found[0]}` : 'file'
}

async function firstBytes(file: FilePart): Promise<string> {
  let head = Buffer.alloc(0)
  for await (const chunk of file.open()) {
    head = Buffer.concat([head, chunk as Buffer])
    if (head.length >= LONGEST) break
  }
  return head.subarray(0, LONGEST).toString('latin1')
}
