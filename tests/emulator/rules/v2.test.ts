import { createDecipheriv, createHash, createHmac } from 'node:crypto'
import { describe, expect } from 'vitest'
import { type Heard, startReceiver } from './receiver.js'
import { APPID, hold, startRules } from './rules.js'

const ORDER = 'https://pay.weixin.qq.com/doc/v2/merchant/4011936530'
const REFUND_NOTICE = 'https://pay.weixin.qq.com/doc/v2/partner/4011989265'
const CERTIFICATES = 'https://pay.weixin.qq.com/doc/v2/partner/4014116402'

const TAKEN = '<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>'

const rig = startRules({ retryScale: 0.000_001 })
const receiver = startReceiver()
const secret = (): string => rig.emulator.merchant.secret

type Fields = Readonly<Record<string, string>>

/** The signature of a message, by hand from the protocol. */
function signOf(fields: Fields, algorithm = 'MD5', key = secret()): string {
  const names = Object.keys(fields).filter((name) => name !== 'sign' && fields[name] !== '')
  const line = `${names
    .toSorted()
    .map((name) => `${name}=${fields[name]}&`)
    .join('')}key=${key}`
  const hash = algorithm === 'MD5' ? createHash('md5') : createHmac('sha256', key)
  return hash.update(line).digest('hex').toUpperCase()
}

const toXml = (fields: Fields): string =>
  `<xml>${Object.entries(fields)
    .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
    .join('')}</xml>`

const fromXml = (xml: string): Fields =>
  Object.fromEntries(
    [...xml.matchAll(/<(\w+)>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))<\/\1>/gs)].map(([, name, cdata, plain]) => [
      name,
      cdata ?? plain,
    ]),
  )

/** Posts a message; one that has no signature is signed. */
async function post(path: string, message: Readonly<Record<string, string | undefined>>): Promise<Fields> {
  const given = Object.fromEntries(
    Object.entries(message).filter(([, value]) => value !== undefined),
  ) as Fields
  const fields: Fields = { nonce_str: '5K8264ILTKCH16CQ2502SI8ZNMTM67VS', ...given }
  const body = toXml({ sign: signOf(fields, fields.sign_type), ...fields })
  return fromXml(await (await fetch(rig.emulator.url + path, { method: 'POST', body })).text())
}

const order = (
  more: Readonly<Record<string, string | undefined>> = {},
): Record<string, string | undefined> => ({
  ...{ appid: APPID, mch_id: rig.emulator.merchant.mchid, body: 'QQ公仔', out_trade_no: rig.next() },
  ...{ total_fee: '100', spbill_create_ip: '123.12.12.123', notify_url: 'https://pay.example.com/notify' },
  ...{ trade_type: 'NATIVE', ...more },
})
const place =
  (more: Readonly<Record<string, string | undefined>> = {}) =>
  (): Promise<Fields> =>
    post('/pay/unifiedorder', order(more))

async function verified(message: Promise<Fields>, algorithm: string): Promise<object> {
  const fields = await message
  return { ...fields, genuine: fields.sign === signOf(fields, algorithm) }
}

const succeeded = { return_code: 'SUCCESS', result_code: 'SUCCESS' }
const failed = { return_code: 'SUCCESS', result_code: 'FAIL' }
const notAccepted = { return_code: 'FAIL' }

describe('an order of APIv2', () => {
  hold([
    [
      ORDER,
      'is placed by a signed message',
      place(),
      { ...succeeded, code_url: expect.stringMatching(/^weixin:/) },
    ],
    [
      ORDER,
      'is signed by MD5 where it does not say',
      () => verified(place()(), 'MD5'),
      { ...succeeded, genuine: true },
    ],
    [ORDER, 'is signed by MD5 where it says so', place({ sign_type: 'MD5' }), succeeded],
    [
      ORDER,
      'is signed by HMAC-SHA256 where it says so',
      () => verified(place({ sign_type: 'HMAC-SHA256' })(), 'HMAC-SHA256'),
      { ...succeeded, genuine: true },
    ],
    [
      ORDER,
      'is refused with a wrong signature',
      place({ sign: 'C380BEC2BFD727A4B6845133519F3AD6' }),
      notAccepted,
    ],
    [ORDER, 'has fields that are empty and not signed', place({ attach: '' }), succeeded],
    [ORDER, 'has an appid', place({ appid: undefined }), failed],
    [ORDER, 'has an mch_id', place({ mch_id: undefined }), notAccepted],
    [ORDER, 'has a body', place({ body: undefined }), failed],
    [ORDER, 'has a number', place({ out_trade_no: undefined }), failed],
    [ORDER, 'has a total_fee', place({ total_fee: undefined }), failed],
    [ORDER, 'has a notify_url', place({ notify_url: undefined }), failed],
    [ORDER, 'has a trade_type', place({ trade_type: undefined }), failed],
    [ORDER, 'has a number of up to 32 characters', place({ out_trade_no: '1'.repeat(33) }), failed],
    [ORDER, 'has a number of 6 characters or more', place({ out_trade_no: '12345' }), failed],
    [ORDER, 'has letters, digits and _-|* in its number', place({ out_trade_no: 'ABC#123' }), failed],
    [ORDER, 'has an attach of up to 127 characters', place({ attach: 'a'.repeat(128) }), failed],
    [ORDER, 'has a total of whole fen', place({ total_fee: '1.5' }), failed],
    [
      ORDER,
      'hears why its number or trade_type is refused',
      async () => {
        const refused = [{ out_trade_no: '12345' }, { trade_type: 'H5' }]
        return Promise.all(refused.map(async (field) => (await place(field)()).err_code_des))
      },
      [
        '参数错误: out_trade_no must have at least 6 characters',
        '参数错误: trade_type must be one of JSAPI, NATIVE, APP, MWEB',
      ],
    ],
    [
      ORDER,
      'is answered under a nonce and the ids of who asked',
      place(),
      { appid: APPID, nonce_str: expect.stringMatching(/^.{1,32}$/) },
    ],
    [
      ORDER,
      'is also found by APIv3',
      async () => {
        const out_trade_no = rig.next()
        await place({ out_trade_no })()
        return rig.query(out_trade_no)
      },
      { status: 200, json: { trade_state: 'NOTPAY' } },
    ],
  ])
})

/** Has a refund notified to a receiver that replies with these bodies. */
async function refunded(...bodies: readonly string[]): Promise<readonly Heard[]> {
  receiver.answer(...bodies.map((body) => ({ status: 200, body })))
  const out_trade_no = rig.next()
  await place({ out_trade_no })()
  await rig.emulator.pay(out_trade_no)
  const { mchid: mch_id } = rig.emulator.merchant
  const amounts = { total_fee: '100', refund_fee: '100', notify_url: receiver.url }
  const refund = { appid: APPID, mch_id, out_trade_no, out_refund_no: rig.next(), ...amounts }
  expect(await post('/secapi/pay/refund', refund)).toMatchObject(succeeded)
  await expect.poll(() => rig.emulator.deliveries.at(-1)?.done).toBe(true)
  return receiver.heard
}

/** The encrypted part of the notification, opened as documented: AES-256-ECB under the MD5 of the secret. */
async function openRefund(): Promise<Fields> {
  const [notification] = await refunded(TAKEN)
  const { req_info = '' } = fromXml(notification?.text.replace(/^<xml>|<\/xml>$/g, '') ?? '')
  const key = createHash('md5').update(secret()).digest('hex')
  const decipher = createDecipheriv('aes-256-ecb', key, null)
  const opened = Buffer.concat([decipher.update(req_info, 'base64'), decipher.final()]).toString()
  return fromXml(opened.replace(/^<root>|<\/root>$/g, ''))
}

const attempts =
  (...bodies: readonly string[]) =>
  async (): Promise<object> => ({ attempts: (await refunded(...bodies)).length })

/** The fields of a message that asks for certificates. */
const certificates = (sign_type: string) => (): Promise<Fields> =>
  post('/risk/getcertficates', { mch_id: rig.emulator.merchant.mchid, sign_type })

describe('a refund of APIv2', () => {
  hold([
    [
      REFUND_NOTICE,
      'is told of, encrypted under the secret',
      openRefund,
      { refund_status: 'SUCCESS', refund_fee: '100' },
    ],
    [REFUND_NOTICE, 'is told of once where that succeeds', attempts(TAKEN), { attempts: 1 }],
    [
      REFUND_NOTICE,
      'is told of again where it is answered FAIL',
      attempts(TAKEN.replace('SUCCESS', 'FAIL'), TAKEN),
      { attempts: 2 },
    ],
    [
      REFUND_NOTICE,
      'is told of again where it is answered otherwise',
      attempts('success', TAKEN),
      { attempts: 2 },
    ],
    [REFUND_NOTICE, 'is told of fifteen times more, and then no more', attempts(''), { attempts: 16 }],
  ])
})

describe('the list of certificates of APIv2', () => {
  hold([
    [CERTIFICATES, 'is signed by HMAC-SHA256', certificates('HMAC-SHA256'), succeeded],
    [CERTIFICATES, 'is not signed by MD5', certificates('MD5'), notAccepted],
  ])
})
