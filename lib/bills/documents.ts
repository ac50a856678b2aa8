import type { AxiosResponse } from 'axios'
import { ApiError } from '../errors.js'
import { type BillName, notTheBill } from './errors.js'

/** The number of bytes that are read of a document in place of a bill. */
const DOCUMENT_BYTES = 65_536
const BRACE = 0x7b
const ANGLE = 0x3c

/** Passes on the bytes of a bill. A JSON or XML document in its place, which says why there is none, is an error. */
export async function* refuseDocuments(
  bytes: AsyncIterable<Buffer>,
  name: BillName,
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

function documentError(text: string, name: BillName, response: AxiosResponse): Error {
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
  try {
    const value = JSON.parse(text) as Partial<ErrorDocument> | null
    return typeof value?.code === 'string' ? (value as ErrorDocument) : undefined
  } catch {
    return undefined
  }
}
