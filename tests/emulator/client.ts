import { createDecipheriv, createPublicKey, sign, verify, X509Certificate } from 'node:crypto'
import type { Emulator } from '../../lib/emulator/index.js'

/** What a hand-written client may do wrong. */
export interface Tampering {
  mchid?: string
  serial?: string
  nonce?: string
  timestamp?: number
  /** Sent in place of what was signed. */
  sent?: { method?: string; url?: string; body?: string; nonce?: string; timestamp?: number }
  authorization?: string | null
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  json: any
}

export function authorizationOf(
  emulator: Emulator,
  method: string,
  url: string,
  body: string | Buffer,
  how: Tampering = {},
): { header: string; message: string } {
  const { merchant } = emulator
  const timestamp = how.timestamp ?? Math.floor(Date.now() / 1000)
  const nonce = how.nonce ?? 'NONCE0123456789'
  const message = `${method}\n${url}\n${timestamp}\n${nonce}\n${body}\n`
  const head = Buffer.from(`${method}\n${url}\n${timestamp}\n${nonce}\n`)
  const signed = Buffer.concat([head, Buffer.from(body), Buffer.from('\n')])
  const signature = sign('RSA-SHA256', signed, merchant.privateKey).toString('base64')
  const pairs = {
    mchid: how.mchid ?? merchant.mchid,
    nonce_str: how.sent?.nonce ?? nonce,
    signature,
    timestamp: how.sent?.timestamp ?? timestamp,
    serial_no: how.serial ?? merchant.serial,
  }
  const list = Object.entries(pairs).map(([name, value]) => `${name}="${value}"`)
  return { header: `WECHATPAY2-SHA256-RSA2048 ${list.join(',')}`, message }
}

/** A client written by hand from the protocol: signs, sends, reads. */
export async function call(
  emulator: Emulator,
  method: string,
  url: string,
  json?: unknown,
  how: Tampering = {},
): Promise<Answer> {
  const body = json === undefined ? '' : typeof json === 'string' ? json : JSON.stringify(json)
  const { header } = authorizationOf(emulator, method, url, body, how)
  const authorization = how.authorization === undefined ? header : how.authorization
  const sentBody = how.sent?.body ?? body
  const response = await fetch(emulator.url + (how.sent?.url ?? url), {
    method: how.sent?.method ?? method,
    redirect: 'manual',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'wechatpay-serial': publicKeyId(emulator),
      ...(authorization !== null && { authorization }),
      ...how.headers,
    },
    ...(sentBody !== '' && { body: sentBody }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: text ? JSON.parse(text) : undefined,
  }
}

export const publicKeyId = (emulator: Emulator): string => Object.keys(emulator.merchant.certs)[0] ?? ''
export const publicKeyPem = (emulator: Emulator): string => Object.values(emulator.merchant.certs)[0] ?? ''

/** Whether an answer is signed by a key, given as PEM of a public key or certificate. */
export function isSignedBy({ headers, text }: Pick<Answer, 'headers' | 'text'>, pem: string): boolean {
  const message = `${headers.get('wechatpay-timestamp')}\n${headers.get('wechatpay-nonce')}\n${text}\n`
  const signature = Buffer.from(headers.get('wechatpay-signature') ?? '', 'base64')
  const key = pem.includes('CERTIFICATE') ? new X509Certificate(pem).publicKey : createPublicKey(pem)
  return verify('RSA-SHA256', Buffer.from(message), key, signature)
}

export function openAesGcm(
  sealed: { ciphertext: string; nonce: string; associated_data: string },
  key: string,
): string {
  const bytes = Buffer.from(sealed.ciphertext, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.nonce)
  decipher.setAAD(Buffer.from(sealed.associated_data))
  decipher.setAuthTag(bytes.subarray(-16))
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString()
}

export const IMPORT = '/v3/marketing/membercard-open/cards/pbLatjvWOibDc5-TBnbUk1pD12o0/users/import'
export const IMPORT_BODY = {
  openid: 'obLatjnx9gnqzS4myYGmLZ7LgLBA',
  code: '478515832665',
  out_request_no: '100002322019090134234sfdf',
}

export function nativeOrder(emulator: Emulator, out_trade_no: string, more: object = {}): object {
  return {
    appid: 'wxd678efh567hg6787',
    mchid: emulator.merchant.mchid,
    description: 'Image形象店-深圳腾大-QQ公仔',
    out_trade_no,
    notify_url: 'https://www.weixin.qq.com/wxpay/pay.php',
    amount: { total: 100, currency: 'CNY' },
    ...more,
  }
}
