import { pathToFileURL } from 'node:url'
import type { EmulatorBrand, EmulatorMerchant } from '../emulator/index.js'
import type { KeyFiles } from './kept-keys.js'

export type Format = 'env' | 'dotenv' | 'json' | 'ts'

/** Ways to print the configuration of an emulator's client, ready to paste. */
export const FORMATS: Readonly<Record<Format, (options: KeyFiles) => string>> = {
  env: (options: KeyFiles) => lines(options, ([name, value]) => `export ${name}=${quoted(value)}`),
  dotenv: (options: KeyFiles) => lines(options, ([name, value]) => `${name}=${JSON.stringify(value)}`),
  json: (options: KeyFiles) => JSON.stringify(options, null, 2),
  ts: toCode,
}

type Variable = readonly [name: string, value: string]

function lines(options: KeyFiles, line: (variable: Variable) => string): string {
  return variables(options).map(line).join('\n')
}

function variables(options: KeyFiles): Variable[] {
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

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** In code a key is a `file://` URL, and an authority its PEM. */
function toCode({ ca, ...options }: KeyFiles): string {
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
