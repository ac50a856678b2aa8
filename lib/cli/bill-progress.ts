import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const INTERVAL = 200
const MEGABYTE = 1024 * 1024

/** Shows on a terminal how much of a download has been put aside; returns what ends that. */
export function showGrowth(file: string): () => void {
  return repeat((seconds) => {
    const size = sizeAside(file) / MEGABYTE
    return `${size.toFixed(1)} MB  ${(size / seconds).toFixed(1)} MB/s`
  })
}

/** Shows on a terminal how many rows have come. */
export function showCount(rows: () => number): () => void {
  return repeat((seconds) => `${rows()} rows  ${(rows() / seconds).toFixed(0)}/s`)
}

/** How long a bill will be the API does not say, so that there is no bar to fill. */
function repeat(describe: (seconds: number) => string): () => void {
  const { stderr } = process
  if (!stderr.isTTY) return () => undefined
  const started = performance.now()
  const timer = setInterval(() => {
    stderr.write(`\r${describe((performance.now() - started) / 1000)}\x1b[K`)
  }, INTERVAL)
  return () => {
    clearInterval(timer)
    stderr.write('\r\x1b[K')
  }
}

/** A bill gets its name when it is whole; until then it grows beside it. */
function sizeAside(file: string): number {
  const folder = dirname(file)
  const start = `${basename(file)}.`
  try {
    const aside = readdirSync(folder).find((name) => name.startsWith(start) && name.endsWith('.part'))
    return aside ? statSync(join(folder, aside)).size : 0
  } catch {
    return 0
  }
}
