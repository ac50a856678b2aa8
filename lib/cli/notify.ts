import { join } from 'node:path'
import type { Command } from 'commander'
import type { Emulator, Receipt } from '../emulator/index.js'
import { nearestName } from '../nearest.js'
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
import { orNearest, words } from './language.js'
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

const VERIFY_EXAMPLE = 'wechatpay-fluent notify verify --headers headers.txt --body body.json'

const VERIFY_HELP = words(
  `
Example:
  ${VERIFY_EXAMPLE}

Prints the event with its resource decrypted. When it is forged, altered or more than 5 minutes old, the reason is
on standard error and the exit code is 1. Notifications of APIv2 need no headers.`,
  `
示例：
  ${VERIFY_EXAMPLE}

打印事件及解密后的 resource。通知是伪造的、被改过，或超过 5 分钟时，原因输出到标准错误，退出码为 1。
APIv2 的通知不需要请求头。`,
)

const SEND_EXAMPLE = `wechatpay-fluent notify send TRANSACTION.SUCCESS --url http://127.0.0.1:3000/notify \\
    --resource '{"out_trade_no":"1217"}'`

const SEND_HELP = words(
  `
Only the platform can sign what a receiver in production accepts. This one is signed by an emulator: the one that
runs at --emulator or WXPAY_BASE_URL, else one that is started for it with the keys kept in --dir; what the receiver
has to be configured with is printed then. One on another machine takes its token, in ${TOKEN_VARIABLE}.

Example:
  ${SEND_EXAMPLE}

Prints what the receiver answered (of one on another machine, the status alone); the exit code is 1 when that was not
2xx.`,
  `
生产环境的接收方只接受微信支付平台签名的通知。这里的通知由模拟器签名：用 --emulator 或 WXPAY_BASE_URL 指出的正在
运行的模拟器；没有时，用 --dir 里的密钥为它启动一个，并打印接收方所需的配置。另一台机器上的模拟器需要令牌，
写在 ${TOKEN_VARIABLE}。

示例：
  ${SEND_EXAMPLE}

打印接收方的应答（在另一台机器上的，只打印状态码）；应答不是 2xx 时，退出码为 1。`,
)

export function defineCommand(command: Command): Command {
  command.description(
    words(
      'Verify notifications, or send one to try a receiver.',
      '对回调通知验签，或发送一条通知以测试接收方。',
    ),
  )
  defineVerify(command.command('verify'))
  defineSend(command.command('send'))
  return command
}

function defineVerify(command: Command): void {
  command
    .description(
      words(
        'Verify a notification that was received, and print what is in it.',
        '对收到的回调通知验签，并打印内容。',
      ),
    )
    .option(
      '--headers <file>',
      words(
        "file of its headers, as JSON or as lines 'Name: value'; - is standard input",
        "请求头的文件，JSON 或每行 'Name: value'；- 为标准输入",
      ),
    )
    .option('-H, --header <line...>', words("one header, 'Name: value'", "一个请求头：'Name: value'"))
    .requiredOption(
      '--body <file>',
      words(
        'file of its body, byte for byte; - is standard input',
        '请求体的文件，一个字节也不能差；- 为标准输入',
      ),
    )
    .addHelpText('after', VERIFY_HELP)
  addClientOptions(command).action(verify)
}

function defineSend(command: Command): void {
  command
    .description(
      words(
        'Send a notification that is signed by an emulator, to try a receiver.',
        '发送一条由模拟器签名的回调通知，以测试接收方。',
      ),
    )
    .argument(
      '<event>',
      words('its event type, such as TRANSACTION.SUCCESS', '事件类型，如 TRANSACTION.SUCCESS'),
    )
    .requiredOption('--url <url>', words('where to', '发往何处'))
    .option(
      '--emulator <url>',
      words('one that runs (default: WXPAY_BASE_URL)', '正在运行的模拟器（默认：WXPAY_BASE_URL）'),
    )
    .option(
      '--dir <folder>',
      words(
        'where keys are kept, when none runs (default: .wxpay-emulator)',
        '没有正在运行的模拟器时，密钥所在的文件夹（默认：.wxpay-emulator）',
      ),
    )
    .option(
      '--resource <json>',
      words(
        'its content: a JSON object, @file or -; made up when absent',
        '内容：JSON 对象、@文件或 -；不给出时自动生成',
      ),
    )
    .option(
      '--undocumented',
      words('send it although no documentation knows this event type', '文档中没有该事件类型也照样发送'),
    )
    .addHelpText('after', SEND_HELP)
    .action(send)
}

async function verify({ headers, header = [], body, ...flags }: VerifyFlags): Promise<void> {
  if (headers === '-' && body === '-') {
    throw new UsageError(
      words('only one of --headers and --body can be -', '--headers 和 --body 只能有一个是 -'),
    )
  }
  const lines = headers === undefined ? {} : parseHeaders(readFile(headers, '--headers').toString())
  const all = { ...lines, ...parseHeaders(header.join('\n')) }
  const event = await withClient(flags, ({ wxpay }) =>
    wxpay.notifications.parse({ headers: all, body: readFile(body, '--body') }),
  )
  note(words('genuine', '验签通过'))
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
      if (at < 1)
        throw new UsageError(
          words(
            `a header must be 'Name: value', not '${line}'`,
            `请求头应写成 'Name: value'，而不是 '${line}'`,
          ),
        )
      return [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()]
    })
  return Object.fromEntries(pairs)
}

async function send(event: string, { url, resource, emulator, dir, undocumented }: SendFlags): Promise<void> {
  if (!undocumented) await assertDocumented(event)
  if (!URL.canParse(url)) throw new UsageError(words(`--url ${url} is no URL`, `--url ${url} 不是 URL`))
  const content = resource === undefined ? {} : { resource: readJson(resource, '--resource') }
  if (!isPlainObject(content.resource ?? {}))
    throw new UsageError(words('--resource must be a JSON object', '--resource 必须是 JSON 对象'))
  const message = { event_type: event, url, ...content }
  const running = emulator ?? (dir === undefined ? process.env.WXPAY_BASE_URL : undefined)
  const response = await (running ? sendByRunning(running, message) : sendByOwn(dir, message))
  printJson(response)
  const { status } = response
  if (status >= 300) throw new Error(words(`the receiver answered ${status}`, `接收方应答 ${status}`))
}

/** The documented event types. */
export async function eventTypes(): Promise<readonly string[]> {
  return Object.keys((await import('../data/documents/notifications.js')).documents)
}

/** A receiver may answer 200 to any event, so a misspelt one would look like a success. */
async function assertDocumented(event: string): Promise<void> {
  const known = await eventTypes()
  if (known.includes(event)) return
  const hint = orNearest(nearestName(event, known))
  throw new UsageError(
    words(
      `${event} is no documented event type${hint} (--undocumented sends it all the same)`,
      `文档中没有事件类型 ${event}${hint}（用 --undocumented 可照样发送）`,
    ),
  )
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
    throw new Error(words(`no emulator answers at ${emulator}: ${why}`, `${emulator} 没有模拟器应答：${why}`))
  })
  if (response.headers.get('x-wechatpay-emulator') !== 'page') {
    throw new UsageError(
      words(
        `${emulator} is no emulator: only one can sign a notification beside the platform`,
        `${emulator} 不是模拟器：除微信支付平台外，只有模拟器能为通知签名`,
      ),
    )
  }
  const body = (await response.json()) as Receipt & { readonly message?: string }
  if (response.ok) return body
  const { status } = response
  throw new Error(body.message ?? words(`the emulator answered ${status}`, `模拟器应答 ${status}`))
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
    const hint = words('; name the one that runs: ', '；请指出正在运行的模拟器：')
    throw new UsageError(`${error.message}${hint}--emulator http://127.0.0.1:4010`)
  })
  try {
    note(
      words(
        `Signed with the keys in ${folder}; the receiver needs:\n`,
        `已用 ${folder} 里的密钥签名；接收方需要的配置：\n`,
      ),
    )
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
