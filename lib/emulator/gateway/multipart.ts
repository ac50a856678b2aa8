import type { Part } from '../protocols/protocol.js'

const BOUNDARY = /^multipart\/form-data\s*;(?:[^"]|"[^"]*")*?boundary=(?:"([^"]+)"|([^\s;]+))/i

/** The boundary, when the content type is `multipart/form-data`. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const match = BOUNDARY.exec(contentType ?? '')
  return match?.[1] ?? match?.[2]
}

/** Splits a `multipart/form-data` body. Parts that are not well-formed are left out. */
export function parseMultipart(body: Buffer, boundary: string): Part[] {
  const parts: Part[] = []
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  let start = body.indexOf(delimiter.subarray(2))
  while (start >= 0) {
    const head = body.indexOf('\r\n\r\n', start)
    const end = head < 0 ? -1 : body.indexOf(delimiter, head)
    if (end < 0) break
    const disposition = /^content-disposition:(.*)$/im.exec(body.toString('utf8', start, head))?.[1] ?? ''
    const name = /[;\s]name="([^"]*)"/i.exec(disposition)?.[1]
    const filename = /[;\s]filename="([^"]*)"/i.exec(disposition)?.[1]
    if (name !== undefined) {
      parts.push({ name, ...(filename !== undefined && { filename }), body: body.subarray(head + 4, end) })
    }
    start = end + 2
  }
  return parts
}
