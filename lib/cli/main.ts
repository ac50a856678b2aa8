#!/usr/bin/env node
import { CommanderError } from 'commander'
import { createProgram } from './program.js'

/** The command that the scripts of `wxpay completion` run. */
const COMPLETE = '__complete'

async function main(words: readonly string[]): Promise<number> {
  try {
    if (words[0] === COMPLETE) await (await import('./completion-words.js')).printCompletions(words.slice(1))
    else await runCommand(words)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const { report } = await import('./failure.js')
    return report(error)
  }
}

async function runCommand(words: readonly string[]): Promise<void> {
  // Two words, because `wxpay help call` needs the command call.
  const program = await createProgram(words.filter((word) => !word.startsWith('-')).slice(0, 2))
  await program.parseAsync(words, { from: 'user' })
}

process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  // The reader has closed the pipe, as in `wxpay routes | head`.
  if (code === 'EPIPE') process.exit(0)
  process.stderr.write(`error: the output cannot be written: ${message}\n`, () => process.exit(1))
})

void main(process.argv.slice(2)).then((code) => {
  // The process exits once all output is written, and does not wait for idle connections.
  process.stdout.write('', (error) => {
    if (!error) process.stderr.write('', () => process.exit(code))
  })
})
