import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BillGateway } from './bill-file-gateway.js'
import { ask, lineOf, startChild, stopChild } from './child.js'
import { atLeast, atMost, figure, type Row } from './report.js'
import { interleave, median, medianRatio } from './statistics.js'

const OVER_BARE = 0.85
const MEGABYTES = 100
const ROUNDS = 7

/** What came of saving a bill. */
interface Saving {
  readonly seconds: number
  /** At most, of the whole process; of 1,024 bytes, as Linux counts them. */
  readonly kilobytes: number
}

/** A bill saved to a file with its digest checked, beside the same made of nothing but Node. */
export async function measureBillFile(): Promise<Row[]> {
  const gateway = startChild(new URL('./bill-file-gateway.ts', import.meta.url))
  const line = await lineOf<BillGateway>(gateway)
  const folder = mkdtempSync(join(tmpdir(), 'bench-bills-'))
  const run = async (name: string): Promise<Saving> => {
    const path = join(folder, `${name}.csv`)
    const child = startChild(new URL('./bill-file-contender.mjs', import.meta.url), { args: [name, path] })
    try {
      const saving = await ask<Saving>(child, { ...line })
      const { size } = statSync(path)
      if (size !== line.bytes) throw new Error(`${name} saved ${size} of ${line.bytes} bytes`)
      return saving
    } finally {
      await stopChild(child)
      rmSync(path, { force: true })
    }
  }
  try {
    const { fluent, bare, beside } = await interleave(
      { fluent: () => run('fluent'), bare: () => run('bare'), beside: () => run('beside') },
      ROUNDS,
    )
    const rates = (runs: readonly Saving[]) => runs.map(({ seconds }) => line.bytes / 1e6 / seconds)
    const peak = (runs: readonly Saving[]) =>
      (Math.max(...runs.map(({ kilobytes }) => kilobytes)) * 1024) / 1e6
    const size = `${figure(line.bytes / 1e6)} MB`
    const each = `${figure(median(rates(fluent)))} MB/s; bare ${figure(median(rates(bare)))} MB/s`
    const memory = atMost('bills: peak memory of the process', peak(fluent), MEGABYTES, 'MB')
    return [
      { what: `bills: ${size} to a file with digest`, measured: each },
      {
        what: 'bills: the same beside node:http in a process that has loaded axios',
        measured: `${figure(medianRatio(rates(fluent), rates(beside)))} ×; its memory ${figure(peak(beside))} MB`,
      },
      atLeast(
        `bills: ${size} to a file with digest, throughput, ours / bare node:http`,
        medianRatio(rates(fluent), rates(bare)),
        OVER_BARE,
        '×',
      ),
      { ...memory, measured: `${memory.measured}; bare ${figure(peak(bare))} MB` },
    ]
  } finally {
    await stopChild(gateway)
    rmSync(folder, { recursive: true })
  }
}
