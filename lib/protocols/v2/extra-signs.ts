import { createHash } from 'node:crypto'
import { sign } from '../../crypto/rsa.js'
import type { V2Context } from './context.js'
import type { Message } from './sign.js'

type ExtraSign = (message: Message, context: V2Context) => string | undefined

/** What `workwx_sign` covers: the first field tells a red packet from a payment. */
const WORKWX_FIELDS: readonly (readonly string[])[] = [
  ['mch_billno', 'act_name', 'mch_id', 'nonce_str', 're_openid', 'total_amount', 'wxappid'],
  ['partner_trade_no', 'amount', 'appid', 'desc', 'mch_id', 'nonce_str', 'openid', 'ww_msg_type'],
]

/**
 * WeCom's own signature: MD5 over its fields and the secret of its payment application.
 *
 * @see https://developer.work.weixin.qq.com/document/path/90281
 */
const workwxSign: ExtraSign = (message, { workwxSecret }) => {
  const fields = WORKWX_FIELDS.find(([first = '']) => first in message)
  if (!workwxSecret || !fields) return undefined
  const pairs = [...fields].sort().flatMap((name) => (message[name] ? [`${name}=${message[name]}`] : []))
  const text = [...pairs, `secret=${workwxSecret.export().toString()}`].join('&')
  return createHash('md5').update(text).digest('hex').toUpperCase()
}

/**
 * RSA-SHA256 over certificate number and timestamp, by the merchant's private key.
 *
 * @see https://pay.weixin.qq.com/doc/v2/merchant/4011987792
 */
const certSign: ExtraSign = ({ cert_serialno, timestamp }, { signer }) =>
  cert_serialno && timestamp
    ? sign(`cert_serialno=${cert_serialno}&timestamp=${timestamp}`, signer.privateKey)
    : undefined

const EXTRA_SIGNS: Readonly<Record<string, ExtraSign>> = { workwx_sign: workwxSign, cert_sign: certSign }

/** A signature beyond `sign`; `undefined` when it cannot be made here. It is itself covered by `sign`. */
export function extraSign(name: string, message: Message, context: V2Context): string | undefined {
  return EXTRA_SIGNS[name]?.(message, context)
}
