import type { AxiosResponse } from 'axios'
import { type BillName, isRefusal, notTheBill, refusedBill } from './trouble.js'

/** More of a document that is no bill is not read. */
const DOCUMENT_BYTES = 65_536
const BRACE = 0x7b
const ANGLE = 0x3c

/** Passes a bill on. A document that says why there is none, in JSON or XML, becomes an error. */
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
  if (document) throw explain(document, name, response)
  if (isFirst) throw notTheBill(name, 'it is empty')
}

function explain(document: Buffer, name: BillName, response: AxiosResponse): Error {
  const text = document.toString()
  try {
    const value: unknown = JSON.parse(text)
    if (isRefusal(value)) return refusedBill(name, value, response)
  } catch {
    // No JSON either.
  }
  return notTheBill(name, `it is a document that begins ${JSON.stringify(text.slice(0, 60))}`)
}
