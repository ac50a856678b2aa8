import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createMemory } from '../../lib/notifications/once.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('forgets what is over, and the oldest beyond its limit', async () => {
  const memory = createMemory(2)
  await memory.set('a', 1, 1_000)
  await memory.set('b', 2, 5_000)
  expect([await memory.get('a'), await memory.get('b'), await memory.get('c')]).toEqual([1, 2, undefined])
  await memory.set('c', 3, 5_000)
  expect([await memory.get('a'), await memory.get('b'), await memory.get('c')]).toEqual([undefined, 2, 3])
  vi.advanceTimersByTime(4_999)
  expect(await memory.get('c')).toBe(3)
  vi.advanceTimersByTime(1)
  expect(await memory.get('c')).toBeUndefined()
})

it('keeps what has no end, and takes what is set again for new', async () => {
  const memory = createMemory(2)
  await memory.set('a', 1)
  await memory.set('b', 2)
  await memory.set('a', 3)
  expect([await memory.get('a'), await memory.get('b')]).toEqual([3, 2])
  await memory.set('c', 4)
  vi.advanceTimersByTime(365 * 24 * 60 * 60_000)
  expect([await memory.get('a'), await memory.get('b'), await memory.get('c')]).toEqual([3, undefined, 4])
})
