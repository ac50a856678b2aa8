import { createCipheriv, createHash } from 'node:crypto'
import type { NotificationDocument } from '../../../catalog/document.js'
import { type Fields, fieldsOf } from '../../../catalog/schema.js'
import { beijingTime } from '../../beijing-time.js'
import type { Context } from '../../context.js'
import { sealAesGcm } from '../encryption.js'
import type { SignedNotification } from '../notifications.js'
import { v2SampleOf } from './sample.js'
import { signFields, type V2Fields } from './sign.js'
import { buildMessage } from './xml.js'

/** Builds any documented message of v2; required fields that are not given are made up. */
export function xmlNotification(
  eventType: string,
  { cipher, verify, body = {} }: NotificationDocument,
  resource: object,
  context: Context,
): SignedNotification {
  const { nonces, identity, now } = context
  const { mchid, secret } = identity.merchant
  const own = cipher ? encrypted(eventType, cipher, resource, context) : textsOf(resource)
  const source = { ids: context.ids, now: now(), merchantKey: identity.merchantKey }
  const given = { mch_id: mchid, combine_mch_id: mchid, return_code: 'SUCCESS', result_code: 'SUCCESS' }
  const sample = v2SampleOf(required(body), given, source)
  const fields: V2Fields = { ...(sample as V2Fields), ...own, nonce_str: nonces.text(32) }
  const signType = [fields.sign_type, fields.algorithm].includes('HMAC-SHA256') ? 'HMAC-SHA256' : 'MD5'
  return {
    headers: { 'Content-Type': 'text/xml; charset=utf-8', 'User-Agent': 'wechatpay-fluent emulator' },
    body: buildMessage(
      verify === 'none' ? fields : { ...fields, sign: signFields(fields, signType, secret) },
    ),
  }
}

/** A made-up payload for one; where nothing is encrypted, what the message needs is made up anyway. */
export function xmlSample({ resource }: NotificationDocument, { identity, ids, now }: Context): object {
  return v2SampleOf(resource ?? {}, {}, { ids, now: now(), merchantKey: identity.merchantKey })
}

const required = (body: Fields): Fields =>
  Object.fromEntries(
    fieldsOf(body).flatMap(({ name, optional, shape }) => (optional ? [] : [[name, shape] as const])),
  )

const textsOf = (fields: object): V2Fields =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )

/** The fields that hold the payload. */
function encrypted(
  eventType: string,
  { at, algorithm }: NonNullable<NotificationDocument['cipher']>,
  resource: object,
  { identity, ids, nonces, now }: Context,
): V2Fields {
  const { apiv3Key, secret } = identity.merchant
  if (algorithm === 'AES_256_ECB') {
    const info = buildMessage(textsOf(resource))
      .replace(/^<xml>/, '<root>')
      .replace(/<\/xml>$/, '</root>')
    const cipher = createCipheriv('aes-256-ecb', createHash('md5').update(secret).digest('hex'), null)
    return { [at]: Buffer.concat([cipher.update(info, 'utf8'), cipher.final()]).toString('base64') }
  }
  const beside = (name: string): string => at.replace(/ciphertext$/, name)
  const nonce = nonces.text(12)
  return {
    [beside('id')]: `EV-${ids.digits(28)}`,
    [beside('create_time')]: beijingTime(now()),
    [beside('type')]: eventType,
    [beside('nonce')]: nonce,
    [beside('associated_data')]: 'payscore',
    [at]: sealAesGcm(JSON.stringify(resource), apiv3Key, nonce, 'payscore'),
  }
}
