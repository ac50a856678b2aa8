import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Emulator } from '../emulator/index.js'
import {
  CONFIG_FORMATS,
  type ConfigFormat,
  DEFAULT_FOLDER,
  type EmulatorClient,
  makeFolder,
  STATE_FILE,
  TOKEN_VARIABLE,
  tokenLine,
  writeKeys,
} from './emulator-config.js'
import { collect, type EmulatorOptionFlags, emulatorOptions, PLATFORMS, toTime } from './emulator-options.js'
import { toNumber, UsageError } from './input.js'
import { note, print, style } from './output.js'

interface EmulatorFlags extends EmulatorOptionFlags {
  readonly dir: string
  readonly brand?: boolean
  readonly mchid?: string
  readonly print: ConfigFormat
  readonly json?: boolean
}

const HELP = `
Examples:
  wxpay emulator                                 then paste the exports into another shell
  wxpay emulator --print dotenv > .env           and node --env-file=.env app.js
  wxpay emulator --print json > wxpay.json       and wxpay call v3/certificates --config wxpay.json
  wxpay emulator --host 0.0.0.0 --allow-notify app   beside a service app of docker-compose

What its page does, tests in any language do by HTTP: /_emulator/openapi.json describes it. From other machines that
takes the token, which is printed, and is that of ${TOKEN_VARIABLE} where it is set.
Its keys are files in --dir, readable for their owner alone. They and all orders are there again in the next run;
keep the folder out of version control. Ctrl-C ends it.`

export function defineCommand(command: Command): Command {
  return command
    .description('Run a local WeChat Pay: no contract, no money, a page to watch it.')
    .option('--port <number>', 'where it listens; 0 is a free one', toPort, 4010)
    .option('--host <address>', 'other machines can reach it unless it is a loopback address', '127.0.0.1')
    .option('--https', 'serve HTTPS, with a certificate of its own authority')
    .option('--seed <text>', 'make ids, numbers and secrets the same in every run')
    .option('--merchants <file>', 'merchants of your own: [{"mchid":"1900000555"}, …]')
    .addOption(new Option('--platform <mode>', 'what it signs with').choices(PLATFORMS))
    .option('--clock <time>', 'where its clock starts, such as 2025-01-01T00:00:00+08:00', toTime)
    .option('--retry-scale <number>', 'factor of the waits before a notification is sent again', toNumber)
    .option('--faults <json>', 'failures from the start: {"path":"*","status":500}, a list, @file or -')
    .option('--allow-notify <host>', 'a host beyond this machine to notify; may come more than once', collect)
    .option('--dir <folder>', 'where keys and state are kept between runs', DEFAULT_FOLDER)
    .option('--storage <file>', `where its state is kept (default: ${STATE_FILE} in --dir)`)
    .option('--no-keep', 'forget all that happened at the end')
    .addOption(
      new Option('--print <format>', 'how the configuration is printed')
        .choices(Object.keys(CONFIG_FORMATS))
        .default('env'),
    )
    .option('--mchid <id>', 'print the configuration of that merchant (default: the first)')
    .option('--brand', 'print the configuration of its brand in place of that of its merchant')
    .option('--json', 'the same as --print json')
    .addHelpText('after', HELP)
    .action(run)
}

async function run(flags: EmulatorFlags): Promise<void> {
  const { dir, keep, json } = flags
  const { createEmulator } = await import('../emulator/index.js')
  const folder = makeFolder(dir)
  const options = emulatorOptions(flags, folder)
  const emulator = await createEmulator(options).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(describeFailure(error, flags))
  })
  const client = clientOf(emulator, flags)
  if (!client) {
    await emulator.close()
    throw new UsageError(`--mchid ${flags.mchid}: there is no such merchant; there can be with --merchants`)
  }
  const ended = interrupted()
  const { stderr } = process
  note(style('bold', 'WeChat Pay emulator: this is not WeChat Pay, and no money moves.', stderr))
  note(`  page and API  ${style('cyan', emulator.url, stderr)}`)
  note(`  control       ${emulator.control.url}/openapi.json, token ${emulator.control.token}`)
  if (!isLoopback(flags.host)) note('                from other machines the page is at /?token=… of it')
  note(`  keys in       ${folder}${keep ? ', kept between runs' : ''}`)
  note('  Ctrl-C ends it\n')
  const format = json ? 'json' : flags.print
  // Files have the same names for all merchants.
  const keys = flags.mchid === undefined ? folder : makeFolder(join(folder, flags.mchid))
  print(CONFIG_FORMATS[format](writeKeys(client, keys)))
  const line = tokenLine(format, emulator.control.token)
  if (line !== undefined) print(line)
  await ended
  await emulator.close()
  note('ended')
}

/** The options of the client whose configuration is printed; `undefined` when there is no such merchant. */
function clientOf(emulator: Emulator, { brand, mchid }: EmulatorFlags): EmulatorClient | undefined {
  if (brand) return emulator.brand
  return mchid === undefined ? emulator.merchant : emulator.merchants.find((one) => one.mchid === mchid)
}

/** Whether no other machine reaches an address. */
const isLoopback = (host: string): boolean => /^(localhost|127\..*|::1)$/.test(host)

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

/** The time between looks at whether npm is still there, in milliseconds. */
const LOOK_FOR_NPM = 200

/**
 * Resolves on Ctrl-C or SIGTERM, and when the npm that runs this is gone: it ends its shell on SIGTERM, and the signal goes
 * no further. Ending an emulator is no failure, so the exit code is 0.
 */
function interrupted(): Promise<void> {
  return new Promise((end) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end())
    const parent = process.ppid
    // Without npm, an emulator may well outlive the shell that started it.
    if (process.env.npm_command === undefined) return
    const look = setInterval(() => {
      if (process.ppid === parent) return
      clearInterval(look)
      end()
    }, LOOK_FOR_NPM).unref()
  })
}

function toPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port < 65_536) return port
  throw new InvalidArgumentError('It must be a number from 0 to 65535.')
}
