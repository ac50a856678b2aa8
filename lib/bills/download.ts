import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { AxiosResponse } from 'axios'
import { ApiError } from '../errors.js'
import { parseJson } from '../parse-json.js'
import {
  arriving,
  decrypted,
  digestChecked,
  type Encryption,
  hashed,
  type Patience,
  unzipped,
} from './bytes.js'
import { notTheBill } from './errors.js'

/** One file of a bill. */
export interface BillFile {
  /** Sends the request for the file; the body of the response is a stream. */
  readonly request: () => Promise<AxiosResponse>
  /**
   * The announced SHA-1 of the unzipped file. APIv2 has it in a header of the response, and does not document whether it
   * is of the file before or after unzipping: either is accepted.
   */
  readonly sha1: string | ((response: AxiosResponse) => string | undefined)
  readonly encryption?: Encryption
}

/** A bill that is being downloaded. */
export interface Download {
  /** The bill, decrypted and unzipped. Reading it throws at the end when the digest is another than announced. */
  readonly bytes: AsyncIterable<Buffer>
  /** Ends the download. */
  readonly close: () => void
}

/** Downloads the files of a bill, one after the other. The first request is sent when the first byte is read. */
export function openDownload(
  files: readonly BillFile[],
  name: string,
  signal: AbortSignal | undefined,
): Download {
  let current: Readable | undefined
  let patience: Patience | undefined
  let closed = false

  async function* bytes(): AsyncGenerator<Buffer> {
    for (const file of files) {
      const response = await file.request()
      const body: unknown = response.data
      if (!(body instanceof Readable)) throw notTheBill(name, 'it did not come as a stream')
      current = body
      if (closed) body.destroy()
      yield* fileBytes(file, response, body)
    }
  }

  function fileBytes(
    { sha1, encryption }: BillFile,
    response: AxiosResponse,
    body: Readable,
  ): AsyncIterable<Buffer> {
    const delivered = createHash('sha1')
    patience = { limit: response.config.timeout ?? 0, signal }
    const arrived = arriving(body, name, patience)
    const raw = typeof sha1 === 'string' ? arrived : hashed(arrived, delivered)
    const clear = encryption ? decrypted(raw, encryption, name) : refuseDocuments(raw, name, response)
    const plain = unzipped(clear, name)
    if (typeof sha1 === 'string') return digestChecked(plain, sha1, name)
    const announced = sha1(response)
    return announced === undefined ? plain : digestChecked(plain, announced, name, delivered)
  }

  return {
    bytes: bytes(),
    close: () => {
      closed = true
      current?.destroy()
      patience?.giveUp?.(new Error('nobody reads it any more'))
    },
  }
}

/** The number of bytes that are read of a document in place of a bill. */
const DOCUMENT_BYTES = 65_536
const BRACE = 0x7b
const ANGLE = 0x3c

/** Passes on the bytes of a bill. A JSON or XML document in its place, which says why there is none, is an error. */
async function* refuseDocuments(
  bytes: AsyncIterable<Buffer>,
  name: string,
  response: AxiosResponse,
): AsyncGenerator<Buffer> {
  let isFirst = true
  let document: Buffer | undefined
  for await (const chunk of bytes) {
    if (isFirst && (chunk[0] === BRACE || chunk[0] === ANGLE)) document = Buffer.alloc(0)
    isFirst = false
    if (!document) yield chunk
    else if (document.length < DOCUMENT_BYTES) document = Buffer.concat([document, chunk])
    else break
  }
  if (document) throw documentError(document.toString(), name, response)
  if (isFirst) throw notTheBill(name, 'it is empty')
}

function documentError(text: string, name: string, response: AxiosResponse): Error {
  const document = readErrorDocument(text)
  if (!document) return notTheBill(name, `it is a document that begins ${JSON.stringify(text.slice(0, 60))}`)
  return new ApiError(`${name}: ${document.code}; ${document.message ?? 'no bill came'}`, {
    code: document.code,
    apiMessage: document.message,
    detail: document.detail,
    requestId: response.headers['request-id'] as string | undefined,
    verified: false,
    method: 'GET',
    path: 'v3/billdownload/file',
    response: {
      status: response.status,
      statusText: response.statusText,
      data: document,
      headers: Object.fromEntries(Object.entries(response.headers)),
    },
  })
}

/** An error as the API writes it in JSON. */
interface ErrorDocument {
  readonly code: string
  readonly message?: string
  readonly detail?: unknown
}

function readErrorDocument(text: string): ErrorDocument | undefined {
  const value = Object(parseJson(text)) as Partial<ErrorDocument>
  return typeof value.code === 'string' ? (value as ErrorDocument) : undefined
}
