import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** What one look at a file tells. */
export interface Measures {
  readonly digest: string
  readonly lines: number
  /** Spreadsheet programs still write GBK where it is the system's. */
  readonly encoding: 'utf-8' | 'gb18030'
}

const LINE_FEED = 10

export async function measure(file: string): Promise<Measures> {
  const hash = createHash('sha256')
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let lines = 0
  let last = LINE_FEED
  let isUtf8 = true
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) lines++
    last = chunk.at(-1) ?? last
    isUtf8 &&= decodes(decoder, chunk)
  }
  isUtf8 &&= decodes(decoder)
  if (last !== LINE_FEED) lines++
  return { digest: hash.digest('hex'), lines, encoding: isUtf8 ? 'utf-8' : 'gb18030' }
}

function decodes(decoder: Pick<InstanceType<typeof TextDecoder>, 'decode'>, chunk?: Buffer): boolean {
  try {
    decoder.decode(chunk, { stream: chunk !== undefined })
    return true
  } catch {
    return false
  }
}
