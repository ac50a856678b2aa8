import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AUTHORITY_VARIABLE, VARIABLES } from '../config-sources.js'
import type { EmulatorBrand, EmulatorMerchant } from '../emulator/index.js'

/** The folder that holds an emulator's keys and state between runs, unless `--dir` names another. */
export const DEFAULT_FOLDER = '.wxpay-emulator'

/** The variable with the token of an emulator's control API. */
export const TOKEN_VARIABLE = 'WXPAY_EMULATOR_TOKEN'

/** The file in it that holds the emulator's state. */
export const STATE_FILE = 'state.jsonl'

/** Makes the folder of an emulator, for its owner alone, and returns its absolute path. */
export function makeFolder(dir: string): string {
  const folder = resolve(dir)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

/** The options of a client of the emulator, with its keys as PEM or as the names of files. */
export type EmulatorClient = EmulatorMerchant | EmulatorBrand

/** Writes the keys of a client into a folder, for its owner alone, and returns the options that name the files. */
export function writeKeys(options: EmulatorClient, folder: string): EmulatorClient {
  return mapKeys(options, (pem, name) => {
    const file = join(folder, name)
    // A link that waits there would lead the key elsewhere.
    rmSync(file, { force: true })
    writeFileSync(file, pem, { mode: 0o600, flag: 'wx' })
    return file
  })
}

/** Maps the keys and certificates among the options; `name` is that of the file which they are in. */
function mapKeys(options: EmulatorClient, map: (text: string, name: string) => string): EmulatorClient {
  const { privateKey, certs, ca } = options
  const merchant = 'merchant' in options ? options.merchant : undefined
  const keyName = 'brandId' in options ? 'brand_key.pem' : 'apiclient_key.pem'
  return {
    ...options,
    privateKey: map(privateKey, keyName),
    certs: Object.fromEntries(Object.entries(certs).map(([id, text]) => [id, map(text, `${id}.pem`)])),
    ...(ca && { ca: map(ca, 'ca.pem') }),
    ...(merchant && {
      merchant: { cert: map(merchant.cert, 'apiclient_cert.pem'), key: map(merchant.key, keyName) },
    }),
  }
}

export type ConfigFormat = 'env' | 'dotenv' | 'json' | 'ts'

/** The formats of the configuration of an emulator's client, ready to paste. */
export const CONFIG_FORMATS: Readonly<Record<ConfigFormat, (options: EmulatorClient) => string>> = {
  env: (options) => formatVariables(options, 'env'),
  dotenv: (options) => formatVariables(options, 'dotenv'),
  json: (options) => JSON.stringify(options, null, 2),
  ts: formatCode,
}

type Variable = readonly [name: string, value: string]

const VARIABLE_FORMATS: Readonly<Record<'env' | 'dotenv', (variable: Variable) => string>> = {
  env: ([name, value]) => `export ${name}=${shellQuoted(value)}`,
  dotenv: ([name, value]) => `${name}=${JSON.stringify(value)}`,
}

/** The line with the token of the control API; none in a format of options, which it is not one of. */
export function tokenLine(format: ConfigFormat, token: string): string | undefined {
  if (format !== 'env' && format !== 'dotenv') return undefined
  return VARIABLE_FORMATS[format]([TOKEN_VARIABLE, token])
}

function formatVariables(options: EmulatorClient, format: 'env' | 'dotenv'): string {
  return variablesOf(options).map(VARIABLE_FORMATS[format]).join('\n')
}

function variablesOf(options: EmulatorClient): Variable[] {
  const values: Readonly<Record<string, unknown>> = {
    ...options,
    certs: Object.entries(options.certs)
      .map(([id, file]) => `${id}=${file}`)
      .join(','),
    baseUrl: options.baseURL,
    insecureHosts: options.insecureHosts?.join(','),
    merchantCert: 'merchant' in options ? options.merchant?.cert : undefined,
  }
  return Object.entries({ ...VARIABLES, ca: AUTHORITY_VARIABLE }).flatMap(([name, variable]): Variable[] => {
    const value = values[name]
    return typeof value === 'string' ? [[variable, value]] : []
  })
}

const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** The code that makes the client: a key is a `file://` URL in it, and an authority is read from its file. */
function formatCode(options: EmulatorClient): string {
  const { ca } = options
  const { ca: _, ...urls } = mapKeys(options, (file) => pathToFileURL(file).href)
  return [
    ...(ca ? ["import { readFileSync } from 'node:fs'"] : []),
    "import { Wechatpay } from 'wechatpay-fluent'",
    '',
    'const wxpay = new Wechatpay({',
    `${JSON.stringify(urls, null, 2).slice(2, -2)},`,
    ...(ca ? [`  ca: readFileSync(${JSON.stringify(ca)}),`] : []),
    '})',
  ].join('\n')
}
