import type { AxiosResponse } from 'axios'
import type { Command } from 'commander'
import { keyInput } from '../config-sources.js'
import type { Verb } from '../index.js'
import { withClient } from './client.js'
import { addClientOptions, type ClientFlags } from './config.js'
import { mapEncrypted } from './encrypted-fields.js'
import { assertOnePath, type NamedEndpoint, readEndpoint, suggestion, toVerb } from './endpoint.js'
import { readJson, readPairs, UsageError } from './input.js'
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

export function defineCommand(command: Command): Command {
  command
    .description('Call an endpoint and print its answer: signed on the way out, verified on the way in.')
    .argument('<path>', 'path or chain: v3/certificates, v3.pay.transactions.native.post')
    .allowExcessArguments()
    .option(
      '-X, --request <method>',
      'GET, POST, PUT, PATCH or DELETE; the documented one when absent',
      toVerb,
    )
    .option('--json <text>', 'body of APIv3: JSON, @file, or - for standard input')
    .option('--xml <text>', 'fields of an APIv2 body, as JSON, @file or -')
    .option('--query <name=value...>', 'query parameters')
    .option('--param <name=value...>', 'values of the placeholders in the path')
    .option('--header <name=value...>', 'extra headers')
    .option('--multipart <part=@file...>', 'parts of an upload; meta takes JSON')
    .option('--sink <file>', 'write the body of the answer to this file')
    .option('--decrypt', 'decrypt the encrypted fields of the answer')
    .option('--retry [times]', 'try again also where it may be done twice, or so many times')
    .option('--no-retry', 'do not try again')
    .option('-i, --include', 'show status and headers too, on standard error')
    .option('--dry-run', 'check the request, show what would be signed and sent, and send nothing')
    .addHelpText(
      'after',
      `
Examples:
  wxpay call v3/certificates
  wxpay call v3/pay/transactions/out-trade-no/{out_trade_no} --param out_trade_no=1217 --query mchid=1900000109
  wxpay call v3.marketing.membercardOpen.cards._card_id_.users.import.post --param card_id=p… --json @member.json
  echo '{…}' | wxpay call v3/pay/transactions/native --json - --dry-run

Fields that the API takes encrypted only are written in clear here, and encrypted on their way.

A failed call exits with 1 and its words on standard error; where standard output is no terminal, it gets
{ "error": … } for programs.`,
    )
  return addClientOptions(command).action(run)
}

async function run(text: string, flags: CallFlags, { args }: Command): Promise<void> {
  assertOnePath(args, (path, method) => `the method is a flag here: wxpay call -X ${method} ${path}`)
  const hasBody = flags.json !== undefined || flags.xml !== undefined || flags.multipart !== undefined
  const endpoint = readEndpoint(text, flags.request, hasBody)
  const hint = suggestion(endpoint)
  if (hint) note(`note: ${hint}`)
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
    if (flags.sink) note(`written to ${flags.sink}`)
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
  throw new UsageError(`--retry ${text}: must be a number`)
}

function partsOf(pairs: readonly string[]): Record<string, unknown> {
  const entries = Object.entries(readPairs(pairs, '--multipart')).map(([name, value]) => {
    const text = String(value)
    if (name === 'meta') return [name, readJson(text, '--multipart meta')]
    return [name, text.startsWith('@') ? keyInput(text.slice(1)) : text]
  })
  return Object.fromEntries(entries)
}
