import { Command } from 'commander'
import { withClient } from './client.js'
import { addClientOptions, type ClientFlags } from './config.js'
import { note, printJson } from './output.js'
import { readJson, readText } from './read-input.js'
import { UsageError } from './usage-error.js'

interface VerifyFlags extends ClientFlags {
  readonly headers?: string
  readonly header?: readonly string[]
  readonly body: string
}

interface SendFlags {
  readonly url: string
  readonly emulator?: string
  readonly resource?: string
}

export function notifyCommand(): Command {
  const verify = new Command('verify')
    .description('Verify a notification that was received, and print what is in it')
    .option('--headers <file>', "its headers: @file or -, as JSON or as lines 'Name: value'")
    .option('-H, --header <line...>', "one header, 'Name: value'")
    .requiredOption('--body <file>', 'its body, byte for byte: @file or -')
    .action(verifyOne)
  const send = new Command('send')
    .description('Have a running emulator send a notification (only the platform can sign one)')
    .argument('<event>', 'such as TRANSACTION.SUCCESS')
    .requiredOption('--url <url>', 'where to')
    .option('--emulator <url>', "the emulator's URL; WXPAY_BASE_URL when absent")
    .option('--resource <json>', 'its content: JSON, @file or -; made up when absent')
    .action(sendOne)
  return new Command('notify')
    .description('Verify notifications, or send one to try a receiver')
    .addCommand(addClientOptions(verify).exitOverride())
    .addCommand(send.exitOverride())
}

async function verifyOne({ headers, header = [], body, ...flags }: VerifyFlags): Promise<void> {
  const lines = headers === undefined ? {} : parseHeaders(readText(headers, '--headers'))
  const all = { ...lines, ...parseHeaders(header.join('\n')) }
  const event = await withClient(flags, async (wxpay) => {
    return wxpay.notifications.parse({ headers: all, body: readText(body, '--body') })
  })
  note('genuine')
  printJson(event)
}

function parseHeaders(text: string): Record<string, string> {
  if (text.trimStart().startsWith('{')) return readJson(text, '--headers') as Record<string, string>
  const pairs = text
    .split(/\r?\n/)
    .filter(Boolean)
    .map((line) => {
      const at = line.indexOf(':')
      if (at < 1) throw new UsageError(`a header must be 'Name: value', not '${line}'`)
      return [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()]
    })
  return Object.fromEntries(pairs)
}

async function sendOne(event_type: string, { url, resource, emulator }: SendFlags): Promise<void> {
  const base = emulator ?? process.env.WXPAY_BASE_URL
  if (!base) throw new UsageError('--emulator is missing: start one with `wxpay emulator` and give its URL')
  const content = resource === undefined ? {} : { resource: readJson(resource, '--resource') }
  const response = await fetch(new URL('/_emulator/notify', base), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Emulator-Page': '1' },
    body: JSON.stringify({ event_type, url, ...content }),
  }).catch((error: Error) => {
    throw new Error(
      `no emulator answers at ${base}: ${(error.cause as Error | undefined)?.message ?? error.message}`,
    )
  })
  if (response.headers.get('x-wechatpay-emulator') !== 'page') throw new UsageError(`${base} is no emulator`)
  const answer = (await response.json()) as { readonly status?: number; readonly message?: string }
  if (!response.ok) throw new Error(answer.message ?? `the emulator answered ${response.status}`)
  printJson(answer)
  if (!answer.status || answer.status >= 300) throw new Error(`the receiver answered ${answer.status}`)
}
