import { expect, it, vi } from 'vitest'
import { createMemory } from '../../lib/notifications/once.js'

it('forgets what is over, and the oldest beyond its limit', async () => {
  vi.useFakeTimers()
  const memory = createMemory(2)
  await memory.set('a', 1, 1_000)
  await memory.set('b', 2, 5_000)
  expect([await memory.get('a'), await memory.get('b'), await memory.get('c')]).toEqual([1, 2, undefined])
  await memory.set('c', 3, 5_000)
  expect([await memory.get('a'), await memory.get('b'), await memory.get('c')]).toEqual([undefined, 2, 3])
  vi.advanceTimersByTime(5_001)
  expect(await memory.get('c')).toBeUndefined()
  vi.useRealTimers()
})
