import type { BulkProgress } from '../bulk/index.js'

const BAR = 24
/** Where there is no terminal to draw on, a line now and then does. */
const LINE_EVERY = 10_000

/** Shows how far a job is: a bar on a terminal, else a line every ten seconds. */
export function showProgress(stream: NodeJS.WriteStream): {
  readonly show: (progress: BulkProgress) => void
  /** Takes the bar away. */
  readonly end: () => void
} {
  let drawn = false
  let said = 0
  return {
    show(progress) {
      if (stream.isTTY) {
        drawn = true
        stream.write(`\r${drawBar(progress).slice(0, stream.columns || 80)}\x1b[K`)
      } else if (progress.elapsed - said >= LINE_EVERY) {
        said = progress.elapsed
        stream.write(`${describe(progress)}\n`)
      }
    },
    end() {
      if (drawn) stream.write('\r\x1b[K')
      drawn = false
    },
  }
}

function drawBar(progress: BulkProgress): string {
  const { done, total } = progress
  if (!total) return describe(progress)
  const filled = Math.floor((done / total) * BAR)
  const percent = String(Math.floor((done / total) * 100)).padStart(3)
  return `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${percent}%  ${describe(progress)}`
}

function describe({ phase, done, total, rate, failures }: BulkProgress): string {
  const count = total === undefined ? `${done}` : `${done}/${total}`
  const left = total === undefined || rate <= 0 ? undefined : (total - done) / rate
  const codes = Object.entries(failures).map(([code, times]) => `${code} ${times}`)
  const failed = Object.values(failures).reduce((sum, times) => sum + times, 0)
  return [
    `${phase} ${count}`,
    `${rate.toFixed(0)}/s`,
    ...(left === undefined ? [] : [`ETA ${clock(left)}`]),
    ...(failed > 0 ? [`${failed} failed (${codes.join(', ')})`] : []),
  ].join('  ')
}

function clock(seconds: number): string {
  const whole = Math.ceil(seconds)
  const parts = [Math.floor((whole % 3600) / 60), whole % 60].map((part) => String(part).padStart(2, '0'))
  return whole >= 3600 ? [Math.floor(whole / 3600), ...parts].join(':') : parts.join(':')
}
