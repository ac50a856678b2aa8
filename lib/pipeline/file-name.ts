import type { FilePart } from './file-part.js'

/** How the files begin that the API takes. */
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
