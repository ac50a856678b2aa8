import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { checkDigest, digestMessage } from '../../../lib/protocols/v3/digest.js'

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
