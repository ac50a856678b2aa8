import { describe, expect } from 'vitest'
import { isSignedBy, openAesGcm, publicKeyPem } from '../client.js'
import { type Heard, startReceiver } from './receiver.js'
import { hold, startRules } from './rules.js'

const NOTICE = 'https://pay.weixin.qq.com/docs/partner/apis/partner-scannedpos-payment/payment-notice.html'
const ENVELOPE = 'https://pay.weixin.qq.com/doc/v3/partner/4015124358'
const HEADERS = 'https://pay.weixin.qq.com/doc/v3/partner/4019605946'
const PROBE = 'https://pay.weixin.qq.com/doc/v3/merchant/4013053420'
const LENGTHS = 'https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter3_2_5.shtml'

/** The documented waits, in seconds, take as many milliseconds. */
const rig = startRules({ retryScale: 0.000_001 })

const receiver = startReceiver()

/** Notifies a receiver that answers with these statuses until it is told no more. */
async function notified(...statuses: number[]): Promise<readonly Heard[]> {
  receiver.answer(...statuses.map((status) => ({ status })))
  await rig.paid({ notify_url: receiver.url })
  await expect.poll(() => rig.emulator.deliveries.at(-1)?.done).toBe(true)
  return receiver.heard
}

const attempts =
  (...statuses: number[]) =>
  async (): Promise<object> => ({ attempts: (await notified(...statuses)).length })

async function first(): Promise<Heard & { readonly json: Envelope }> {
  const [one] = await notified(200)
  if (!one) throw new Error('nothing was heard')
  return { ...one, json: JSON.parse(one.text) as Envelope }
}

interface Envelope {
  readonly resource: { readonly ciphertext: string; readonly nonce: string; readonly associated_data: string }
}

const RFC3339 = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/) as string

describe('a notification', () => {
  hold([
    [
      NOTICE,
      'is posted as JSON',
      first,
      { method: 'POST', headers: { 'content-type': expect.stringContaining('application/json') } },
    ],
    [NOTICE, 'is taken by 200', attempts(200), { attempts: 1 }],
    [NOTICE, 'is taken by 204', attempts(204), { attempts: 1 }],
    [NOTICE, 'comes again after 500', attempts(500, 200), { attempts: 2 }],
    [NOTICE, 'comes again after 400', attempts(400, 200), { attempts: 2 }],
    [NOTICE, 'comes again fifteen times, and then no more', attempts(500), { attempts: 16 }],
    [
      NOTICE,
      'is the same event when it comes again',
      async () => {
        const all = await notified(500, 500, 200)
        return { ids: new Set(all.map((one) => JSON.parse(one.text).id)).size, count: all.length }
      },
      { ids: 1, count: 3 },
    ],
    [
      HEADERS,
      'names its key, its time, its nonce and its signature',
      first,
      {
        headers: {
          'wechatpay-serial': expect.stringMatching(/./),
          'wechatpay-timestamp': expect.stringMatching(/^\d{10}$/),
          'wechatpay-nonce': expect.stringMatching(/./),
          'wechatpay-signature': expect.stringMatching(/./),
        },
      },
    ],
    [
      HEADERS,
      'is signed by the key that it names',
      async () => {
        const { headers, text } = await first()
        return {
          genuine: isSignedBy(
            { headers: new Headers(headers as Record<string, string>), text },
            publicKeyPem(rig.emulator),
          ),
        }
      },
      { genuine: true },
    ],
    [
      PROBE,
      'that is a probe is marked in its signature, which does not fit',
      async () => {
        rig.emulator.fail({ notification: '*', fault: 'probe', times: 1 })
        const { headers, text } = await first()
        const genuine = isSignedBy(
          { headers: new Headers(headers as Record<string, string>), text },
          publicKeyPem(rig.emulator),
        )
        return { signature: headers['wechatpay-signature'], genuine }
      },
      { signature: expect.stringMatching(/^WECHATPAY\/SIGNTEST\//), genuine: false },
    ],
  ])
})

describe('the body of a notification', () => {
  hold([
    [
      ENVELOPE,
      'has an id of up to 36 characters',
      first,
      { json: { id: expect.stringMatching(/^.{1,36}$/) } },
    ],
    [ENVELOPE, 'has its time by RFC 3339', first, { json: { create_time: RFC3339 } }],
    [
      ENVELOPE,
      'says what has happened',
      first,
      { json: { event_type: 'TRANSACTION.SUCCESS', summary: expect.stringMatching(/^.{1,64}$/) } },
    ],
    [
      ENVELOPE,
      'has an encrypted resource',
      first,
      {
        json: {
          resource_type: 'encrypt-resource',
          resource: { algorithm: 'AEAD_AES_256_GCM', original_type: 'transaction' },
        },
      },
    ],
    [
      LENGTHS,
      'has a nonce of 12 bytes',
      first,
      { json: { resource: { nonce: expect.stringMatching(/^.{12}$/) } } },
    ],
    [
      LENGTHS,
      'has associated data of less than 16 bytes',
      first,
      { json: { resource: { associated_data: expect.stringMatching(/^.{0,15}$/) } } },
    ],
    [
      NOTICE,
      'is opened with the APIv3 key',
      async () => {
        const { json } = await first()
        return JSON.parse(openAesGcm(json.resource, rig.emulator.merchant.apiv3Key)) as object
      },
      { trade_state: 'SUCCESS', amount: { total: 100 }, success_time: RFC3339 },
    ],
  ])
})
