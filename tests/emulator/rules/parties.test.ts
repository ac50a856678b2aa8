import { sign } from 'node:crypto'
import { describe } from 'vitest'
import type { Emulator } from '../../../lib/emulator/index.js'
import { type Answer, call } from '../client.js'
import { APPID, done, hold, refused, startRules, wrong } from './rules.js'

const PARTNER = 'https://pay.weixin.qq.com/docs/partner/products/partner-native-payment/apilist.html'
const PARTNER_CLOSE = 'https://pay.weixin.qq.com/docs/partner/apis/ecommerce-payment/close-order.html'
const CODES = 'https://pay.weixin.qq.com/docs/partner/apis/partner-miniprogram-payment/close-order.html'
const REFUND = 'https://pay.weixin.qq.com/doc/v3/partner/4012709253'
const BRAND = 'https://pay.weixin.qq.com/doc/brand/4015407523'
const BRAND_BASICS = 'https://pay.weixin.qq.com/doc/brand/4015407525'

const DIRECT = '1900000109'
const SERVICE = '1900000200'
const SHOP = '1900000301'

const rig = startRules({ merchants: [{ kind: 'merchant', mchid: DIRECT, appids: [APPID] }] })
const partner = startRules({ merchants: [{ mchid: SERVICE, appids: [APPID], subMerchants: [SHOP] }] })

/** An order that a partner places for a shop; a field that is `undefined` is left out. */
const place =
  (more: object = {}) =>
  (): Promise<Answer> => {
    const { appid: _, mchid: __, ...order } = partner.order() as Record<string, unknown>
    const parties = { sp_appid: APPID, sp_mchid: SERVICE, sub_mchid: SHOP }
    return partner.call('POST', '/v3/pay/partner/transactions/native', { ...order, ...parties, ...more })
  }

async function paid(): Promise<string> {
  const out_trade_no = partner.next()
  await place({ out_trade_no })()
  await partner.emulator.pay(out_trade_no)
  return out_trade_no
}

describe('a merchant', () => {
  hold([
    [
      CODES,
      'calls under its own appids',
      () => rig.place({ appid: 'wx0000000000000000' }),
      refused(400, 'APPID_MCHID_NOT_MATCH'),
    ],
    [
      CODES,
      'calls for merchants that exist',
      () => rig.place({ mchid: '1999999999' }),
      refused(400, 'MCH_NOT_EXISTS'),
    ],
  ])
})

describe('a partner', () => {
  hold([
    [PARTNER, 'places orders for its merchants', place(), done()],
    [PARTNER, 'gives its appid', place({ sp_appid: undefined }), wrong('/sp_appid')],
    [PARTNER, 'gives its own number', place({ sp_mchid: undefined }), wrong('/sp_mchid')],
    [PARTNER, 'gives the number of its merchant', place({ sub_mchid: undefined }), wrong('/sub_mchid')],
    [
      PARTNER,
      'gives an appid that is its own',
      place({ sp_appid: 'wx0000000000000000' }),
      refused(400, 'APPID_MCHID_NOT_MATCH'),
    ],
    [
      CODES,
      'has no right to call for merchants of others',
      place({ sub_mchid: '1900000399' }),
      { status: 403, json: { code: 'NO_AUTH' } },
    ],
    [
      PARTNER,
      'numbers orders with 6 characters or more',
      place({ out_trade_no: 'ABC-1' }),
      wrong('/out_trade_no'),
    ],
    [
      PARTNER_CLOSE,
      'closes orders without a word',
      async () => {
        const out_trade_no = partner.next()
        await place({ out_trade_no })()
        const parties = { sp_mchid: SERVICE, sub_mchid: SHOP }
        return partner.call(
          'POST',
          `/v3/pay/partner/transactions/out-trade-no/${out_trade_no}/close`,
          parties,
        )
      },
      { status: 204, text: '' },
    ],
    [
      PARTNER_CLOSE,
      'names the merchant whose order it closes',
      () =>
        partner.call('POST', '/v3/pay/partner/transactions/out-trade-no/ABC123/close', { sp_mchid: SERVICE }),
      wrong('/sub_mchid'),
    ],
    [
      REFUND,
      'names the merchant whose order it refunds',
      async () => partner.refund(await paid()),
      wrong('/sub_mchid'),
    ],
    [
      REFUND,
      'refunds for its merchants',
      async () => partner.refund(await paid(), { sub_mchid: SHOP }),
      done({ status: 'PROCESSING' }),
    ],
  ])
})

interface BrandCall {
  readonly scheme?: string
  readonly idName?: string
  readonly serial?: string
  readonly key?: string
}

const CARDS = '/brand/card-member/cards?state=CARD_EFFECTIVE'

/** A call of the brand, as documented or not. */
function callBrand(
  of: Emulator,
  { scheme = 'WECHATPAY-BRAND-SHA256-RSA2048', idName = 'brand_id', serial, key }: BrandCall = {},
  url = CARDS,
): Promise<Answer> {
  const { brandId, serial: own, privateKey, certs } = of.brand
  const timestamp = Math.floor(of.clock() / 1_000)
  const message = `GET\n${url}\n${timestamp}\nNONCE\n\n`
  const signature = sign('RSA-SHA256', Buffer.from(message), key ?? privateKey).toString('base64')
  const authorization = `${scheme} ${idName}="${brandId}",nonce_str="NONCE",signature="${signature}",timestamp="${timestamp}",serial_no="${own}"`
  const headers = { 'wechatpay-serial': serial ?? Object.keys(certs)[0] ?? '' }
  return call(of, 'GET', url, undefined, { authorization, headers })
}

const brand = (how?: BrandCall, url?: string) => (): Promise<Answer> => callBrand(rig.emulator, how, url)
const signError = refused(401, 'SIGN_ERROR')

describe('a brand', () => {
  hold([
    [BRAND, 'calls below /brand/', brand(), done()],
    [
      BRAND,
      'calls nothing else',
      brand({}, '/v3/merchant-service/complaints-v2?begin_date=2024-03-01&end_date=2024-03-01'),
      signError,
    ],
    [BRAND, 'has a scheme of its own', brand({ scheme: 'WECHATPAY2-SHA256-RSA2048' }), signError],
    [BRAND, 'has a brand_id and no mchid', brand({ idName: 'mchid' }), signError],
    [
      BRAND,
      'does not share the key of a merchant',
      async () => callBrand(rig.emulator, { key: rig.emulator.merchant.privateKey }),
      signError,
    ],
    [BRAND, 'names the public key of the platform', brand({ serial: '' }), { status: 400 }],
    [
      BRAND,
      'does not share the public key of a merchant',
      async () => callBrand(rig.emulator, { serial: Object.keys(rig.emulator.merchant.certs)[0] ?? '' }),
      { status: 400 },
    ],
    [
      BRAND_BASICS,
      'gets JSON in UTF-8',
      async () => ({ type: (await brand()()).headers.get('content-type') }),
      { type: 'application/json; charset=utf-8' },
    ],
    [
      BRAND_BASICS,
      'gets a Request-ID',
      async () => ({ has: (await brand()()).headers.has('request-id') }),
      { has: true },
    ],
    [
      BRAND_BASICS,
      'gets a connection that is kept open for 8 seconds',
      async () => ({ keepAlive: (await brand()()).headers.get('keep-alive') }),
      { keepAlive: 'timeout=8' },
    ],
    [
      BRAND_BASICS,
      'gets what is not to be kept or guessed',
      async () => {
        const { headers } = await brand()()
        const names = ['cache-control', 'x-content-type-options', 'content-language']
        return Object.fromEntries(names.map((name) => [name, headers.get(name)]))
      },
      {
        'cache-control': 'no-cache, must-revalidate',
        'x-content-type-options': 'nosniff',
        'content-language': 'zh-CN',
      },
    ],
  ])
})
