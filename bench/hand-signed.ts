import { createPrivateKey, createPublicKey, randomUUID, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { Call } from './contender.js'
import { IMPORT_PATH, importBody, type Merchant } from './merchant.js'

type Post = (
  path: string,
  body: string,
  headers: Readonly<Record<string, string>>,
) => Promise<{ readonly body: string; readonly headers: Readonly<Record<string, string>> }>

const CLOCK_TOLERANCE = 300
const signInPool = promisify(sign)

/** Where the signature is made. */
export type SigningPlace = 'in the pool' | 'in place'

/** Signs and verifies, as a careful programmer would by hand around any HTTP client. */
export function createHandSigned(merchant: Merchant, post: Post, where: SigningPlace = 'in the pool'): Call {
  const { mchid, serial } = merchant
  const privateKey = createPrivateKey(merchant.privateKey)
  const keys = new Map(Object.entries(merchant.certs).map(([id, pem]) => [id, createPublicKey(pem)]))
  const [keyId = ''] = keys.keys()

  return async (number) => {
    const body = JSON.stringify(importBody(number))
    const timestamp = Math.floor(Date.now() / 1000)
    const nonce = randomUUID().replaceAll('-', '')
    const message = Buffer.from(`POST\n${IMPORT_PATH}\n${timestamp}\n${nonce}\n${body}\n`)
    const made =
      where === 'in place'
        ? sign('RSA-SHA256', message, privateKey)
        : await signInPool('RSA-SHA256', message, privateKey)
    const signature = made.toString('base64')
    const answer = await post(IMPORT_PATH, body, {
      Accept: 'application/json',
      'Content-Type': 'application/json',
      'User-Agent': 'hand-written',
      'Wechatpay-Serial': keyId,
      Authorization: `WECHATPAY2-SHA256-RSA2048 mchid="${mchid}",nonce_str="${nonce}",signature="${signature}",timestamp="${timestamp}",serial_no="${serial}"`,
    })
    const { headers } = answer
    const key = keys.get(headers['wechatpay-serial'] ?? '')
    const signedAt = headers['wechatpay-timestamp'] ?? ''
    const signed = Buffer.from(`${signedAt}\n${headers['wechatpay-nonce']}\n${answer.body}\n`)
    const proof = Buffer.from(headers['wechatpay-signature'] ?? '', 'base64')
    const fresh = Math.abs(Date.now() / 1000 - Number(signedAt)) <= CLOCK_TOLERANCE
    if (!key || !fresh || !verify('RSA-SHA256', signed, key, proof)) throw new Error('not to be trusted')
    return (JSON.parse(answer.body) as { code: string }).code
  }
}
