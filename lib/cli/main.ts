#!/usr/bin/env node
import { CommanderError } from 'commander'
import { words } from './language.js'
import { createProgram } from './program.js'

/** The command that the scripts of `wechatpay-fluent completion` run. */
const COMPLETE = '__complete'

async function main(args: readonly string[]): Promise<number> {
  try {
    if (args[0] === COMPLETE) await (await import('./completion-words.js')).printCompletions(args.slice(1))
    else await runCommand(args)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const { report } = await import('./failure.js')
    return report(error)
  }
}

async function runCommand(args: readonly string[]): Promise<void> {
  // Two words, because `wechatpay-fluent help call` needs the command call.
  const program = await createProgram(args.filter((word) => !word.startsWith('-')).slice(0, 2))
  await program.parseAsync(args, { from: 'user' })
}

process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  // The reader has closed the pipe, as in `wechatpay-fluent routes | head`.
  if (code === 'EPIPE') process.exit(0)
  const lost = words('error: the output cannot be written', '错误：无法写出结果')
  process.stderr.write(`${lost}: ${message}\n`, () => process.exit(1))
})

void main(process.argv.slice(2)).then((code) => {
  // The process exits once all output is written, and does not wait for idle connections.
  process.stdout.write('', (error) => {
    if (!error) process.stderr.write('', () => process.exit(code))
  })
})
