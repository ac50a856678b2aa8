import type { Command } from 'commander'
import {
  type Environment,
  keyInputs,
  optionsOfFile,
  optionsOfTexts,
  optionsOfVariables,
  type TextName,
} from '../config-sources.js'
import type { WechatpayOptions } from '../index.js'
import { readFile, splitPair, toNumber, UsageError } from './input.js'
import { note } from './output.js'

/** The flags that set the client's options, shared by all commands that call the API. */
export interface ClientFlags extends Readonly<Partial<Record<TextName, string>>> {
  readonly config?: string
  readonly certs?: readonly string[]
  readonly insecureHosts?: readonly string[]
  readonly timeout?: number
}

/** Adds the flags of {@link clientOptions} to a command. */
export function addClientOptions(command: Command): Command {
  return command
    .option('--config <file>', 'JSON with the options of new Wechatpay(), or a file of these variables')
    .option('--mchid <id>', 'merchant id (WXPAY_MCHID)')
    .option('--brand-id <id>', 'brand id in place of it, for brand/… (WXPAY_BRAND_ID)')
    .option('--serial <number>', 'serial number of the merchant or brand API certificate (WXPAY_SERIAL)')
    .option('--private-key <file>', 'file of its private key (WXPAY_PRIVATE_KEY)')
    .option('--certs <id=file...>', 'platform public keys and certificates (WXPAY_CERTS)')
    .option('--apiv3-key <text>', 'APIv3 key; better in WXPAY_APIV3_KEY')
    .option('--brand-api-key <text>', 'brand API key; better in WXPAY_BRAND_API_KEY')
    .option('--secret <text>', 'APIv2 key; better in WXPAY_SECRET')
    .option(
      '--merchant-cert <file>',
      'apiclient_cert.pem, which some of APIv2 asks for (WXPAY_MERCHANT_CERT)',
    )
    .option('--base-url <url>', 'another access point, such as an emulator (WXPAY_BASE_URL)')
    .option(
      '--insecure-hosts <host...>',
      'hosts beside this machine that may be asked over http:// (WXPAY_INSECURE_HOSTS)',
    )
    .option('--timeout <ms>', 'milliseconds for one attempt', toNumber)
}

/**
 * The client's options: from flags, else from the environment, else from `--config`.
 *
 * @throws {UsageError} for a file that cannot be read.
 * @throws {ConfigError} for one that holds no options.
 */
export function clientOptions(flags: ClientFlags, env: Environment = process.env): WechatpayOptions {
  warnOfSecrets(flags)
  const { config, certs, insecureHosts, timeout } = flags
  return {
    ...(config !== undefined && optionsOfFile(readFile(config, '--config').toString(), `--config ${config}`)),
    ...optionsOfVariables(env),
    ...optionsOfTexts(flags),
    ...(certs && { certs: certsOf(certs) }),
    ...(insecureHosts && { insecureHosts }),
    ...(timeout !== undefined && { timeout }),
  } as unknown as WechatpayOptions
}

function warnOfSecrets({ apiv3Key, brandApiKey, secret, privateKey }: ClientFlags): void {
  const given = {
    '--apiv3-key': apiv3Key,
    '--brand-api-key': brandApiKey,
    '--secret': secret,
    '--private-key': privateKey?.includes('-----BEGIN') ? privateKey : undefined,
  }
  const names = Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [flag]))
  if (names.length === 0) return
  note(
    `warning: ${names.join(', ')} can be read in the list of processes and in the shell's history; use the environment or --config`,
  )
}

function certsOf(pairs: readonly string[]): Record<string, string> {
  const entries = pairs.map((pair) => {
    if (pair.includes('-----')) {
      throw new UsageError(
        'certs is a key without its id: give id=file, or JSON: {"PUB_KEY_ID_…": "file or PEM"}',
      )
    }
    const entry = splitPair(pair)
    if (entry) return entry
    throw new UsageError(`certs: '${pair}' must be id=file; the id is PUB_KEY_ID_… or a serial number`)
  })
  return keyInputs(Object.fromEntries(entries))
}
