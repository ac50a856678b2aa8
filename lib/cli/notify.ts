import { join } from 'node:path'
import type { Command } from 'commander'
import type { Emulator, Receipt } from '../emulator/index.js'
import { didYouMean, nearestName } from '../nearest.js'
import { isPlainObject } from '../plain-object.js'
import { withClient } from './client.js'
import { addClientOptions, type ClientFlags } from './config.js'
import {
  CONFIG_FORMATS,
  DEFAULT_FOLDER,
  type EmulatorClient,
  makeFolder,
  STATE_FILE,
  TOKEN_VARIABLE,
  writeKeys,
} from './emulator-config.js'
import { parseUserJson, readFile, readJson, UsageError } from './input.js'
import { note, printJson } from './output.js'

interface VerifyFlags extends ClientFlags {
  readonly headers?: string
  readonly header?: readonly string[]
  readonly body: string
}

interface SendFlags {
  readonly url: string
  readonly emulator?: string
  readonly dir?: string
  readonly resource?: string
  readonly undocumented?: boolean
}

interface Message {
  readonly event_type: string
  readonly url: string
  readonly resource?: unknown
}

const VERIFY_HELP = `
Example:
  wxpay notify verify --headers headers.txt --body body.json

Prints the event with its resource decrypted. When it is forged, altered or more than 5 minutes old, the reason is
on standard error and the exit code is 1. Notifications of APIv2 need no headers.`

const SEND_HELP = `
Only the platform can sign what a receiver in production accepts. This one is signed by an emulator: the one that
runs at --emulator or WXPAY_BASE_URL, else one that is started for it with the keys kept in --dir; what the receiver
has to be configured with is printed then. One on another machine takes its token, in ${TOKEN_VARIABLE}.

Example:
  wxpay notify send TRANSACTION.SUCCESS --url http://127.0.0.1:3000/notify --resource '{"out_trade_no":"1217"}'

Prints what the receiver answered (of one on another machine, the status alone); the exit code is 1 when that was not
2xx.`

export function defineCommand(command: Command): Command {
  command.description('Verify notifications, or send one to try a receiver.')
  const verifyCommand = command
    .command('verify')
    .description('Verify a notification that was received, and print what is in it.')
    .option('--headers <file>', "file of its headers, as JSON or as lines 'Name: value'; - is standard input")
    .option('-H, --header <line...>', "one header, 'Name: value'")
    .requiredOption('--body <file>', 'file of its body, byte for byte; - is standard input')
    .addHelpText('after', VERIFY_HELP)
  addClientOptions(verifyCommand).action(verify)
  command
    .command('send')
    .description('Send a notification that is signed by an emulator, to try a receiver.')
    .argument('<event>', 'its event type, such as TRANSACTION.SUCCESS')
    .requiredOption('--url <url>', 'where to')
    .option('--emulator <url>', 'one that runs (default: WXPAY_BASE_URL)')
    .option('--dir <folder>', 'where keys are kept, when none runs (default: .wxpay-emulator)')
    .option('--resource <json>', 'its content: a JSON object, @file or -; made up when absent')
    .option('--undocumented', 'send it although no documentation knows this event type')
    .addHelpText('after', SEND_HELP)
    .action(send)
  return command
}

async function verify({ headers, header = [], body, ...flags }: VerifyFlags): Promise<void> {
  if (headers === '-' && body === '-') throw new UsageError('only one of --headers and --body can be -')
  const lines = headers === undefined ? {} : parseHeaders(readFile(headers, '--headers').toString())
  const all = { ...lines, ...parseHeaders(header.join('\n')) }
  const event = await withClient(flags, ({ wxpay }) =>
    wxpay.notifications.parse({ headers: all, body: readFile(body, '--body') }),
  )
  note('genuine')
  printJson(event)
}

function parseHeaders(text: string): Record<string, string> {
  if (text.trimStart().startsWith('{')) return parseUserJson(text, '--headers') as Record<string, string>
  const pairs = text
    .split(/\r?\n/)
    // The first line may be that of the request, as in HTTP itself and in the output of `curl -i`.
    .filter((line) => line !== '' && !/^(POST \S+ HTTP|HTTP)\/\d/.test(line))
    .map((line) => {
      const at = line.indexOf(':')
      if (at < 1) throw new UsageError(`a header must be 'Name: value', not '${line}'`)
      return [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()]
    })
  return Object.fromEntries(pairs)
}

async function send(event: string, { url, resource, emulator, dir, undocumented }: SendFlags): Promise<void> {
  if (!undocumented) await assertDocumented(event)
  if (!URL.canParse(url)) throw new UsageError(`--url ${url} is no URL`)
  const content = resource === undefined ? {} : { resource: readJson(resource, '--resource') }
  if (!isPlainObject(content.resource ?? {})) throw new UsageError('--resource must be a JSON object')
  const message = { event_type: event, url, ...content }
  const running = emulator ?? (dir === undefined ? process.env.WXPAY_BASE_URL : undefined)
  const response = await (running ? sendByRunning(running, message) : sendByOwn(dir, message))
  printJson(response)
  if (response.status >= 300) throw new Error(`the receiver answered ${response.status}`)
}

/** The documented event types. */
export async function eventTypes(): Promise<readonly string[]> {
  return Object.keys((await import('../data/documents/notifications.js')).documents)
}

/** A receiver may answer 200 to any event, so a misspelt one would look like a success. */
async function assertDocumented(event: string): Promise<void> {
  const known = await eventTypes()
  if (known.includes(event)) return
  const hint = didYouMean(nearestName(event, known))
  throw new UsageError(`${event} is no documented event type${hint} (--undocumented sends it all the same)`)
}

/** Asks a running emulator to send the notification, as its page does. */
async function sendByRunning(emulator: string, message: Message): Promise<Receipt> {
  const token = process.env[TOKEN_VARIABLE]
  const response = await fetch(new URL('/_emulator/notify', emulator), {
    method: 'POST',
    headers: {
      ...{ 'Content-Type': 'application/json', 'X-Emulator-Page': '1' },
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(message),
  }).catch((error: Error) => {
    const why = (error.cause as Error | undefined)?.message ?? error.message
    throw new Error(`no emulator answers at ${emulator}: ${why}`)
  })
  if (response.headers.get('x-wechatpay-emulator') !== 'page') {
    throw new UsageError(`${emulator} is no emulator: only one can sign a notification beside the platform`)
  }
  const body = (await response.json()) as Receipt & { readonly message?: string }
  if (!response.ok) throw new Error(body.message ?? `the emulator answered ${response.status}`)
  return body
}

/** Starts an emulator for this one notification, and prints the keys that the receiver needs to verify it. */
async function sendByOwn(
  dir: string = DEFAULT_FOLDER,
  { event_type: event, ...options }: Message,
): Promise<Receipt> {
  const { createEmulator } = await import('../emulator/index.js')
  const folder = makeFolder(dir)
  // Who gives this command a URL means it, wherever it leads.
  const { host } = new URL(options.url)
  const control = { allowNotify: host ? [host] : [] }
  const storage = join(folder, STATE_FILE)
  const emulator = await createEmulator({ storage, control }).catch((error: Error) => {
    throw new UsageError(`${error.message}; name the one that runs: --emulator http://127.0.0.1:4010`)
  })
  try {
    note(`Signed with the keys in ${folder}; the receiver needs:\n`)
    note(CONFIG_FORMATS.env(writeKeys(recipientOf(event, emulator), folder)))
    note('')
    return await emulator.notify(event, options as { readonly url: string; readonly resource?: never })
  } finally {
    await emulator.close()
  }
}

/** The client that the event is for. The emulator makes the keys of its brand when they are first read. */
function recipientOf(event: string, emulator: Emulator): EmulatorClient {
  const { headers } = emulator.signNotification(event)
  const serial = headers['Wechatpay-Serial']
  return serial === undefined || serial in emulator.merchant.certs ? emulator.merchant : emulator.brand
}
