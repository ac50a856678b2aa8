import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WechatpayError } from '../../lib/errors.js'
import { startDeadline, untilAborted } from '../../lib/notifications/deadline.js'

describe('the time to handle a notification', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is over after the timeout, and no sooner', () => {
    const { signal } = startDeadline(500)
    vi.advanceTimersByTime(499)
    expect(signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(signal.reason).toBeInstanceOf(WechatpayError)
    expect(signal.reason).toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('within 500 ms; WeChat Pay waits 5 s. Put long work in a queue'),
    })
  })

  it('does not run out once it is ended', () => {
    const { signal, end } = startDeadline(500)
    end()
    vi.advanceTimersByTime(1_000)
    expect(signal.aborted).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('what is waited for until a signal aborts', () => {
  const reason = new Error('over')
  const never = new Promise<never>(() => undefined)

  it('gives its result, and leaves nothing behind on the signal', async () => {
    const { signal } = new AbortController()
    expect(await untilAborted(Promise.resolve(1), signal)).toBe(1)
    await expect(untilAborted(Promise.reject(reason), signal)).rejects.toBe(reason)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('is given up when the signal aborts', async () => {
    const controller = new AbortController()
    const waiting = untilAborted(never, controller.signal)
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
  })

  it('is not waited for when the signal has aborted before', async () => {
    await expect(untilAborted(never, AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})
