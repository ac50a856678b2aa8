import { expect, it } from 'vitest'
import { killPoints, runAndKill } from './kill.js'

it('loses nothing and sends nothing twice that was answered, however often it is killed', async () => {
  const rows = 1_000
  const { summary, numbers, openids, results, ...after } = await runAndKill(rows, killPoints(5, rows / 2, 20))
  expect(after.kills).toBe(5)
  expect(openids.size).toBe(rows)
  expect(numbers.size).toBe(rows)
  expect([...openids.values()].every((sent) => sent.size === 1)).toBe(true)
  expect(after.repeats).toBeGreaterThan(0)
  expect(after.sentAgainAfterAnswer).toEqual([])
  expect(after.sentAgainWithoutReason).toEqual([])
  expect(summary).toMatchObject({ failed: 0, stopped: false })
  expect(summary.acknowledged + summary.skipped).toBe(rows)
  expect([...results].sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, index) => index + 1))
}, 120_000)
