import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NetworkError, VerificationError } from '../../lib/errors.js'
import { detach, peek, readDocument } from '../../lib/protocols/response-stream.js'

const NAME = 'GET v3/billdownload/file'
/** A body in pieces; `breaks` is the error that comes after them. */
const bodyOf = (pieces: readonly string[], breaks?: Error): Readable =>
  Readable.from(
    (async function* () {
      for (const piece of pieces) yield Buffer.from(piece)
      if (breaks) throw breaks
    })(),
    { objectMode: false },
  )
const stalled = (): Readable => new Readable({ read: () => undefined })
const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })

describe('a body that is looked at', () => {
  it.each([
    ['none', []],
    ['short', ['a', 'b']],
    ['of as many bytes as are looked at', ['x'.repeat(64), 'rest']],
    ['of pieces', Array.from({ length: 200 }, (_, at) => String(at))],
  ])('is whole all the same: %s', async (_, pieces) => {
    const { head, whole } = await peek(bodyOf(pieces), NAME, 0)
    const text = pieces.join('')
    expect(text.startsWith(head.toString())).toBe(true)
    expect(head.length).toBeGreaterThanOrEqual(Math.min(64, text.length))
    expect(String(await buffer(whole))).toBe(text)
  })

  it('is not read further than it is looked at', async () => {
    const pieces = ['x'.repeat(64), 'y'.repeat(64)]
    const { head } = await peek(bodyOf(pieces), NAME, 0)
    expect(head.toString()).toBe(pieces[0])
  })

  it('that breaks off before is a NetworkError, and may be asked for again', async () => {
    const error = await peek(bodyOf(['x'], reset), NAME, 0).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(NetworkError)
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retryable: true })
    expect(String(error)).toContain(`${NAME}: the answer broke off: read ECONNRESET`)
  })
})

describe('a document that comes as a stream', () => {
  it('is read whole, up to about a limit', async () => {
    expect(String(await readDocument(bodyOf(['ab', 'c', '中']), NAME, 0, 100))).toBe('abc中')
    expect(String(await readDocument(bodyOf(['ab', 'c', 'd']), NAME, 0, 3))).toBe('abcd')
    expect(String(await readDocument(bodyOf(['ab', 'c', 'd', 'e']), NAME, 0, 3))).toBe('abcd')
    expect(String(await readDocument(bodyOf(['ab', 'c', 'd', 'e']), NAME, 0, 2))).toBe('abc')
  })

  describe('in time', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
    afterEach(() => void vi.useRealTimers())

    it('or not at all', async () => {
      const reading = readDocument(stalled(), NAME, 500, 10).catch((reason: unknown) => reason)
      vi.advanceTimersByTime(500)
      expect(await reading).toMatchObject({
        name: 'NetworkError',
        message: expect.stringContaining('broke off: not here in 500 ms'),
        retryable: true,
      })
    })

    it('leaves no timer behind, and none runs where there is time without end', async () => {
      await readDocument(bodyOf(['a']), NAME, 500, 10)
      expect(vi.getTimerCount()).toBe(0)
      void readDocument(stalled(), NAME, 0, 10)
      expect(vi.getTimerCount()).toBe(0)
    })
  })
})

describe('a body on a stream of its own', () => {
  it('has all of it', async () => {
    expect(String(await buffer(detach(bodyOf(['a', 'b']), NAME, 0)))).toBe('ab')
  })

  it.each([
    ['the connection breaks', reset, { name: 'NetworkError', code: 'CONNECTION_FAILED', retryable: true }],
    [
      'its caller gives up',
      Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' }),
      { name: 'NetworkError', code: 'ABORTED', retryable: false },
    ],
  ])('breaks off when %s, with a NetworkError', async (_, cause, shown) => {
    const body = new PassThrough()
    const own = detach(body, NAME, 0)
    body.write('a')
    body.destroy(cause)
    const error = await buffer(own).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ ...shown, message: `${NAME}: the answer broke off: ${cause.message}` })
  })

  it('breaks off with an error of this package as it is', async () => {
    const body = new PassThrough()
    const own = detach(body, NAME, 0)
    const cause = new VerificationError('the digest does not fit', { code: 'ANSWER_INVALID' })
    body.destroy(cause)
    await expect(buffer(own)).rejects.toBe(cause)
  })

  it('ends the connection when its reader goes away', async () => {
    const body = stalled()
    const own = detach(body, NAME, 0)
    own.destroy()
    await new Promise((resolve) => body.once('close', resolve))
    expect(body.destroyed).toBe(true)
  })
})
