import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { EmulatorBrand, EmulatorMerchant } from '../emulator/index.js'

/** The folder that holds an emulator's keys and state between runs, unless `--dir` names another. */
export const DEFAULT_FOLDER = '.wxpay-emulator'

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
  const write = (name: string, pem: string): string => {
    const file = join(folder, name)
    writeFileSync(file, pem, { mode: 0o600 })
    chmodSync(file, 0o600)
    return file
  }
  const certs = Object.entries(options.certs).map(([id, pem]) => [id, write(`${id}.pem`, pem)])
  const written = {
    certs: Object.fromEntries(certs),
    ...(options.ca && { ca: write('ca.pem', options.ca) }),
  }
  if ('brandId' in options) {
    return { ...options, ...written, privateKey: write('brand_key.pem', options.privateKey) }
  }
  const { merchant } = options
  return {
    ...options,
    ...written,
    privateKey: write('apiclient_key.pem', options.privateKey),
    ...(merchant && {
      merchant: {
        cert: write('apiclient_cert.pem', merchant.cert),
        key: write('apiclient_key.pem', merchant.key),
      },
    }),
  }
}

export type ConfigFormat = 'env' | 'dotenv' | 'json' | 'ts'

/** The formats of the configuration of an emulator's client, ready to paste. */
export const CONFIG_FORMATS: Readonly<Record<ConfigFormat, (options: EmulatorClient) => string>> = {
  env: (options) => formatVariables(options, ([name, value]) => `export ${name}=${shellQuoted(value)}`),
  dotenv: (options) => formatVariables(options, ([name, value]) => `${name}=${JSON.stringify(value)}`),
  json: (options) => JSON.stringify(options, null, 2),
  ts: formatCode,
}

type Variable = readonly [name: string, value: string]

function formatVariables(options: EmulatorClient, format: (variable: Variable) => string): string {
  return variablesOf(options).map(format).join('\n')
}

function variablesOf(options: EmulatorClient): Variable[] {
  const { serial, privateKey, certs, baseURL, ca } = options
  const pairs = Object.entries(certs).map(([id, file]) => `${id}=${file}`)
  return [
    'brandId' in options ? ['WXPAY_BRAND_ID', options.brandId] : ['WXPAY_MCHID', options.mchid],
    ['WXPAY_SERIAL', serial],
    ['WXPAY_PRIVATE_KEY', privateKey],
    ['WXPAY_CERTS', pairs.join(',')],
    ...('brandId' in options ? brandSecrets(options) : merchantSecrets(options)),
    ['WXPAY_BASE_URL', baseURL],
    ...(ca ? [['NODE_EXTRA_CA_CERTS', ca] as const] : []),
  ]
}

const brandSecrets = ({ brandApiKey }: EmulatorBrand): Variable[] => [['WXPAY_BRAND_API_KEY', brandApiKey]]

const merchantSecrets = ({ apiv3Key, secret, merchant }: EmulatorMerchant): Variable[] => [
  ['WXPAY_APIV3_KEY', apiv3Key],
  ['WXPAY_SECRET', secret],
  ...(merchant ? [['WXPAY_MERCHANT_CERT', merchant.cert] as const] : []),
]

const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** The code that makes the client: a key is a `file://` URL in it, and an authority is read from its file. */
function formatCode({ ca, ...options }: EmulatorClient): string {
  const { privateKey, certs } = options
  const merchant = 'merchant' in options ? options.merchant : undefined
  const urls = {
    ...options,
    privateKey: urlOf(privateKey),
    certs: Object.fromEntries(Object.entries(certs).map(([id, file]) => [id, urlOf(file)])),
    ...(merchant && { merchant: { cert: urlOf(merchant.cert), key: urlOf(merchant.key) } }),
  }
  const fields = JSON.stringify(urls, null, 2).slice(2, -2)
  return [
    ...(ca ? ["import { readFileSync } from 'node:fs'"] : []),
    "import { Wechatpay } from 'wechatpay-fluent'",
    '',
    'const wxpay = new Wechatpay({',
    `${fields},`,
    ...(ca ? [`  ca: readFileSync(${JSON.stringify(ca)}),`] : []),
    '})',
  ].join('\n')
}

const urlOf = (file: string): string => pathToFileURL(file).href
