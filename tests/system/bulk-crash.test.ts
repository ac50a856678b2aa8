import { expect, it } from 'vitest'
import { killPoints, runAndKill } from '../bulk/kill.js'

it('imports 20,000 members through 20 kills: every one once, none that was answered again', async () => {
  const rows = 20_000
  const { summary, numbers, openids, results, ...after } = await runAndKill(
    rows,
    killPoints(20, rows - 200, 1),
  )
  console.log(`${after.repeats} rows were under way when they were killed, and were sent again`)
  expect(after.kills).toBe(20)
  expect(openids.size).toBe(rows)
  expect(numbers.size).toBe(rows)
  expect(after.repeats).toBeGreaterThan(0)
  expect(after.sentAgainAfterAnswer).toEqual([])
  expect(after.sentAgainWithoutReason).toEqual([])
  expect(summary.acknowledged + summary.skipped).toBe(rows)
  expect(new Set(results).size).toBe(rows)
  expect(results).toHaveLength(rows)
}, 600_000)
