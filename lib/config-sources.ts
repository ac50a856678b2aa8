import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import tls from 'node:tls'
import { pathToFileURL } from 'node:url'
// Not by its name: some other runtimes have no parseEnv, and would not load the package at all.
import util from 'node:util'
import { unquote } from './crypto/material.js'
import { ConfigError } from './errors.js'
import { describeJsonProblem, parseJson } from './parse-json.js'
import { printable, withoutKeys } from './printable.js'

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
  appid: 'WXPAY_APPID',
  notifyUrl: 'WXPAY_NOTIFY_URL',
} as const

/** The variable with which Node trusts one more authority; in a file it comes too late for that. */
export const AUTHORITY_VARIABLE = 'NODE_EXTRA_CA_CERTS'

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Options that are not checked yet. */
export type GivenOptions = Readonly<Record<string, unknown>>

/** The names of the options that one text each stands for. */
export type TextName = Exclude<keyof typeof VARIABLES, 'certs' | 'insecureHosts'>

/** The options that texts stand for; keys and certificates may be the names of files. Empty texts count as missing. */
export function optionsOfTexts(texts: Readonly<Partial<Record<TextName, string | undefined>>>): GivenOptions {
  const { mchid, brandId, serial, privateKey, apiv3Key, brandApiKey, secret, merchantCert, baseUrl } = texts
  const cert = ofText(merchantCert, keyInput)
  const defaults = withoutMissing({ appid: texts.appid, notify_url: texts.notifyUrl })
  return withoutMissing({
    ...{ mchid, brandId, serial, apiv3Key, brandApiKey, secret },
    privateKey: ofText(privateKey, keyInput),
    baseURL: baseUrl,
    merchant: cert ? { cert } : undefined,
    defaults: Object.keys(defaults).length > 0 ? defaults : undefined,
  })
}

/**
 * The options that environment variables give.
 *
 * @throws {ConfigError} naming the variable that cannot be read.
 */
export function optionsOfVariables(env: Environment): GivenOptions {
  if (!isObject(env)) throw new ConfigError('The environment must be an object, such as process.env')
  // Docker hands on the quotes of a file of variables, also those around nothing.
  const texts = Object.fromEntries(
    Object.entries(VARIABLES).map(([name, variable]) => [name, ofText(env[variable], unquote)]),
  ) as Partial<Record<keyof typeof VARIABLES, string>>
  const certs = ofText(texts.certs, certsOfText)
  const insecureHosts = ofText(texts.insecureHosts, listOfText)
  return {
    ...optionsOfTexts(texts),
    ...withoutMissing({ certs, insecureHosts }),
    // Node has read its own variable.
    ...(env !== process.env && authorityOf(env[AUTHORITY_VARIABLE])),
  }
}

/**
 * The options in the text of a file: JSON, in which keys are the names of files unless they are PEM, or variables.
 *
 * @param source what messages call the file
 * @throws {ConfigError} when it is neither.
 */
export function optionsOfFile(content: string, source: string): GivenOptions {
  const text = content.replace(/^\uFEFF/, '')
  const config = parseJson(text)
  if (config === undefined && !/^\s*[{[]/.test(text)) return optionsOfDotenv(text, source)
  if (config === undefined) throw new ConfigError(describeJsonProblem(text, source))
  if (!isObject(config) || Array.isArray(config)) {
    throw new ConfigError(`${source} must hold an object: the options of new Wechatpay()`)
  }
  const { privateKey, certs, merchant, ca, ...rest } = config as GivenOptions
  return {
    ...rest,
    ...withoutNull({ privateKey: ofText(privateKey, keyInput) }),
    // What is neither is refused by the client.
    ...withoutNull({ certs: isObject(certs) ? keyInputs(certs) : certs }),
    ...withoutNull({ merchant: isObject(merchant) ? merchantOf(merchant) : merchant }),
    ...(ca !== undefined && { ca: typeof ca === 'string' ? readAuthority(ca, `${source}: ca`) : ca }),
  }
}

/** Options from two places: those of the second win, and of `defaults` each by itself. */
export function mergeOptions(options: GivenOptions, winning: GivenOptions): GivenOptions {
  const both = isObject(options.defaults) && isObject(winning.defaults)
  return {
    ...options,
    ...winning,
    ...(both && { defaults: { ...(options.defaults as object), ...(winning.defaults as object) } }),
  }
}

const withoutNull = (options: GivenOptions): GivenOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value != null))

/** What a text becomes; anything else stays as it is, to be refused by the client. */
const ofText = (value: unknown, read: (text: string) => unknown): unknown =>
  typeof value === 'string' ? read(value) : value

function optionsOfDotenv(text: string, source: string): GivenOptions {
  const env = util.parseEnv(text)
  if (Object.values(VARIABLES).some((name) => env[name])) return optionsOfVariables(env)
  throw new ConfigError(`${source} is no JSON, and has no variables such as WXPAY_MCHID`)
}

/**
 * Reads the options in a file.
 *
 * @throws {ConfigError} naming the file, when it cannot be read.
 */
export function optionsFromFile(file: string | URL): {
  readonly options: GivenOptions
  readonly source: string
} {
  const location = String(file)
  // Not quoted: it is the configuration itself.
  if (location.length > MAX_PATH || /^\s*[{[]|[\n\r]/.test(location)) {
    throw new ConfigError('fromFile takes the name of a file, not what is in it')
  }
  const source = withoutKeys(printable(location))
  try {
    const content = readFileSync(location.startsWith('file:') ? new URL(location) : location, 'utf8')
    return { options: optionsOfFile(content, source), source }
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(`${source} cannot be read: ${withoutKeys((error as Error).message)}`)
  }
}

/** The variables by the names of the options that they set, where these are others than those of the flags. */
const OPTION_VARIABLES: Readonly<Record<string, string>> = {
  ...VARIABLES,
  merchant: VARIABLES.merchantCert,
  baseURL: VARIABLES.baseUrl,
  defaults: `${VARIABLES.appid}, ${VARIABLES.notifyUrl}`,
}

/**
 * Makes a client, and has an error say where the options that it names come from.
 *
 * @param file the file of the options; absent where they are in the environment
 * @param overrides the options that come from the caller
 */
export function withSource<Client>(make: () => Client, overrides: object, file?: string): Client {
  if (!isObject(overrides))
    throw new ConfigError('The options that win must be an object, such as { timeout }')
  try {
    return make()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const named = /^(?:Missing: |Give |There is no option ')?(\w+(?:, (?:or )?\w+)*)/
      .exec(error.message)?.[1]
      ?.split(/, (?:or )?/)
    const given = (named ?? []).filter((name) => !(name in overrides))
    if (given.length === 0) throw error
    const variables = given.flatMap((name) => OPTION_VARIABLES[name] ?? [])
    const source = file ?? (variables.join(', ') || 'the environment')
    const code = error.code === 'KEY_INVALID' ? error.code : 'CONFIG_INVALID'
    throw new ConfigError(`${source}: ${error.message}`, { code, cause: error.cause })
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
  const text = given === undefined ? undefined : unquote(given)
  if (text === undefined || text === '' || text.startsWith('file:')) return text
  // In environment variables the line feeds of a PEM are often escaped.
  if (text.includes('-----')) return text.replaceAll('\\n', '\n')
  if (text.length > MAX_PATH || /[\n\r]/.test(text) || BASE64.test(text)) return text
  return pathToFileURL(resolve(text)).href
}

/** Keys by their names, each as the client takes it. */
export function keyInputs(keys: object): GivenOptions {
  return Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, ofText(key, keyInput)]))
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const withoutMissing = (options: GivenOptions): GivenOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== ''))

/** Maps the files of a client certificate; its passphrase is no file. */
function merchantOf(merchant: object): GivenOptions {
  const { passphrase, ...files } = merchant as { readonly passphrase?: string }
  return { ...keyInputs(files), ...(passphrase !== undefined && { passphrase }) }
}

/** The authorities to trust, as Node does: one more than its own. */
function authorityOf(file: string | undefined): GivenOptions | undefined {
  return file ? { ca: [...tls.rootCertificates, readAuthority(file, AUTHORITY_VARIABLE)] } : undefined
}

/** Reads the PEM of an authority, because the client takes no file for it. */
function readAuthority(given: string, source: string): string {
  const input = keyInput(given) ?? ''
  if (!input.startsWith('file:')) return input
  try {
    return readFileSync(new URL(input), 'utf8')
  } catch (error) {
    throw new ConfigError(`${source} cannot be read: ${withoutKeys((error as Error).message)}`)
  }
}

const listOfText = (text: string): string[] | undefined =>
  text === '' ? undefined : text.split(',').map((item) => item.trim())

function certsOfText(text: string): GivenOptions | undefined {
  if (text === '') return undefined
  if (text.startsWith('{')) {
    const certs = parseJson(text)
    if (isObject(certs)) return keyInputs(certs)
    throw new ConfigError(describeJsonProblem(text, VARIABLES.certs))
  }
  const pairs = text.split(',').map((pair) => /^([^=]+)=(.*)$/s.exec(pair))
  if (!text.includes('-----') && pairs.every((pair) => pair !== null)) {
    return keyInputs(Object.fromEntries(pairs.map(([, id, file]) => [id, file])))
  }
  throw new ConfigError(`${VARIABLES.certs} must be JSON of id and key, or id=file,id=file`)
}
