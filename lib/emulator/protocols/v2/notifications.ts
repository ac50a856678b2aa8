import type { NotificationDocument } from '../../../catalog/document.js'
import { type Fields, fieldsOf } from '../../../catalog/schema.js'
import { beijingTime } from '../../beijing-time.js'
import type { Context } from '../../context.js'
import type { SignedNotification } from '../../control/deliver.js'
import { decryptAesEcb, encryptAesEcb, encryptAesGcm } from '../../identity/encryption.js'
import type { NotificationEvent, ProtocolNotifications } from '../protocol.js'
import { paymentNotification, refundNotification } from './order-notifications.js'
import { v2SampleOf } from './sample.js'
import { signFields, type V2Fields } from './sign.js'
import { buildXml } from './xml.js'

/** Messages of v2, in XML; required fields that are not given are made up. */
export function createV2Notifications(context: Context): ProtocolNotifications {
  const { identity, now } = context
  return {
    /** Where nothing is encrypted, the message makes up what it needs. An order is worth more than any refund given. */
    sample({ document }, ids) {
      const source = { ids, now: now(), merchantKey: identity.merchantKey }
      return v2SampleOf(document?.resource ?? {}, { total_fee: '1000000' }, source)
    },
    sign: (event, resource) => signMessage(event, resource, context),
    platformKey: () => undefined,
    payment: (order) => paymentNotification(context, order),
    refund: (order, refund) => refundNotification(context, order, refund),
    signAgain: () => undefined,
    decrypt({ body }) {
      const [, info] = /<req_info>(?:<!\[CDATA\[)?([\w+/=]+)/.exec(body) ?? []
      return info && decryptAesEcb(info, identity.merchant.secret)
    },
  }
}

function signMessage(
  { eventType, document }: NotificationEvent,
  resource: object,
  context: Context,
): SignedNotification {
  const { cipher, verify, body = {} } = document ?? {}
  const { ids, nonces, identity, now } = context
  const { mchid, secret } = identity.merchant
  const own = cipher ? encryptedFields(eventType, cipher, resource, context) : textsOf(resource)
  const source = { ids, now: now(), merchantKey: identity.merchantKey }
  const result_code = eventType.endsWith('-fail') ? 'FAIL' : 'SUCCESS'
  const given = { mch_id: mchid, combine_mch_id: mchid, return_code: 'SUCCESS', result_code }
  const sample = v2SampleOf(requiredFields(body), given, source)
  const fields: V2Fields = { ...(sample as V2Fields), ...own, nonce_str: nonces.text(32) }
  const signType = [fields.sign_type, fields.algorithm].includes('HMAC-SHA256') ? 'HMAC-SHA256' : 'MD5'
  const message = verify === 'none' ? fields : { ...fields, sign: signFields(fields, signType, secret) }
  return {
    headers: { 'Content-Type': 'text/xml; charset=utf-8', 'User-Agent': 'wechatpay-fluent emulator' },
    body: buildXml(message),
  }
}

const requiredFields = (body: Fields): Fields =>
  Object.fromEntries(
    fieldsOf(body).flatMap(({ name, optional, shape }) => (optional ? [] : [[name, shape] as const])),
  )

const textsOf = (fields: object): V2Fields =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )

/** The fields that carry the resource. */
function encryptedFields(
  eventType: string,
  { at, algorithm }: NonNullable<NotificationDocument['cipher']>,
  resource: object,
  { identity, ids, nonces, now }: Context,
): V2Fields {
  const { apiv3Key, secret } = identity.merchant
  if (algorithm === 'AES_256_ECB') {
    const info = buildXml(textsOf(resource))
      .replace(/^<xml>/, '<root>')
      .replace(/<\/xml>$/, '</root>')
    return { [at]: encryptAesEcb(info, secret) }
  }
  const beside = (name: string): string => at.replace(/ciphertext$/, name)
  const nonce = nonces.text(12)
  return {
    [beside('id')]: `EV-${ids.digits(28)}`,
    [beside('create_time')]: beijingTime(now()),
    [beside('type')]: eventType,
    [beside('nonce')]: nonce,
    [beside('associated_data')]: 'payscore',
    [at]: encryptAesGcm(JSON.stringify(resource), apiv3Key, nonce, 'payscore'),
  }
}
