import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import {
  CONFIG_FORMATS,
  type ConfigFormat,
  DEFAULT_FOLDER,
  makeFolder,
  STATE_FILE,
  writeKeys,
} from './emulator-config.js'
import { UsageError } from './input.js'
import { note, print, style } from './output.js'

interface EmulatorFlags {
  readonly port: number
  readonly host: string
  readonly https?: boolean
  readonly seed?: string
  readonly dir: string
  readonly storage?: string
  readonly keep: boolean
  readonly brand?: boolean
  readonly print: ConfigFormat
  readonly json?: boolean
}

const HELP = `
Examples:
  wxpay emulator                                 then paste the exports into another shell
  wxpay emulator --print dotenv > .env           and node --env-file=.env app.js
  wxpay emulator --print json > wxpay.json       and wxpay call v3/certificates --config wxpay.json

Its keys are files in --dir, readable for their owner alone. They and all orders are there again in the next run;
keep the folder out of version control. Ctrl-C ends it.`

export function defineCommand(command: Command): Command {
  return command
    .description('Run a local WeChat Pay: no contract, no money, a page to watch it.')
    .option('--port <number>', 'where it listens; 0 is a free one', toPort, 4010)
    .option('--host <address>', 'other machines can reach it unless it is a loopback address', '127.0.0.1')
    .option('--https', 'serve HTTPS, with a certificate of its own authority')
    .option('--seed <text>', 'make ids, numbers and secrets the same in every run')
    .option('--dir <folder>', 'where keys and state are kept between runs', DEFAULT_FOLDER)
    .option('--storage <file>', `where its state is kept (default: ${STATE_FILE} in --dir)`)
    .option('--no-keep', 'forget all that happened at the end')
    .addOption(
      new Option('--print <format>', 'how the configuration is printed')
        .choices(Object.keys(CONFIG_FORMATS))
        .default('env'),
    )
    .option('--brand', 'print the configuration of its brand in place of that of its merchant')
    .option('--json', 'the same as --print json')
    .addHelpText('after', HELP)
    .action(run)
}

async function run(flags: EmulatorFlags): Promise<void> {
  const { port, host, https, seed, dir, storage, keep, brand, json } = flags
  const { createEmulator } = await import('../emulator/index.js')
  const folder = makeFolder(dir)
  const emulator = await createEmulator({
    ...{ port, host },
    ...(https && { https }),
    ...(seed !== undefined && { seed }),
    ...(keep && { storage: storage ?? join(folder, STATE_FILE) }),
  }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(describeFailure(error, flags))
  })
  const ended = interrupted()
  const { stderr } = process
  note(style('bold', 'WeChat Pay emulator: this is not WeChat Pay, and no money moves.', stderr))
  note(`  page and API  ${style('cyan', emulator.url, stderr)}`)
  note(`  keys in       ${folder}${keep ? ', kept between runs' : ''}`)
  note('  Ctrl-C ends it\n')
  const client = writeKeys(brand ? emulator.brand : emulator.merchant, folder)
  print(CONFIG_FORMATS[json ? 'json' : flags.print](client))
  await ended
  await emulator.close()
  note('ended')
}

/** Why the emulator does not start, and what to do about it. */
function describeFailure(
  { code = '', message }: NodeJS.ErrnoException,
  { port, host }: Pick<EmulatorFlags, 'port' | 'host'>,
): string {
  if (code === 'EADDRINUSE') {
    return `port ${port} of ${host} is taken, perhaps by an emulator that runs already: end that one, or choose another port (--port 0 takes a free one)`
  }
  if (code === 'EACCES') return `port ${port} of ${host} may not be used: choose one above 1023`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `--host ${host} is no address of this machine`
  return message
}

/** Resolves on Ctrl-C or SIGTERM. Ending an emulator is no failure, so the exit code is 0. */
function interrupted(): Promise<void> {
  return new Promise((end) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end())
  })
}

function toPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port < 65_536) return port
  throw new InvalidArgumentError('It must be a number from 0 to 65535.')
}
