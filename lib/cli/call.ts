import type { AxiosResponse } from 'axios'
import type { Command } from 'commander'
import { keyInput } from '../config-sources.js'
import type { Verb } from '../index.js'
import { withClient } from './client.js'
import { addClientOptions, type ClientFlags } from './config.js'
import { mapEncrypted } from './encrypted-fields.js'
import { assertOnePath, type NamedEndpoint, readEndpoint, suggestion, toVerb } from './endpoint.js'
import { readJson, readPairs, UsageError } from './input.js'
import { words } from './language.js'
import { note, print, printJson } from './output.js'

interface CallFlags extends ClientFlags {
  readonly request?: Verb
  readonly json?: string
  readonly xml?: string
  readonly query?: readonly string[]
  readonly param?: readonly string[]
  readonly header?: readonly string[]
  readonly multipart?: readonly string[]
  readonly sink?: string
  readonly decrypt?: boolean
  readonly retry?: boolean | string
  readonly include?: boolean
  readonly dryRun?: boolean
}

const EXAMPLES = `
  wechatpay-fluent call v3/certificates
  wechatpay-fluent call v3/pay/transactions/out-trade-no/{out_trade_no} --param out_trade_no=1217
  wechatpay-fluent call v3.marketing.membercardOpen.cards._card_id_.users.import.post \\
    --param card_id=p… --json @member.json
  echo '{…}' | wechatpay-fluent call v3/pay/transactions/native --json - --dry-run`

const HELP = words(
  `
Examples:${EXAMPLES}

Fields that the API takes encrypted only are written in clear here, and encrypted on their way.

A failed call exits with 1 and its words on standard error; where standard output is no terminal, it gets
{ "error": … } for programs.`,
  `
示例：${EXAMPLES}

只能加密发送的字段在这里写明文，发送时加密。

调用失败时退出码为 1，原因输出到标准错误；标准输出不是终端时，另输出 { "error": … } 供程序读取。`,
)

export function defineCommand(command: Command): Command {
  command
    .description(
      words(
        'Call an endpoint and print its answer: signed on the way out, verified on the way in.',
        '调用一个接口，打印应答：请求自动签名，应答自动验签。',
      ),
    )
    .argument(
      '<path>',
      words(
        'path or chain: v3/certificates, v3.pay.transactions.native.post',
        '路径或链：v3/certificates、v3.pay.transactions.native.post',
      ),
    )
    .allowExcessArguments()
    .option(
      '-X, --request <method>',
      words(
        'GET, POST, PUT, PATCH or DELETE; the documented one when absent',
        'GET、POST、PUT、PATCH 或 DELETE；不给出时以接口文档为准',
      ),
      toVerb,
    )
  addRequestOptions(command)
    .option('--sink <file>', words('write the body of the answer to this file', '把应答体写入该文件'))
    .option('--decrypt', words('decrypt the encrypted fields of the answer', '解密应答中的加密字段'))
    .option(
      '--retry [times]',
      words(
        'try again also where it may be done twice, or so many times',
        '可能重复执行的也重试；或指定重试次数',
      ),
    )
    .option('--no-retry', words('do not try again', '不重试'))
    .option(
      '-i, --include',
      words('show status and headers too, on standard error', '在标准错误另显示状态码和应答头'),
    )
    .option(
      '--dry-run',
      words(
        'check the request, show what would be signed and sent, and send nothing',
        '检查请求，显示将被签名和发送的内容，但不发送',
      ),
    )
    .addHelpText('after', HELP)
  return addClientOptions(command).action(run)
}

/** Adds the flags whose values are parts of the request. */
function addRequestOptions(command: Command): Command {
  return command
    .option(
      '--json <text>',
      words(
        'body of APIv3: JSON, @file, or - for standard input',
        'APIv3 请求体：JSON、@文件，或 -（标准输入）',
      ),
    )
    .option(
      '--xml <text>',
      words('fields of an APIv2 body, as JSON, @file or -', 'APIv2 请求体的字段：JSON、@文件或 -'),
    )
    .option('--query <name=value...>', words('query parameters', '查询参数'))
    .option('--param <name=value...>', words('values of the placeholders in the path', '路径中占位符的值'))
    .option('--header <name=value...>', words('extra headers', '另加的请求头'))
    .option(
      '--multipart <part=@file...>',
      words('parts of an upload; meta takes JSON', '上传的各个部分；meta 写 JSON'),
    )
}

async function run(text: string, flags: CallFlags, { args }: Command): Promise<void> {
  assertOnePath(args, (path, method) => {
    const right = `wechatpay-fluent call -X ${method} ${path}`
    return words(`the method is a flag here: ${right}`, `请求方法在这里是选项：${right}`)
  })
  const hasBody = flags.json !== undefined || flags.xml !== undefined || flags.multipart !== undefined
  const endpoint = readEndpoint(text, flags.request, hasBody)
  const hint = suggestion(endpoint)
  if (hint) note(words(`note: ${hint}`, `注意：${hint}`))
  const request = await encryptedRequest(endpoint, requestOf(endpoint, flags))
  if (flags.dryRun) {
    const { dryRun } = await import('./dry-run.js')
    return printJson(await dryRun(endpoint, request, flags))
  }
  try {
    const { data, status, headers } = await withClient(
      flags,
      async ({ wxpay, signal }): Promise<AxiosResponse> => {
        return wxpay.chain(endpoint.path)[endpoint.verb]({ ...request, signal })
      },
    )
    if (flags.include)
      note(
        [`HTTP ${status}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\n'),
      )
    if (flags.sink) note(words(`written to ${flags.sink}`, `已写入 ${flags.sink}`))
    else if (typeof data === 'string') print(data)
    else if (Buffer.isBuffer(data)) process.stdout.write(data)
    else if (data !== undefined) printJson(data)
  } catch (error) {
    const { WechatpayError } = await import('../index.js')
    const shown = error instanceof WechatpayError ? error : { message: (error as Error).message }
    if (!process.stdout.isTTY) printJson({ error: shown })
    throw error
  }
}

function requestOf({ values }: NamedEndpoint, flags: CallFlags): Record<string, unknown> {
  const { json, xml, query, param, header, multipart, sink, decrypt, retry } = flags
  return {
    ...values,
    ...(param && readPairs(param, '--param')),
    ...(json !== undefined && { json: readJson(json, '--json') }),
    ...(xml !== undefined && { xml: readJson(xml, '--xml') }),
    ...(query && { query: readPairs(query, '--query') }),
    ...(header && { headers: readPairs(header, '--header') }),
    ...(multipart && { multipart: partsOf(multipart) }),
    ...(sink !== undefined && { sink }),
    ...(decrypt && { decrypt }),
    ...(retry !== undefined && { retry: typeof retry === 'string' ? timesOf(retry) : retry }),
  }
}

/** The request with its confidential fields to be encrypted, unless a header says by which key they are already. */
async function encryptedRequest(
  endpoint: NamedEndpoint,
  request: Record<string, unknown>,
): Promise<Readonly<Record<string, unknown>>> {
  const { Ciphertext, sensitive } = await import('../index.js')
  const [, serial] =
    Object.entries(request.headers ?? {}).find(([name]) => /^wechatpay-serial$/i.test(name)) ?? []
  return mapEncrypted(endpoint, request, (text) => (serial ? new Ciphertext(text, serial) : sensitive(text)))
}

function timesOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new UsageError(words(`--retry ${text}: must be a number`, `--retry ${text}：必须是数字`))
}

function partsOf(pairs: readonly string[]): Record<string, unknown> {
  const entries = Object.entries(readPairs(pairs, '--multipart')).map(([name, value]) => {
    const text = String(value)
    if (name === 'meta') return [name, readJson(text, '--multipart meta')]
    return [name, text.startsWith('@') ? keyInput(text.slice(1)) : text]
  })
  return Object.fromEntries(entries)
}
