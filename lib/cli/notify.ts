import { Command } from 'commander'
import { withClient } from './client.js'
import { addClientOptions, type ClientFlags } from './config.js'
import { parseJson } from './json-text.js'
import type { SendFlags } from './notify-send.js'
import { note, printJson } from './output.js'
import { readFile } from './read-input.js'
import { UsageError } from './usage-error.js'

interface VerifyFlags extends ClientFlags {
  readonly headers?: string
  readonly header?: readonly string[]
  readonly body: string
}

const VERIFY_HELP = `
Example:
  wxpay notify verify --headers headers.txt --body body.json

Prints the event with its resource decrypted. When it is forged, altered or more than 5 minutes old, the reason is
on standard error and the exit code is 1. Notifications of APIv2 need no headers.`

const SEND_HELP = `
Only the platform can sign what a receiver in production accepts. This one is signed by an emulator: the one that
runs at --emulator or WXPAY_BASE_URL, else one that is started for it with the keys kept in --dir; what the receiver
has to be configured with is printed then.

Example:
  wxpay notify send TRANSACTION.SUCCESS --url http://127.0.0.1:3000/notify --resource '{"out_trade_no":"1217"}'

Prints what the receiver answered; the exit code is 1 when that was not 2xx.`

export function notifyCommand(): Command {
  const verify = new Command('verify')
    .description('Verify a notification that was received, and print what is in it.')
    .option('--headers <file>', "file of its headers, as JSON or as lines 'Name: value'; - is standard input")
    .option('-H, --header <line...>', "one header, 'Name: value'")
    .requiredOption('--body <file>', 'file of its body, byte for byte; - is standard input')
    .addHelpText('after', VERIFY_HELP)
    .action(verifyOne)
  const send = new Command('send')
    .description('Send a notification that is signed by an emulator, to try a receiver.')
    .argument('<event>', 'such as TRANSACTION.SUCCESS')
    .requiredOption('--url <url>', 'where to')
    .option('--emulator <url>', 'one that runs (default: WXPAY_BASE_URL)')
    .option('--dir <folder>', 'where keys are kept, when none runs (default: .wxpay-emulator)')
    .option('--resource <json>', 'its content: JSON, @file or -; made up when absent')
    .addHelpText('after', SEND_HELP)
    .action(async (event: string, flags: SendFlags) => (await import('./notify-send.js')).send(event, flags))
  return new Command('notify')
    .description('Verify notifications, or send one to try a receiver.')
    .addCommand(addClientOptions(verify))
    .addCommand(send)
}

async function verifyOne({ headers, header = [], body, ...flags }: VerifyFlags): Promise<void> {
  if (headers === '-' && body === '-') throw new UsageError('only one of --headers and --body can be -')
  const lines = headers === undefined ? {} : parseHeaders(readFile(headers, '--headers').toString())
  const all = { ...lines, ...parseHeaders(header.join('\n')) }
  const event = await withClient(flags, (wxpay) =>
    wxpay.notifications.parse({ headers: all, body: readFile(body, '--body') }),
  )
  note('genuine')
  printJson(event)
}

function parseHeaders(text: string): Record<string, string> {
  if (text.trimStart().startsWith('{')) return parseJson(text, '--headers') as Record<string, string>
  const pairs = text
    .split(/\r?\n/)
    // As `curl -i` and HTTP itself have it, the first line may be the request.
    .filter((line) => line !== '' && !/^(POST \S+ HTTP|HTTP)\/\d/.test(line))
    .map((line) => {
      const at = line.indexOf(':')
      if (at < 1) throw new UsageError(`a header must be 'Name: value', not '${line}'`)
      return [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()]
    })
  return Object.fromEntries(pairs)
}
