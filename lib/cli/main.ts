#!/usr/bin/env node
import { CommanderError } from 'commander'
import { createProgram } from './program.js'

/** What the scripts of `wxpay completion` ask. */
const COMPLETE = '__complete'

async function main(words: readonly string[]): Promise<number> {
  try {
    if (words[0] === COMPLETE) await (await import('./complete.js')).complete(words.slice(1))
    else await runCommand(words)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const { report } = await import('./failure.js')
    return report(error)
  }
}

async function runCommand(words: readonly string[]): Promise<void> {
  // `wxpay help call` is about call.
  const program = await createProgram(words.filter((word) => !word.startsWith('-')).slice(0, 2))
  await program.parseAsync(words, { from: 'user' })
}

process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  // `wxpay routes | head` has read enough.
  if (code === 'EPIPE') process.exit(0)
  process.stderr.write(`error: the output cannot be written: ${message}\n`, () => process.exit(1))
})

void main(process.argv.slice(2)).then((code) => {
  // Whatever is still open, such as an idle connection, is nothing to wait for once all has been written.
  process.stdout.write('', (error) => {
    if (!error) process.stderr.write('', () => process.exit(code))
  })
})
