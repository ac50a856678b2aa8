import type { Outcome } from './run-cell.js'

const LINES = 40

const columns = (what: string, result: string, time: string): string =>
  `${what.padEnd(28)}${result.padEnd(14)}${time.padStart(9)}`

/** One line of the table. */
export function lineOf({ name, result, seconds }: Outcome): string {
  return columns(name, result, result === 'not available' ? '' : `${seconds.toFixed(1)} s`)
}

/** The whole table, and below it what is to be said of those that did not pass. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const head = columns('what', 'result', 'time')
  const others = outcomes.filter(({ result }) => result !== 'passed')
  const count = (wanted: Outcome['result']): number =>
    outcomes.filter(({ result }) => result === wanted).length
  const missing = count('not available')
  return [
    head,
    '-'.repeat(head.length),
    ...outcomes.map(lineOf),
    '',
    `${count('passed')} passed, ${count('FAILED')} failed, ${missing} not available`,
    ...(missing > 0
      ? ['What is not available has not been tested, so this run proves nothing about it.']
      : []),
    ...others.map(({ name, result, output }) => `\n${name}: ${result}\n${indented(output)}`),
  ].join('\n')
}

const indented = (text: string): string =>
  text
    .split('\n')
    .slice(0, LINES)
    .map((line) => `    ${line}`)
    .join('\n')

/** 1 when something failed, 2 when all that ran passed, but something was not to be had. */
export function exitCodeOf(outcomes: readonly Outcome[]): number {
  const results = outcomes.map(({ result }) => result)
  if (results.includes('FAILED')) return 1
  return results.includes('not available') || results.length === 0 ? 2 : 0
}
