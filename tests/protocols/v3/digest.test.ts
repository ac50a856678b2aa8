import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { checkDigest, checkFile, digestMessage } from '../../../lib/protocols/v3/digest.js'

const bytes = Buffer.from('交易时间,金额\n')
const sha1 = createHash('sha1').update(bytes).digest('hex')
const untrusted = {
  name: 'VerificationError',
  code: 'SIGNATURE_INVALID',
  message: expect.stringContaining(
    'GET v3/x: the answer is not to be trusted: its body does not have the SHA-1',
  ),
}

it('what is signed in place of a body is its digest in JSON', () => {
  expect(digestMessage(sha1).toString()).toBe(`{"sha1":"${sha1}"}`)
})

it.each([
  ['bytes', () => bytes],
  ['a stream', () => Readable.from([bytes.subarray(0, 5), bytes.subarray(5)], { objectMode: false })],
])('a body of %s is believed by its digest, in either case, and by no other', async (_, body) => {
  const read = async (digest: string): Promise<Buffer> => {
    const checked = checkDigest(
      body(),
      { algorithm: 'sha1', value: digest },
      'GET v3/x: the answer',
      'signed',
    )
    return checked instanceof Readable ? buffer(checked) : checked
  }
  expect(await read(sha1)).toEqual(bytes)
  expect(await read(sha1.toUpperCase())).toEqual(bytes)
  await expect(read(sha1.replace(/^./, 'x'))).rejects.toMatchObject(untrusted)
  await expect(read('')).rejects.toMatchObject(untrusted)
})

/** Byte by byte. */
const arriving = (file: Buffer) => Readable.from(Array.from(file, (byte) => Buffer.of(byte)))
const check = (file: Buffer, of: Buffer) => {
  const value = createHash('sha256').update(of).digest('hex')
  return buffer(checkFile(arriving(file), { algorithm: 'sha256', value }, 'GET v3/x'))
}
const unzipped = Buffer.alloc(1_000_000, 'x')
const zipped = gzipSync(unzipped)

it.each([
  ['that has it', bytes, bytes],
  ['of gzip that has it', zipped, zipped],
  ['of gzip with what has it', zipped, unzipped],
  ['of several gzips with what has it', Buffer.concat([zipped, zipped]), Buffer.concat([unzipped, unzipped])],
  [
    'that begins as gzip does, and is none',
    Buffer.from('\x1fno gzip at all'),
    Buffer.from('\x1fno gzip at all'),
  ],
  ['of gzip that breaks off, where that has it', zipped.subarray(0, 500), zipped.subarray(0, 500)],
])('a file %s is believed by its announced digest', async (_, file, of) => {
  expect(await check(file, of)).toEqual(file)
})

it.each([
  ['of gzip with something else', zipped, bytes],
  ['of gzip that breaks off', zipped.subarray(0, 500), unzipped],
  ['of gzip that breaks off before its checksum', zipped.subarray(0, -8), unzipped],
  ['of gzip with something behind it', Buffer.concat([zipped, bytes]), unzipped],
  ['of gzip with something hidden behind it', Buffer.concat([zipped, Buffer.alloc(9), bytes]), unzipped],
  ['that is empty', Buffer.alloc(0), bytes],
  ['that should be empty', bytes, Buffer.alloc(0)],
])('a file %s is not believed', async (_, file, of) => {
  await expect(check(file, of)).rejects.toMatchObject({
    name: 'VerificationError',
    code: 'SIGNATURE_INVALID',
  })
})
