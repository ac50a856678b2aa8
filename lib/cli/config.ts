import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Command } from 'commander'
import type { WechatpayOptions } from '../index.js'
import { parseUserJson, readFile, splitPair, toNumber, UsageError } from './input.js'
import { note } from './output.js'

/** The environment variables of the options that are texts, by the names of their flags. */
export const VARIABLES = {
  mchid: 'WXPAY_MCHID',
  brandId: 'WXPAY_BRAND_ID',
  serial: 'WXPAY_SERIAL',
  privateKey: 'WXPAY_PRIVATE_KEY',
  certs: 'WXPAY_CERTS',
  apiv3Key: 'WXPAY_APIV3_KEY',
  brandApiKey: 'WXPAY_BRAND_API_KEY',
  secret: 'WXPAY_SECRET',
  merchantCert: 'WXPAY_MERCHANT_CERT',
  baseUrl: 'WXPAY_BASE_URL',
  insecureHosts: 'WXPAY_INSECURE_HOSTS',
} as const

type TextFlag = Exclude<keyof typeof VARIABLES, 'certs' | 'insecureHosts'>

/** The flags that set the client's options, shared by all commands that call the API. */
export interface ClientFlags extends Readonly<Partial<Record<TextFlag, string>>> {
  readonly config?: string
  readonly certs?: readonly string[]
  readonly insecureHosts?: readonly string[]
  readonly timeout?: number
}

/** Adds the flags of {@link clientOptions} to a command. */
export function addClientOptions(command: Command): Command {
  return command
    .option('--config <file>', 'JSON with the options of new Wechatpay()')
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
 */
export function clientOptions(flags: ClientFlags, env: NodeJS.ProcessEnv = process.env): WechatpayOptions {
  warnOfSecrets(flags)
  const file = flags.config === undefined ? {} : readConfig(flags.config)
  const read = (name: TextFlag): string | undefined => flags[name] ?? env[VARIABLES[name]]
  const plain = ['mchid', 'brandId', 'serial', 'apiv3Key', 'brandApiKey', 'secret'] as const
  const cert = keyInput(read('merchantCert'))
  const given = {
    ...Object.fromEntries(plain.map((name) => [name, read(name)])),
    privateKey: keyInput(read('privateKey')),
    certs: flags.certs ? certsOf(flags.certs) : certsOfText(env[VARIABLES.certs]),
    baseURL: read('baseUrl'),
    insecureHosts: flags.insecureHosts ?? listOfText(env[VARIABLES.insecureHosts]),
    merchant: cert ? { cert } : undefined,
    timeout: flags.timeout,
  }
  const set = Object.entries(given).filter(([, value]) => value !== undefined && value !== '')
  return { ...file, ...Object.fromEntries(set) } as unknown as WechatpayOptions
}

const listOfText = (text: string | undefined): string[] | undefined =>
  text ? text.split(',').map((item) => item.trim()) : undefined

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

/** Reads the file of `--config`, in which keys are the names of files unless they are PEM. */
function readConfig(file: string): Readonly<Record<string, unknown>> {
  const config = parseUserJson(readFile(file, '--config').toString(), `--config ${file}`)
  if (!isObject(config) || Array.isArray(config)) {
    throw new UsageError(`--config ${file} must hold an object: the options of new Wechatpay()`)
  }
  const { privateKey, certs, merchant, ca, ...rest } = config as Readonly<Record<string, unknown>>
  return {
    ...rest,
    ...(privateKey !== undefined && { privateKey: keyInput(String(privateKey)) }),
    ...(isObject(certs) && { certs: keyInputs(certs) }),
    ...(isObject(merchant) && { merchant: merchantOf(merchant) }),
    ...(typeof ca === 'string' && { ca: ca.includes('-----BEGIN') ? ca : readAuthority(ca) }),
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Maps the files of a client certificate; its passphrase is no file. */
function merchantOf(merchant: object): Record<string, string> {
  const { passphrase, ...files } = merchant as { readonly passphrase?: string }
  return { ...keyInputs(files), ...(passphrase !== undefined && { passphrase }) }
}

/** Reads the PEM of an authority, because the client takes no file for it. */
function readAuthority(file: string): string {
  try {
    return readFileSync(file.startsWith('file:') ? new URL(file) : file, 'utf8')
  } catch (error) {
    throw new UsageError(`--config: ca cannot be read: ${(error as Error).message}`)
  }
}

/** A length that no path has, and every key exceeds. */
const MAX_PATH = 300
/** The base64 of a key. */
const BASE64 = /^["']?MI[A-Za-z0-9+/=\s\\"']{60,}$/

/**
 * A key as the client takes it: a path becomes a `file://` URL, a key or a URL stays as it is. A text that may be a key is
 * never taken for a path, because errors show paths.
 */
export function keyInput(given: string | undefined): string | undefined {
  const text = given?.trim()
  if (text === undefined || text === '' || text.startsWith('file:')) return text
  // In environment variables the line feeds of a PEM are often escaped.
  if (text.includes('-----')) return text.replaceAll('\\n', '\n')
  if (text.length > MAX_PATH || /[\n\r]/.test(text) || BASE64.test(text)) return text
  return pathToFileURL(resolve(text)).href
}

function keyInputs(keys: object): Record<string, string> {
  return Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, keyInput(String(key)) ?? '']))
}

function certsOfText(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined || text === '') return undefined
  if (!text.trimStart().startsWith('{')) return certsOf(text.split(','))
  const certs = parseUserJson(text, 'WXPAY_CERTS')
  if (isObject(certs)) return keyInputs(certs)
  throw new UsageError('WXPAY_CERTS must be JSON of id and key, or id=file,id=file')
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
