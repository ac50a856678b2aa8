import { expect, it } from 'vitest'
import type { BulkProgress } from '../../lib/bulk/index.js'
import { createProgress } from '../../lib/cli/bulk/progress.js'
import { showLine } from '../../lib/cli/output.js'

const progress: BulkProgress = {
  ...{ phase: 'sending', done: 250, total: 1_000, acknowledged: 247, skipped: 0, rate: 50, elapsed: 11_000 },
  failures: { PARAM_ERROR: 2, NO_AUTH: 1 },
}

function startStream(isTTY: boolean) {
  const written: string[] = []
  const stream = { isTTY, columns: 120, write: (text: string) => written.push(text) }
  return { written, stream: stream as unknown as NodeJS.WriteStream }
}

it('draws a bar on a terminal, with the time that is left and failures by code', () => {
  const { written, stream } = startStream(true)
  createProgress(stream)(progress)
  expect(written[0]).toContain('██████░░░░░░░░░░░░░░░░░░  25%  sending 250/1000  50/s  ETA 00:15')
  expect(written[0]).toContain('3 failed (PARAM_ERROR 2, NO_AUTH 1)')
  showLine('', stream)
  expect(written.at(-1)).toBe('\r\x1b[K')
})

it('says it in a line every ten seconds where there is no terminal', () => {
  const { written, stream } = startStream(false)
  const show = createProgress(stream)
  for (const elapsed of [5_000, 11_000, 12_000, 21_500]) show({ ...progress, elapsed })
  expect(written).toHaveLength(2)
  expect(written.every((line) => line.startsWith('sending ') && line.endsWith('\n'))).toBe(true)
})
