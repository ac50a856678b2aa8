import { execFileSync } from 'node:child_process'
import { createSecretKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type MerchantOptions, RequestError, Wechatpay } from '../../lib/index.js'
import { createPayments } from '../../lib/pay-sign/payments.js'
import { createPaySigning } from '../../lib/pay-sign/sign.js'
import { signMessage } from '../../lib/protocols/v2/sign.js'
import { opensslVerifies, pem } from '../openssl.js'

const SECRET = '192006250b4c09247ec02edce69f6a2d'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const { publicKey: platform } = generateKeyPairSync('rsa', { modulusLength: 2048 })

const create = (more: Partial<MerchantOptions> = {}) =>
  new Wechatpay({
    mchid: '1900000109',
    serial: '3775B6A45ACD588826D15E583A95F5DD00000000',
    privateKey: pem(privateKey),
    certs: { PUB_KEY_ID_0119000001092024010100000000000000: pem(platform) },
    secret: SECRET,
    ...more,
  })
const { paySign } = create()

/** HMAC-SHA256 by another program. */
function opensslHmac(text: string): string {
  const input = `${text}&key=${SECRET}`
  const out = execFileSync('openssl', ['dgst', '-sha256', '-hmac', SECRET, '-r'], { input })
  return out.toString().slice(0, 64).toUpperCase()
}
function opensslMd5(text: string): string {
  const out = execFileSync('openssl', ['dgst', '-md5', '-r'], { input: `${text}&key=${SECRET}` })
  return out.toString().slice(0, 32).toUpperCase()
}

describe('a payment in WeChat or a mini-program', () => {
  const request = { appId: 'wx8888888888888888', prepayId: 'wx201410272009395522657a690389285100' }

  it('is signed as openssl signs', () => {
    const { appId, timeStamp, nonceStr, package: pack, signType, paySign: sign } = paySign.jsapi(request)
    expect({ appId, pack, signType }).toEqual({
      appId: request.appId,
      pack: 'prepay_id=wx201410272009395522657a690389285100',
      signType: 'RSA',
    })
    expect(timeStamp).toMatch(/^\d{10}$/)
    expect(nonceStr).toMatch(/^\w{32}$/)
    const message = `${appId}\n${timeStamp}\n${nonceStr}\n${pack}\n`
    expect(opensslVerifies(message, sign, publicKey)).toBe(true)
  })

  it('signs the message of the documentation, byte for byte', () => {
    const stamp = { timestamp: '1414561699', nonce: '5K8264ILTKCH16CQ2502SI8ZNMTM67VS' }
    const signer = { mchid: '1900000109', serial: '', privateKey }
    const { paySign: sign } = createPayments(createPaySigning(signer, undefined, () => stamp)).jsapi(request)
    const documented =
      'wx8888888888888888\n1414561699\n5K8264ILTKCH16CQ2502SI8ZNMTM67VS\nprepay_id=wx201410272009395522657a690389285100\n'
    expect(opensslVerifies(documented, sign, publicKey)).toBe(true)
  })

  it.each([
    ['MD5', opensslMd5],
    ['HMAC-SHA256', opensslHmac],
  ] as const)('is signed with %s when the order was placed by APIv2', (signType, signature) => {
    const { paySign: sign, ...rest } = paySign.jsapi({ ...request, signType })
    expect(rest.signType).toBe(signType)
    expect(sign).toBe(
      signature(
        `appId=${rest.appId}&nonceStr=${rest.nonceStr}&package=${rest.package}&signType=${signType}&timeStamp=${rest.timeStamp}`,
      ),
    )
  })

  it.each([undefined, 'MD5', 'HMAC-SHA256'] as const)(
    'has its time by both names that front ends read, signed or not: %s',
    (signType) => {
      const parameters = paySign.jsapi({ ...request, ...(signType && { signType }) })
      const names = ['appId', 'timeStamp', 'timestamp', 'nonceStr', 'package', 'signType', 'paySign']
      expect(Object.keys(parameters).sort()).toEqual(names.sort())
      expect(parameters.timestamp).toBe(parameters.timeStamp)
    },
  )

  it('never has the same nonce twice', () => {
    const nonces = Array.from({ length: 50 }, () => paySign.jsapi(request).nonceStr)
    expect(new Set(nonces).size).toBe(50)
  })
})

describe('a payment in an app', () => {
  const request = { appId: 'wxcbda96de0b165486', prepayId: 'wx201410272009395522657a690389285100' }

  it('is signed over the bare prepay id', () => {
    const { sign, ...rest } = paySign.app(request)
    expect(rest).toMatchObject({
      appid: request.appId,
      partnerid: '1900000109',
      prepayid: request.prepayId,
      package: 'Sign=WXPay',
    })
    const message = `${rest.appid}\n${rest.timestamp}\n${rest.noncestr}\n${rest.prepayid}\n`
    expect(opensslVerifies(message, sign, publicKey)).toBe(true)
  })

  it('names another merchant on demand, and signs as APIv2 does', () => {
    const { sign, ...rest } = paySign.app({ ...request, partnerId: '1900007291', signType: 'MD5' })
    expect(rest.partnerid).toBe('1900007291')
    expect(sign).toBe(
      opensslMd5(
        `appid=${rest.appid}&noncestr=${rest.noncestr}&package=Sign=WXPay&partnerid=1900007291&prepayid=${rest.prepayid}&timestamp=${rest.timestamp}`,
      ),
    )
  })
})

describe('payscore', () => {
  it('confirms an order', () => {
    const { sign, ...rest } = paySign.score({ package: 'XXXXXXXX' })
    expect(Object.keys(rest)).toEqual(['mch_id', 'package', 'timestamp', 'nonce_str', 'sign_type'])
    expect(sign).toBe(
      opensslHmac(
        `mch_id=1900000109&nonce_str=${rest.nonce_str}&package=XXXXXXXX&sign_type=HMAC-SHA256&timestamp=${rest.timestamp}`,
      ),
    )
  })

  it('shows an order and opens a service', () => {
    const detail = paySign.scoreDetail({ serviceId: '88888888000011', outOrderNo: '1234323JKHDFE1243252' })
    expect(detail.sign).toBe(
      opensslHmac(
        `mch_id=1900000109&nonce_str=${detail.nonce_str}&out_order_no=1234323JKHDFE1243252&service_id=88888888000011&sign_type=HMAC-SHA256&timestamp=${detail.timestamp}`,
      ),
    )
    const enable = paySign.scoreEnable({ serviceId: '88888888000011', outRequestNo: '1234323JKHDFE1243252' })
    expect(enable.sign).toBe(
      opensslHmac(
        `mch_id=1900000109&nonce_str=${enable.nonce_str}&out_request_no=1234323JKHDFE1243252&service_id=88888888000011&sign_type=HMAC-SHA256&timestamp=${enable.timestamp}`,
      ),
    )
  })

  it('goes to web pages and apps as a query string', () => {
    const parameters = paySign.score({ package: 'DJIOSQPYWDxsjdldeuwhdodwxasd_dDiodnwjh9we=&+' })
    const query = new URLSearchParams(paySign.queryString(parameters))
    expect(Object.fromEntries(query)).toEqual(parameters)
    expect(paySign.queryString(parameters)).toContain('we%3D%26%2B&')
  })

  it.each([undefined, 'a=1', { a: undefined }, { a: {} }, { a: '\ud800' }])(
    'is not made of %j',
    (parameters) => {
      expect(() => paySign.queryString(parameters as never)).toThrow(RequestError)
    },
  )
})

describe('coupons', () => {
  it('are flattened and numbered for the plugin of mini-programs', () => {
    const { send_coupon_params, send_coupon_merchant, sign } = paySign.coupons({
      merchant: '10016226',
      coupons: [
        { stockId: '1234567', outRequestNo: 'abc123', couponCode: 'asdsada' },
        { stockId: '2345678', outRequestNo: '123abc', couponCode: 'asdsadb' },
      ],
    })
    expect(send_coupon_params).toEqual([
      { stock_id: '1234567', out_request_no: 'abc123', coupon_code: 'asdsada' },
      { stock_id: '2345678', out_request_no: '123abc', coupon_code: 'asdsadb' },
    ])
    expect(send_coupon_merchant).toBe('10016226')
    // The message is the one that the documentation gives as its example.
    expect(sign).toBe(
      opensslHmac(
        'coupon_code0=asdsada&coupon_code1=asdsadb&out_request_no0=abc123&out_request_no1=123abc&send_coupon_merchant=10016226&stock_id0=1234567&stock_id1=2345678',
      ),
    )
  })

  it('have a page of their own in H5', () => {
    const url = new URL(
      paySign.couponUrl({
        stockId: '1234567890000000',
        outRequestNo: '201911280000',
        openId: 'oiSFDIOoijdsf',
        merchant: '123456789',
      }),
    )
    expect(url.origin + url.pathname).toBe('https://action.weixin.qq.com/busifavor/getcouponinfo')
    expect(url.hash).toBe('#wechat_pay&wechat_redirect')
    const { sign, ...rest } = Object.fromEntries(url.searchParams)
    expect(rest).toEqual({
      stock_id: '1234567890000000',
      out_request_no: '201911280000',
      open_id: 'oiSFDIOoijdsf',
      send_coupon_merchant: '123456789',
    })
    expect(sign).toBe(
      opensslHmac(
        'open_id=oiSFDIOoijdsf&out_request_no=201911280000&send_coupon_merchant=123456789&stock_id=1234567890000000',
      ),
    )
  })
})

describe('links', () => {
  const h5Url =
    'https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx20161110163838f231619da20804912345&package=1037687096'

  it('adds where to return to, encoded, and changes nothing else', () => {
    expect(paySign.h5({ h5Url, redirectUrl: 'https://www.wechatpay.com.cn' })).toBe(
      `${h5Url}&redirect_url=https%3A%2F%2Fwww.wechatpay.com.cn`,
    )
    const redirectUrl = 'https://example.com/a?b=c&d=e f#g'
    const url = new URL(paySign.h5({ h5Url, redirectUrl }))
    expect(url.searchParams.get('redirect_url')).toBe(redirectUrl)
    expect(url.hash).toBe('')
  })

  it.each([
    [{ h5Url: 'http://wx.tenpay.com/?a=b', redirectUrl: 'https://a.b' }, 'h5Url'],
    [{ h5Url: 'weixin://wxpay/bizpayurl?pr=x', redirectUrl: 'https://a.b' }, 'h5Url'],
    [{ h5Url: `${h5Url}&redirect_url=x`, redirectUrl: 'https://a.b' }, 'redirect_url already'],
    [{ h5Url, redirectUrl: '/thanks' }, 'redirectUrl'],
  ])('refuses %j', (request, why) => {
    expect(() => paySign.h5(request)).toThrow(why)
  })

  it('signs a fixed QR code of APIv2', () => {
    const link = paySign.native({ appId: 'wx2421b1c4370ec43b', productId: '88888' })
    expect(link).toMatch(/^weixin:\/\/wxpay\/bizpayurl\?appid=/)
    const { sign, ...rest } = Object.fromEntries(new URLSearchParams(link.split('?')[1]))
    expect(sign).toBe(
      opensslMd5(
        `appid=wx2421b1c4370ec43b&mch_id=1900000109&nonce_str=${rest.nonce_str}&product_id=88888&time_stamp=${rest.time_stamp}`,
      ),
    )
  })
})

describe('what is missing or mistyped', () => {
  const prepayId = 'wx201410272009395522657a690389285100'
  it.each([
    [undefined, 'takes an object'],
    [{}, 'appId is missing'],
    [{ appId: 'wx1' }, 'prepayId is missing'],
    [{ appId: 'wx1', prepayId: undefined }, 'prepayId is missing'],
    [{ appId: 'wx1', prepayId: null }, 'prepayId is missing'],
    [{ appId: 1, prepayId }, 'appId must be a text, not number'],
    [{ appId: ' ', prepayId }, 'appId is empty'],
    [{ appId: 'wx1\n', prepayId }, 'appId has characters'],
    [{ appid: 'wx1', prepayId }, "unknown field 'appid'; did you mean 'appId'?"],
    [{ appId: 'wx1', prepayId, signType: 'SHA1' }, 'signType must be RSA or MD5 or HMAC-SHA256'],
    [{ appId: 'wx1', prepayId: `prepay_id=${prepayId}` }, 'without'],
  ])('is an error that names it: %j', (request, why) => {
    const sign = () => paySign.jsapi(request as never)
    expect(sign).toThrow(RequestError)
    expect(sign).toThrow(why)
  })

  it('goes for lists too', () => {
    expect(() => paySign.coupons({ coupons: [] })).toThrow('coupons must be a list')
    expect(() => paySign.coupons(undefined as never)).toThrow(RequestError)
    expect(() =>
      paySign.coupons({ coupons: [{ stockId: '1', outRequestNo: '2' }, { stockId: '1' } as never] }),
    ).toThrow('coupons[1]: outRequestNo is missing')
  })

  it('goes for the APIv2 key', () => {
    const { paySign: unable } = create({ secret: undefined as never })
    expect(() => unable.score({ package: 'x' })).toThrow(/paySign\.score is signed with the APIv2 key/)
    expect(unable.jsapi({ appId: 'wx1', prepayId }).signType).toBe('RSA')
  })
})

describe('the signature of APIv2', () => {
  it('is the one that the documentation gives for its example', () => {
    const secret = createSecretKey(Buffer.from(SECRET))
    const message = {
      appid: 'wxd930ea5d5a258f4f',
      mch_id: '10000100',
      device_info: '1000',
      body: 'test',
      nonce_str: 'ibuaiVcKdpRxkhJA',
    }
    expect(signMessage(message, 'MD5', secret)).toBe('9A0A8659F005D6984697E2CA0A9CF3B7')
    expect(signMessage(message, 'HMAC-SHA256', secret)).toBe(
      '6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6',
    )
  })
})
