import type { Readable } from 'node:stream'

/** A body that is not the one that was announced. What follows a gzip nobody looks at, so one is changed inside. */
export async function* altered(body: Readable): AsyncGenerator<Buffer> {
  let isFirst = true
  for await (const piece of body as AsyncIterable<Buffer>) {
    const isGzip = isFirst && piece[0] === 0x1f && piece[1] === 0x8b
    isFirst = false
    if (isGzip) yield flipped(piece)
    else yield piece
  }
  yield Buffer.from(' ')
}

function flipped(piece: Buffer): Buffer {
  const copy = Buffer.from(piece)
  const middle = copy.length >> 1
  copy[middle] = (copy[middle] ?? 0) ^ 1
  return copy
}
