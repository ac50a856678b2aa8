import type { Command } from 'commander'
import {
  type Environment,
  type GivenOptions,
  keyInputs,
  mergeOptions,
  optionsOfFile,
  optionsOfTexts,
  optionsOfVariables,
  type TextName,
} from '../config-sources.js'
import type { WechatpayOptions } from '../index.js'
import { readFile, splitPair, toNumber, UsageError } from './input.js'
import { words } from './language.js'
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
  return addConnectionOptions(addIdentityOptions(command))
}

function addIdentityOptions(command: Command): Command {
  return command
    .option(
      '--config <file>',
      words(
        'JSON with the options of new Wechatpay(), or a file of these variables',
        'new Wechatpay() 的选项（JSON），或写有下列变量的文件',
      ),
    )
    .option('--mchid <id>', words('merchant id (WXPAY_MCHID)', '商户号（WXPAY_MCHID）'))
    .option(
      '--brand-id <id>',
      words(
        'brand id in place of it, for brand/… (WXPAY_BRAND_ID)',
        '代替商户号的品牌 ID，用于 brand/…（WXPAY_BRAND_ID）',
      ),
    )
    .option(
      '--serial <number>',
      words(
        'serial number of the merchant or brand API certificate (WXPAY_SERIAL)',
        '商户API证书或品牌API证书的序列号（WXPAY_SERIAL）',
      ),
    )
    .option(
      '--private-key <file>',
      words('file of its private key (WXPAY_PRIVATE_KEY)', '证书的私钥文件（WXPAY_PRIVATE_KEY）'),
    )
    .option(
      '--certs <id=file...>',
      words('platform public keys and certificates (WXPAY_CERTS)', '微信支付公钥和平台证书（WXPAY_CERTS）'),
    )
    .option(
      '--apiv3-key <text>',
      words('APIv3 key; better in WXPAY_APIV3_KEY', 'APIv3 密钥；最好写在 WXPAY_APIV3_KEY 里'),
    )
    .option(
      '--brand-api-key <text>',
      words('brand API key; better in WXPAY_BRAND_API_KEY', '品牌API密钥；最好写在 WXPAY_BRAND_API_KEY 里'),
    )
    .option(
      '--secret <text>',
      words('APIv2 key; better in WXPAY_SECRET', 'APIv2 密钥；最好写在 WXPAY_SECRET 里'),
    )
    .option(
      '--merchant-cert <file>',
      words(
        'apiclient_cert.pem, which some of APIv2 asks for (WXPAY_MERCHANT_CERT)',
        'apiclient_cert.pem，部分 APIv2 接口需要（WXPAY_MERCHANT_CERT）',
      ),
    )
}

function addConnectionOptions(command: Command): Command {
  return command
    .option(
      '--base-url <url>',
      words(
        'another access point, such as an emulator (WXPAY_BASE_URL)',
        '另一个接入点，例如模拟器（WXPAY_BASE_URL）',
      ),
    )
    .option(
      '--insecure-hosts <host...>',
      words(
        'hosts beside this machine that may be asked over http:// (WXPAY_INSECURE_HOSTS)',
        '除本机外允许用 http:// 访问的主机（WXPAY_INSECURE_HOSTS）',
      ),
    )
    .option('--timeout <ms>', words('milliseconds for one attempt', '每次尝试的毫秒数'), toNumber)
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
  const inFile =
    config === undefined ? {} : optionsOfFile(readFile(config, '--config').toString(), `--config ${config}`)
  return {
    ...mergeOptions(inFile, optionsOfVariables(env)),
    ...optionsOfTexts(flags),
    ...(certs && { certs: certsOf(certs) }),
    ...(insecureHosts && { insecureHosts }),
    ...(timeout !== undefined && { timeout }),
  } as unknown as WechatpayOptions
}

/**
 * The client's options for a command of a few calls: axios brings an adapter of its own, and loading undici, which makes
 * many calls cheaper, takes longer than a call.
 *
 * @throws {UsageError | ConfigError} as {@link clientOptions}
 */
export function fewCallsOptions(flags: ClientFlags): WechatpayOptions {
  return { adapter: 'http', ...clientOptions(flags) }
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
    words(
      `warning: ${names.join(', ')} can be read in the list of processes and in the shell's history; use the environment or --config`,
      `警告：${names.join(', ')} 会出现在进程列表和 shell 历史记录中；请改用环境变量或 --config`,
    ),
  )
}

function certsOf(pairs: readonly string[]): GivenOptions {
  const entries = pairs.map((pair) => {
    if (pair.includes('-----')) {
      throw new UsageError(
        words(
          'certs is a key without its id: give id=file, or JSON: {"PUB_KEY_ID_…": "file or PEM"}',
          'certs 里的密钥没有 ID：请写成 id=file，或 JSON：{"PUB_KEY_ID_…": "file or PEM"}',
        ),
      )
    }
    const entry = splitPair(pair)
    if (entry) return entry
    throw new UsageError(
      words(
        `certs: '${pair}' must be id=file; the id is PUB_KEY_ID_… or a serial number`,
        `certs：'${pair}' 应写成 id=file；id 是 PUB_KEY_ID_… 或证书序列号`,
      ),
    )
  })
  return keyInputs(Object.fromEntries(entries))
}
