import Keyv from 'keyv'
import { describe, expect, it, vi } from 'vitest'
import type { PlainEvent } from '../../lib/notifications/event.js'
import { createMemory, createOnce, type OnceOptions } from '../../lib/notifications/once.js'
import type { Store } from '../../lib/store.js'

const { signal } = new AbortController()
const paid: PlainEvent = {
  id: 'EV-1',
  event_type: 'TRANSACTION.SUCCESS',
  resource_type: 'encrypt-resource',
  resource: {},
  authenticated: true,
}
const ack = { code: 'SUCCESS' }
const reported = vi.fn()
const once = (options: Partial<OnceOptions> = {}) =>
  createOnce({ account: '1900000109', onStoreError: reported, ...options })
/** A store that answers every key with the same. */
const storeOf = (value: unknown): Store => ({
  get: async () => value,
  set: async () => true,
  setIfAbsent: async () => true,
  delete: async () => true,
})

/** A handler that ends when the test says so. */
class Pending<Result> {
  resolve = (_: Result): void => undefined
  reject = (_: Error): void => undefined
  readonly run = vi.fn(
    () =>
      new Promise<Result>((resolve, reject) => {
        Object.assign(this, { resolve, reject })
      }),
  )
}

describe('an event', () => {
  it('is handled once, and gets the same acknowledgement again', async () => {
    const handle = once()
    const run = vi.fn(async () => ack)
    expect(await handle(paid, run, signal)).toEqual({ ack, repeated: false })
    expect(await handle(paid, run, signal)).toEqual({ ack, repeated: true })
    expect(run).toHaveBeenCalledOnce()
    expect(await handle({ ...paid, id: 'EV-2' }, run, signal)).toMatchObject({ repeated: false })
  })

  it('is handled once for each account that shares a store', async () => {
    const store = createMemory()
    const run = vi.fn(async () => ack)
    await once({ store })(paid, run, signal)
    await once({ store, account: 'brand:1900000109' })(paid, run, signal)
    expect(run).toHaveBeenCalledTimes(2)
  })

  it('is handled by one of two receivers that share a store, at the same time too', async () => {
    const store = createMemory()
    const run = vi.fn(async () => ack)
    const outcomes = await Promise.all(
      [once({ store }), once({ store })].map((one) => one(paid, run, signal)),
    )
    expect(outcomes.map(({ repeated }) => repeated)).toEqual([false, true])
    expect(run).toHaveBeenCalledOnce()
  })

  it.each([undefined, null, true, 'handled', { handled: 'yes' }, { ack }, [{ handled: true }]])(
    'is handled though the store has %j for it',
    async (value) => {
      const run = vi.fn(async () => ack)
      expect(await once({ store: storeOf(value) })(paid, run, signal)).toEqual({ ack, repeated: false })
      expect(run).toHaveBeenCalledOnce()
    },
  )

  it('is stored with the acknowledgement that it got', async () => {
    const set = vi.fn(async () => true)
    await once({ store: { ...storeOf(undefined), set } })(paid, async () => ack, signal)
    const key = 'wechatpay-fluent:notification:1900000109:EV-1'
    expect(set).toHaveBeenCalledExactlyOnceWith(key, { handled: true, ack }, 25 * 60 * 60_000)
  })

  it('that failed is not stored', async () => {
    const set = vi.fn(async () => true)
    const error = new Error('no')
    const handled = once({ store: { ...storeOf(undefined), set } })(paid, () => Promise.reject(error), signal)
    await expect(handled).rejects.toBe(error)
    expect(set).not.toHaveBeenCalled()
  })

  it('that took too long is stored when it is done, and a failure to do so is told', async () => {
    reported.mockClear()
    const error = new Error('the store is full')
    const store = { ...storeOf(undefined), set: () => Promise.reject(error) }
    const controller = new AbortController()
    let finish = (_: typeof ack): void => undefined
    const run = vi.fn(() => new Promise<typeof ack>((resolve) => (finish = resolve)))
    const handled = once({ store })(paid, run, controller.signal)
    await expect.poll(() => run.mock.calls).toHaveLength(1)
    controller.abort(new Error('over'))
    await expect(handled).rejects.toThrow('over')
    expect(reported).not.toHaveBeenCalled()
    finish(ack)
    await expect.poll(() => reported.mock.calls).toEqual([[paid, error]])
  })

  it('is handled in time, or fails, while the store does not answer', async () => {
    const controller = new AbortController()
    const stuck = { ...storeOf(undefined), get: () => new Promise<never>(() => undefined) }
    const run = vi.fn(async () => ack)
    const handled = once({ store: stuck })(paid, run, controller.signal)
    controller.abort(new Error('over'))
    await expect(handled).rejects.toThrow('over')
    expect(run).not.toHaveBeenCalled()
  })

  it('is acknowledged in time though the store never says that it is written down', async () => {
    reported.mockClear()
    const controller = new AbortController()
    const stuck = { ...storeOf(undefined), set: () => new Promise<never>(() => undefined) }
    const handled = once({ store: stuck })(
      paid,
      async () => {
        setImmediate(() => controller.abort(new Error('over')))
        return ack
      },
      controller.signal,
    )
    expect(await handled).toEqual({ ack, repeated: false })
    expect(reported).toHaveBeenCalledExactlyOnceWith(paid, expect.objectContaining({ message: 'over' }))
  })

  it('whose handler takes too long is not handled beside itself', async () => {
    const handle = once()
    const handler = new Pending<typeof ack>()
    for (let copy = 0; copy < 3; copy++) {
      const controller = new AbortController()
      const handled = handle(paid, handler.run, controller.signal)
      await expect.poll(() => handler.run.mock.calls).toHaveLength(1)
      controller.abort(new Error('over'))
      await expect(handled).rejects.toThrow('over')
    }
    const waiting = handle(paid, handler.run, signal)
    handler.resolve(ack)
    expect(await waiting).toEqual({ ack, repeated: true })
    expect(await handle(paid, handler.run, signal)).toEqual({ ack, repeated: true })
    expect(handler.run).toHaveBeenCalledOnce()
  })

  it('whose handler fails after its time is handled again, and not before', async () => {
    const handle = once()
    const handler = new Pending<typeof ack>()
    const controller = new AbortController()
    const handled = handle(paid, handler.run, controller.signal)
    await expect.poll(() => handler.run.mock.calls).toHaveLength(1)
    controller.abort(new Error('over'))
    await expect(handled).rejects.toThrow('over')
    const waiting = handle(paid, async () => ack, signal)
    handler.reject(new Error('no'))
    await expect(waiting).rejects.toThrow('no')
    expect(await handle(paid, async () => ack, signal)).toEqual({ ack, repeated: false })
  })
})

describe('an event without an id', () => {
  const resource = { out_trade_no: '1', total_fee: '2', nonce_str: 'a', sign: 'b' }
  const bare: PlainEvent = { event_type: 'transaction-success', resource, authenticated: true }

  it.each([
    ['another nonce and sign', true, { ...bare, resource: { ...resource, nonce_str: 'c', sign: 'd' } }],
    [
      'its fields in another order',
      true,
      { ...bare, resource: { total_fee: '2', sign: 'b', out_trade_no: '1', nonce_str: 'a' } },
    ],
    ['another value', false, { ...bare, resource: { ...resource, total_fee: '3' } }],
    ['another field', false, { ...bare, resource: { ...resource, device_info: '' } }],
    ['another type', false, { ...bare, event_type: 'refund-processed' }],
  ])('is known by its content: with %s, the same is %s', async (_, isSame, other) => {
    const handle = once()
    await handle(bare, async () => ack, signal)
    expect((await handle(other, async () => ack, signal)).repeated).toBe(isSame)
  })

  it('is remembered for a year, because an old copy of it could be sent again', async () => {
    const set = vi.fn(async () => true)
    await once({ store: { ...storeOf(undefined), set } })(bare, async () => ack, signal)
    expect(set).toHaveBeenCalledExactlyOnceWith(expect.any(String), expect.anything(), 366 * 24 * 60 * 60_000)
  })

  it.each([
    ['another amount', true, { refund_fee: '9' }],
    ['another order', true, { out_trade_no: '9' }],
    ['another number', false, { out_refund_no: '9' }],
    ['another refund', false, { refund_id: '9' }],
    ['another status', false, { refund_status: 'SUCCESS' }],
  ])('or signature is known by its numbers: with %s, the same is %s', async (_, isSame, other) => {
    const refund = { out_refund_no: '1', refund_id: '2', refund_status: 'CHANGE', refund_fee: '3' }
    const event = { event_type: 'refund-processed', resource: refund, authenticated: false }
    const handle = once()
    await handle(event, async () => ack, signal)
    const again = { ...event, resource: { ...refund, ...other } }
    expect((await handle(again, async () => ack, signal)).repeated).toBe(isSame)
  })

  it('has a key of fixed length in the store', async () => {
    const get = vi.fn(async () => undefined)
    await once({ store: { ...storeOf(undefined), get } })(bare, async () => ack, signal)
    expect(get).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^wechatpay-fluent:notification:1900000109:[0-9a-f]{64}$/),
    )
  })
})

/** What a process sees of a store that others have as well: each has a client of its own. */
function sharedStores(kind: 'a Keyv' | 'get and set' | 'setIfAbsent') {
  const entries = new Map<string, unknown>()
  const alone = {
    get: async (key: string) => entries.get(key),
    set: async (key: string, value: unknown) => entries.set(key, value),
  }
  const connect = (): Store => {
    if (kind === 'a Keyv') return new Keyv({ store: entries })
    if (kind === 'get and set') return { ...alone }
    const setIfAbsent = async (key: string, value: unknown) => !entries.has(key) && !!entries.set(key, value)
    return { ...alone, setIfAbsent, delete: async (key) => entries.delete(key) }
  }
  return { entries, connect }
}

describe.each(['a Keyv', 'get and set', 'setIfAbsent'] as const)('processes that share %s', (kind) => {
  it('handle an event once, though it comes to all of them at the same time', async () => {
    const { connect } = sharedStores(kind)
    const handler = new Pending<typeof ack>()
    const processes = [1, 2, 3].map(() => once({ store: connect() }))
    const outcomes = Promise.allSettled(processes.map((handle) => handle(paid, handler.run, signal)))
    await expect.poll(() => handler.run.mock.calls).toHaveLength(1)
    handler.resolve(ack)
    const refusals = (await outcomes).filter(({ status }) => status === 'rejected')
    expect(refusals).toMatchObject([{ reason: { code: 'IN_PROGRESS' } }, { reason: { code: 'IN_PROGRESS' } }])
    for (const handle of processes) {
      expect(await handle(paid, handler.run, signal)).toEqual({ ack, repeated: true })
    }
    expect(handler.run).toHaveBeenCalledOnce()
  })

  it('handle it again as soon as it has failed', async () => {
    const { connect } = sharedStores(kind)
    const [first, second] = [once({ store: connect() }), once({ store: connect() })]
    await expect(first(paid, () => Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
    expect(await second(paid, async () => ack, signal)).toEqual({ ack, repeated: false })
  })
})

describe('the claim of an event', () => {
  const key = 'wechatpay-fluent:notification:1900000109:EV-1:claim'

  it.each([
    ['lives', 60_000, 0],
    ['has died', -1, 1],
  ])('of a process that %s', async (_, left, times) => {
    const { entries, connect } = sharedStores('get and set')
    entries.set(key, { id: 'another', until: Date.now() + left })
    const run = vi.fn(async () => ack)
    await once({ store: connect() })(paid, run, signal).catch(() => undefined)
    expect(run).toHaveBeenCalledTimes(times)
  })

  it('holds for as long as the handler runs, and no longer than a minute after', async () => {
    vi.useFakeTimers()
    const set = vi.fn(async (..._: unknown[]) => true)
    const handler = new Pending<typeof ack>()
    const handled = once({ store: { ...storeOf(undefined), set } })(paid, handler.run, signal)
    await vi.advanceTimersByTimeAsync(10 * 60_000)
    const claims = set.mock.calls.filter(([name]) => name === key)
    expect(claims).toHaveLength(30)
    expect(claims.at(-1)).toEqual([key, { id: expect.any(String), until: Date.now() + 60_000 }, 60_000])
    handler.resolve(ack)
    await handled
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  it('that comes too late neither starts the handler nor is renewed', async () => {
    vi.useFakeTimers()
    const controller = new AbortController()
    let claim = (_: boolean): void => undefined
    const setIfAbsent = vi.fn(() => new Promise<boolean>((resolve) => (claim = resolve)))
    const run = vi.fn(async () => ack)
    const handled = once({ store: { ...storeOf(undefined), setIfAbsent } })(paid, run, controller.signal)
    await vi.advanceTimersByTimeAsync(0)
    expect(setIfAbsent).toHaveBeenCalledExactlyOnceWith(key, expect.anything(), 60_000)
    controller.abort(new Error('over'))
    await expect(handled).rejects.toThrow('over')
    claim(true)
    await vi.advanceTimersByTimeAsync(0)
    expect([run.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0])
    vi.useRealTimers()
  })
})
