import type { BulkProgress } from '../../bulk/index.js'
import { words } from '../language.js'
import { showLine } from '../output.js'

const BAR_WIDTH = 24
/** The milliseconds between two lines where there is no terminal to draw on. */
const LINE_INTERVAL = 10_000

const PHASES: Readonly<Record<BulkProgress['phase'], string>> = {
  checking: words('checking', '检查'),
  sending: words('sending', '发送'),
}

/** Makes the function that shows how far a job has got: by a bar on a terminal, else by a line every ten seconds. */
export function createProgress(stream: NodeJS.WriteStream): (progress: BulkProgress) => void {
  let lastLine = 0
  return (progress) => {
    if (stream.isTTY) return showLine(drawBar(progress), stream)
    if (progress.elapsed - lastLine < LINE_INTERVAL) return
    lastLine = progress.elapsed
    stream.write(`${describe(progress)}\n`)
  }
}

function drawBar(progress: BulkProgress): string {
  const { done, total } = progress
  if (!total) return describe(progress)
  const filled = Math.floor((done / total) * BAR_WIDTH)
  const percent = String(Math.floor((done / total) * 100)).padStart(3)
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${percent}%  ${describe(progress)}`
}

function describe({ phase, done, total, rate, failures }: BulkProgress): string {
  const count = total === undefined ? `${done}` : `${done}/${total}`
  const left = total === undefined || rate <= 0 ? undefined : (total - done) / rate
  const codes = Object.entries(failures).map(([code, times]) => `${code} ${times}`)
  const failed = Object.values(failures).reduce((sum, times) => sum + times, 0)
  const [speed, time, list] = [rate.toFixed(0), left === undefined ? '' : duration(left), codes.join(', ')]
  return [
    `${PHASES[phase]} ${count}`,
    words(`${speed}/s`, `${speed} 行/秒`),
    ...(time ? [words(`ETA ${time}`, `剩余 ${time}`)] : []),
    ...(failed > 0 ? [words(`${failed} failed (${list})`, `失败 ${failed}（${list}）`)] : []),
  ].join('  ')
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  const parts = [Math.floor((whole % 3600) / 60), whole % 60].map((part) => String(part).padStart(2, '0'))
  return whole >= 3600 ? [Math.floor(whole / 3600), ...parts].join(':') : parts.join(':')
}
