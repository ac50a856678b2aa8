import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, createPublicKey, createVerify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { RequestError } from '../../../lib/index.js'
import { rejection, startGateway } from './gateway.js'
import { type Fields, signatureOf } from './protocol.js'

const gateway = startGateway()
const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** The official signing example. */
const EXAMPLE = {
  key: '192006250b4c09247ec02edce69f6a2d',
  mchid: '10000100',
  xml: {
    appid: 'wxd930ea5d5a258f4f',
    device_info: '1000',
    body: 'test',
    nonce_str: 'ibuaiVcKdpRxkhJA',
  },
  MD5: '9A0A8659F005D6984697E2CA0A9CF3B7',
  'HMAC-SHA256': '6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6',
}
const order = { appid: 'wx1', transaction_id: '', out_trade_no: 'no-1' }

describe('the signature of a request', () => {
  it('is that of the documentation, in MD5', async () => {
    gateway.answer({
      body: '<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code></xml>',
    })
    const wxpay = gateway.client({ secret: EXAMPLE.key, mchid: EXAMPLE.mchid })
    // An endpoint that adds no sign_type, which the example does not have.
    await wxpay.v2.mmpaymkttransfers.sendredpack.post({ xml: EXAMPLE.xml as never })
    expect(gateway.message).toEqual({ ...EXAMPLE.xml, mch_id: EXAMPLE.mchid, sign: EXAMPLE.MD5 })
  })

  it('is that of the documentation, in HMAC-SHA256', () => {
    // The example signs without a sign_type, so no request can show it; the algorithm is the same.
    const fields = { ...EXAMPLE.xml, mch_id: EXAMPLE.mchid }
    expect(signatureOf(fields, EXAMPLE.key, 'HMAC-SHA256')).toBe(EXAMPLE['HMAC-SHA256'])
    expect(signatureOf(fields, EXAMPLE.key, 'MD5')).toBe(EXAMPLE.MD5)
  })

  it.skipIf(!hasOpenssl).each(['MD5', 'HMAC-SHA256'] as const)(
    'is what openssl makes of it, in %s',
    async (sign_type) => {
      gateway.answer(gateway.signed({}))
      await gateway.wxpay.v2.pay.orderquery.post({ xml: { ...order, appid: '中文 &<>', sign_type } })
      const { sign, ...fields } = gateway.message
      const pairs = Object.keys(fields)
        .filter((name) => fields[name] !== '')
        .sort()
        .map((name) => `${name}=${fields[name]}`)
      const input = [...pairs, `key=${gateway.secret}`].join('&')
      const args = sign_type === 'MD5' ? ['-md5'] : ['-sha256', '-hmac', gateway.secret]
      const output = execFileSync('openssl', ['dgst', ...args], { input }).toString()
      expect(output.trim().split(' ').at(-1)?.toUpperCase()).toBe(sign)
    },
  )

  it('is MD5 unless the endpoint or the caller says HMAC-SHA256', async () => {
    gateway.answer(gateway.signed({}))
    const { wxpay } = gateway
    await wxpay.v2.pay.orderquery.post({ xml: order })
    expect([gateway.message.sign_type, gateway.message.sign?.length]).toEqual(['MD5', 32])
    await wxpay.v2.pay.orderquery.post({ xml: { ...order, sign_type: 'HMAC-SHA256' } })
    expect([gateway.message.sign_type, gateway.message.sign?.length]).toEqual(['HMAC-SHA256', 64])
    await wxpay.v2.pay.profitsharingquery.post({ xml: { ...order, out_order_no: '1' } })
    expect([gateway.message.sign_type, gateway.message.sign?.length]).toEqual(['HMAC-SHA256', 64])
    await wxpay.v2.pay.profitsharingquery.post({ xml: { ...order, out_order_no: '1', sign_type: 'MD5' } })
    expect([gateway.message.sign_type, gateway.message.sign?.length]).toEqual(['MD5', 32])
  })

  it('refuses a sign type that is none', async () => {
    const error = await rejection(
      gateway.wxpay.v2.pay.orderquery.post({ xml: { ...order, sign_type: 'SHA256' } }),
    )
    expect(error).toBeInstanceOf(RequestError)
    expect((error as Error).message).toContain('sign_type must be MD5 or HMAC-SHA256')
    expect(gateway.requests).toEqual([])
  })

  it('leaves out what is undefined or null, and does not sign what is empty', async () => {
    gateway.answer(gateway.signed({}))
    await gateway.wxpay.v2.pay.orderquery.post({ xml: { ...order, sub_appid: null } as never })
    expect(Object.keys(gateway.message).sort()).toEqual(
      ['appid', 'mch_id', 'nonce_str', 'out_trade_no', 'sign', 'sign_type', 'transaction_id'].sort(),
    )
    expect(gateway.message.sign).toBe(signatureOf(gateway.message, gateway.secret))
  })

  it('covers the bytes that are sent, whatever is in them', async () => {
    gateway.answer(gateway.signed({}))
    const attach = 'a<b>&"\']]>\r\n  中文🎉 '
    await gateway.wxpay.v2.pay.orderquery.post({
      xml: { ...order, out_trade_no: attach, total_fee: 100 } as never,
    })
    expect(gateway.message).toMatchObject({ out_trade_no: attach, total_fee: '100' })
    expect(gateway.message.sign).toBe(signatureOf(gateway.message, gateway.secret))
    expect(gateway.requests.at(-1)?.headers['content-type']).toBe('text/xml; charset=utf-8')
  })

  it('takes a new nonce each time, and the one that is given', async () => {
    gateway.answer(gateway.signed({}))
    const nonces = new Set<string>()
    for (let count = 0; count < 3; count++) {
      await gateway.wxpay.v2.pay.orderquery.post({ xml: order })
      nonces.add(String(gateway.message.nonce_str))
    }
    expect(nonces.size).toBe(3)
    await gateway.wxpay.v2.pay.orderquery.post({ xml: { ...order, nonce_str: 'mine' } })
    expect(gateway.message.nonce_str).toBe('mine')
    await gateway.wxpay.v2.papay.querycontract.post({ xml: { appid: 'a', version: '1.0' } as never })
    expect(gateway.message).not.toHaveProperty('nonce_str')
  })

  it("runs after the user's own interceptors and transforms", async () => {
    gateway.answer(gateway.signed({}))
    const wxpay = gateway.client()
    wxpay.client.v2.interceptors.request.use((config) => {
      config.data = { ...(config.data as object), appid: 'wx-mine' }
      return config
    })
    wxpay.client.v2.defaults.transformRequest = [
      (data: object) => ({ ...data, device_info: '13467007045764' }),
    ]
    await wxpay.v2.pay.orderquery.post({ xml: order })
    expect(gateway.message).toMatchObject({ appid: 'wx-mine', device_info: '13467007045764' })
    expect(gateway.message.sign).toBe(signatureOf(gateway.message, gateway.secret))
  })

  it('is made anew when a config is sent once more', async () => {
    gateway.answer(gateway.signed({}))
    const wxpay = gateway.client()
    let again = true
    wxpay.client.v2.interceptors.response.use((response) => {
      if (!again) return response
      again = false
      return wxpay.client.v2.request(response.config)
    })
    await wxpay.v2.pay.orderquery.post({ xml: order })
    const [first, second] = gateway.requests.map(({ body }) => body)
    expect(gateway.requests).toHaveLength(2)
    expect(first).not.toBe(second)
    expect(gateway.message.sign).toBe(signatureOf(gateway.message, gateway.secret))
  })

  it('works for who calls the axios instance, with fields or a document', async () => {
    gateway.answer(gateway.signed({}))
    const { v2 } = gateway.wxpay.client
    for (const data of [{ out_trade_no: 'n' }, '<xml><out_trade_no>n</out_trade_no></xml>']) {
      expect((await v2.post('pay/orderquery', data)).data).toMatchObject({ result_code: 'SUCCESS' })
      expect(gateway.requests.at(-1)).toMatchObject({ method: 'POST', url: '/pay/orderquery' })
      expect(gateway.message).toMatchObject({ out_trade_no: 'n', mch_id: '1900000109', sign_type: 'MD5' })
      expect(gateway.message.sign).toBe(signatureOf(gateway.message, gateway.secret))
    }
  })
})

describe('the merchant of a request', () => {
  it('is added under the name the endpoint has for it', async () => {
    gateway.answer(gateway.signed({}))
    const { wxpay } = gateway
    await wxpay.v2.pay.orderquery.post({ xml: order })
    expect(gateway.message.mch_id).toBe('1900000109')
    await wxpay.v2.pay.querycombinedorder.post({ xml: { combine_out_trade_no: '1' } as never })
    expect(gateway.message).toMatchObject({ combine_mch_id: '1900000109' })
    expect(gateway.message).not.toHaveProperty('mch_id')
    await wxpay.v2.pay.settlementquery.post({ xml: {} as never })
    expect(gateway.message).toMatchObject({ mchid: '1900000109' })
    await wxpay.v2.applyment.micro.signcontract.post({ xml: { a: '1' } })
    expect(Object.keys(gateway.message)).toEqual(['a', 'nonce_str', 'sign'])
  })

  it('may be named, but only by its own number', async () => {
    gateway.answer(gateway.signed({}))
    await gateway.wxpay.v2.pay.orderquery.post({ xml: { ...order, mch_id: '1900000109' } })
    const error = await rejection(
      gateway.wxpay.v2.pay.orderquery.post({ xml: { ...order, mch_id: '1230000109' } }),
    )
    expect(error).toBeInstanceOf(RequestError)
    expect((error as Error).message).toBe(
      'POST v2/pay/orderquery: xml.mch_id is 1230000109, but this client is that of merchant 1900000109; leave it out',
    )
  })

  it('does not concern the merchants it acts for', async () => {
    gateway.answer(gateway.signed({}))
    const xml = { ...order, sub_mch_id: '1230000109', contract_mchid: '1230000110' }
    await gateway.wxpay.v2.pay.orderquery.post({ xml: xml as never })
    expect(gateway.message).toMatchObject({
      mch_id: '1900000109',
      sub_mch_id: '1230000109',
      contract_mchid: '1230000110',
    })
  })

  it('is named as the caller likes where the endpoint is not documented', async () => {
    gateway.answer(gateway.signed({}))
    await gateway.wxpay.chain('v2/new/endpoint').post({ xml: { a: 1 } })
    expect(gateway.message).toMatchObject({ a: '1', mch_id: '1900000109', sign_type: 'MD5' })
    await gateway.wxpay.chain('v2/new/endpoint').post({ xml: { mchid: '1230000109' } })
    expect(gateway.message).not.toHaveProperty('mch_id')
  })
})

describe('a request that cannot be signed', () => {
  const post = (xml: unknown) => rejection(gateway.wxpay.v2.pay.orderquery.post({ xml } as never))

  it('names the option that is missing', async () => {
    const error = await rejection(
      gateway.client({ secret: undefined } as never).v2.pay.orderquery.post({ xml: order }),
    )
    expect(error).toBeInstanceOf(RequestError)
    expect((error as Error).message).toBe(
      'POST v2/pay/orderquery: APIv2 requests are signed with the APIv2 key: give new Wechatpay({ secret })',
    )
  })

  it.each([
    ['an object', { detail: { goods: [] } }, /xml.detail must be text or a number; .*JSON.stringify/],
    ['a list', { detail: [] }, /JSON.stringify/],
    ['a boolean', { is_raw: true }, /xml.is_raw .*no booleans/],
    ['NaN', { total_fee: Number.NaN }, /xml.total_fee is NaN/],
    ['a number in scientific notation', { total_fee: 1e21 }, /as text/],
    ['half a character', { body: '\ud83d' }, /Unicode/],
    ['a control character', { body: 'a\u0001' }, /body holds a character/],
    ['a name with a space', { 'a b': 1 }, /no name/],
    ['constructor', { constructor: 'x' }, /xml.constructor/],
    ['no object at all', 'text', /xml must be a plain object/],
  ])('says so of %s', async (_, xml, why) => {
    const error = await post(xml)
    expect(error).toBeInstanceOf(RequestError)
    expect((error as Error).message).toMatch(why)
    expect((error as Error).message).toContain('POST v2/pay/orderquery')
    expect(gateway.requests).toEqual([])
  })

  it.each([
    ['json', { json: {} }, /speaks XML; pass the body as 'xml'/],
    ['a typo', { xmls: {} }, /did you mean 'xml'/],
    ['multipart', { multipart: {} }, /takes no file: pass the body as 'xml'/],
  ])('has a hint for %s', async (_, request, why) => {
    const error = await rejection(gateway.wxpay.v2.pay.orderquery.post(request as never))
    expect(error).toBeInstanceOf(RequestError)
    expect((error as Error).message).toMatch(why)
  })

  it('has a hint for XML sent to APIv3', async () => {
    const error = await rejection(gateway.wxpay.v3.pay.transactions.native.post({ xml: {} } as never))
    expect((error as Error).message).toMatch(/speaks JSON; pass the body as 'json'/)
  })
})

describe('a GET of v2', () => {
  const query = {
    appid: 'wx1',
    plan_id: '12535',
    contract_code: '100005698',
    request_serial: 1000,
    contract_display_account: '微信代扣',
    notify_url: 'https://www.qq.com/test/papay?a=b&c=d',
    version: '1.0',
    timestamp: '1414488825',
  }
  const fieldsOf = (url: string): Fields => Object.fromEntries(new URL(url).searchParams)

  it('is signed over its query', async () => {
    gateway.answer({ body: '<xml><return_code>SUCCESS</return_code><redirect_url>u</redirect_url></xml>' })
    const { data } = await gateway.wxpay.v2.papay.h5entrustweb.get({
      query: { ...query, clientip: '119.145.83.6' } as never,
    })
    expect(data).toMatchObject({ redirect_url: 'u' })
    expect(gateway.message).toMatchObject({
      ...query,
      request_serial: '1000',
      mch_id: '1900000109',
      sign_type: 'MD5',
    })
    expect(gateway.message.sign).toBe(signatureOf(gateway.message, gateway.secret))
    expect(gateway.message).not.toHaveProperty('nonce_str')
  })

  it('gives the URL that a browser is sent to, signed and with its fragment', () => {
    const wxpay = gateway.client({ baseURL: undefined } as never)
    const url = wxpay.v2.papay.entrustweb.url({ query: query as never })
    expect(url).toMatch(/^https:\/\/api\.weixin\.qq\.com\/papay\/entrustweb\?/)
    expect(url.endsWith('#wechat_redirect')).toBe(true)
    const fields = fieldsOf(url)
    expect(fields).toMatchObject({ notify_url: query.notify_url, contract_display_account: '微信代扣' })
    expect(fields.sign).toBe(signatureOf(fields, gateway.secret))
    expect(wxpay.v2.papay.partner.entrustweb.url({ query: query as never })).not.toContain('#')
    expect(wxpay.v2.appauth.authindex.url({ query: {} as never })).toMatch(
      /^https:\/\/payapp\.weixin\.qq\.com\/.*#wechat_redirect$/,
    )
  })

  it('is not called where it is a page', async () => {
    const node = gateway.wxpay.v2.papay.entrustweb as unknown as { get(request: unknown): Promise<unknown> }
    const error = await rejection(node.get({ query }))
    expect(error).toBeInstanceOf(RequestError)
    expect((error as Error).message).toMatch(/url\(…\)/)
    expect(gateway.requests).toEqual([])
  })

  it('carries no XML', async () => {
    const error = await rejection(gateway.wxpay.v2.papay.h5entrustweb.get({ xml: {} } as never))
    expect((error as Error).message).toMatch(/GET carries no body/)
  })

  it('fails by the code in a JSON answer', async () => {
    const ask = () => gateway.wxpay.v2.appauth.getaccesstoken.get({ query: { appid: 'a' } as never })
    gateway.answer({ body: '{"retcode":0,"retmsg":"ok","access_token":"t"}' })
    expect((await ask()).data).toMatchObject({ access_token: 't' })
    expect(gateway.message).toMatchObject({ sign_type: 'HMAC-SHA256' })
    gateway.answer({ body: '{"retcode":-1,"retmsg":"invalid code"}' })
    expect(await rejection(ask())).toMatchObject({
      name: 'ApiError',
      code: '-1',
      message: expect.stringContaining('invalid code'),
    })
  })
})

describe('signatures beyond `sign`', () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('hex').toUpperCase()
  const secret = 'wecom-payment-secret'
  const redpack = {
    nonce_str: 'qFKEgfig76DF9912fewmkp',
    mch_billno: '11111234567890',
    wxappid: 'wx123456789',
    sender_name: 'XX活动',
    re_openid: 'oxTWIuGaIt6gTKsQRLau2M0yL16E',
    total_amount: 100,
    wishing: '祝您元宵节快乐',
    act_name: 'XXX',
    remark: '快来抢',
  }

  it('add the one of WeCom, over its own fields, which `sign` covers', async () => {
    gateway.answer(gateway.signed({}))
    const wxpay = gateway.client({ workwxSecret: secret })
    await wxpay.v2.mmpaymkttransfers.sendworkwxredpack.post({ xml: redpack })
    expect(gateway.message.workwx_sign).toBe(
      md5(
        `act_name=XXX&mch_billno=11111234567890&mch_id=1900000109&nonce_str=qFKEgfig76DF9912fewmkp&re_openid=oxTWIuGaIt6gTKsQRLau2M0yL16E&total_amount=100&wxappid=wx123456789&secret=${secret}`,
      ),
    )
    expect(gateway.message.sign).toBe(signatureOf(gateway.message, gateway.secret))
    gateway.answer({
      body: '<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code></xml>',
    })
    const xml = {
      appid: 'ww1',
      partner_trade_no: 'p1',
      openid: 'o1',
      check_name: 'FORCE_CHECK',
      amount: 100,
      desc: '六月',
    }
    await wxpay.v2.mmpaymkttransfers.promotion.paywwsptrans2pocket.post({
      xml: { ...xml, nonce_str: 'n', spbill_create_ip: '10.2.3.10', ww_msg_type: 'NORMAL_MSG' },
    })
    expect(gateway.message.workwx_sign).toBe(
      md5(
        `amount=100&appid=ww1&desc=六月&mch_id=1900000109&nonce_str=n&openid=o1&partner_trade_no=p1&ww_msg_type=NORMAL_MSG&secret=${secret}`,
      ),
    )
  })

  it('take the one that the caller made', async () => {
    gateway.answer(gateway.signed({}))
    await gateway.wxpay.v2.mmpaymkttransfers.sendworkwxredpack.post({
      xml: { ...redpack, workwx_sign: 'MINE' },
    })
    expect(gateway.message.workwx_sign).toBe('MINE')
  })

  it('add the one of the merchant certificate', async () => {
    gateway.answer(gateway.signed({}))
    const xml = { version: '1.0', cert_serialno: '3775B6A4', timestamp: 1554208460 }
    await gateway.wxpay.v2.secsvc.getrealnameinfo.post({ xml: xml as never })
    const { cert_sign = '' } = gateway.message
    const verify = createVerify('RSA-SHA256').update('cert_serialno=3775B6A4&timestamp=1554208460')
    expect(verify.verify(createPublicKey(gateway.privateKey), cert_sign, 'base64')).toBe(true)
  })
})
