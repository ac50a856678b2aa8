import { describe, expect, it } from 'vitest'
import { type CataloguedEndpoint, catalogue, pathsOf } from '../../lib/cli/routes/catalogue.js'
import { search } from '../../lib/cli/routes/search.js'
import { synonyms } from '../../lib/data/synonyms.js'

/** The number of lines that a reader looks at. */
const FEW = 5

const keyOf = ({ verb, path }: CataloguedEndpoint): string => `${verb.toUpperCase()} ${path}`
const found = (query: string): string[] => search(query.split(' ')).endpoints.map(keyOf)
const first = (query: string): string[] => found(query).slice(0, FEW)
const entries = (query: string): readonly CataloguedEndpoint[] => search(query.split(' ')).endpoints

const JSAPI = 'POST v3/pay/transactions/jsapi'
const NATIVE = 'POST v3/pay/transactions/native'
const H5 = 'POST v3/pay/transactions/h5'
const APP = 'POST v3/pay/transactions/app'
const CODEPAY = 'POST v3/pay/transactions/codepay'
const MICROPAY = 'POST v2/pay/micropay'
const BY_NUMBER = 'GET v3/pay/transactions/out-trade-no/{out_trade_no}'
const BY_ID = 'GET v3/pay/transactions/id/{transaction_id}'
const CLOSE = 'POST v3/pay/transactions/out-trade-no/{out_trade_no}/close'
const REVERSE = 'POST v3/pay/transactions/out-trade-no/{out_trade_no}/reverse'
const REFUND = 'POST v3/refund/domestic/refunds'
const REFUND_QUERY = 'GET v3/refund/domestic/refunds/{out_refund_no}'
const TRADE_BILL = 'GET v3/bill/tradebill'
const FUND_BILL = 'GET v3/bill/fundflowbill'
const SHARE = 'POST v3/profitsharing/orders'
const TRANSFER = 'POST v3/fund-app/mch-transfer/transfer-bills'
const BATCH = 'POST v3/transfer/batches'
const RED_PACKET = 'POST v2/mmpaymkttransfers/sendredpack'
const FAVOR = 'POST v3/marketing/favor/users/{openid}/coupons'
const FAVOR_STOCK = 'POST v3/marketing/favor/coupon-stocks'
const BUSIFAVOR = 'POST v3/marketing/busifavor/stocks'
const COMPLAINTS = 'GET v3/merchant-service/complaints-v2'
const CARDS = 'POST v3/marketing/membercard-open/cards'
const IMPORT = 'POST v3/marketing/membercard-open/cards/{card_id}/users/import'
const FAPIAO = 'POST v3/new-tax-control-fapiao/fapiao-applications'
const PAYSCORE = 'POST v3/payscore/serviceorder'
const COMBINE = 'POST v3/combine-transactions/jsapi'
const APPLYMENT = 'POST v3/applyment4sub/applyment'
const SUB_APPLYMENT = 'POST v3/ecommerce/applyments'
const IMAGE = 'POST v3/merchant-service/images/upload'
const MEDIA = 'POST v3/merchant/media/upload'
const CERTIFICATES = 'GET v3/certificates'

/** The endpoints that each query finds among the first lines; the first of them is in the first line. */
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  小程序下单: [JSAPI],
  小程序支付: [JSAPI],
  公众号支付: [JSAPI],
  'mini program payment': [JSAPI],
  native: [NATIVE],
  'Native 支付': [NATIVE],
  扫码支付: [NATIVE, CODEPAY],
  付款码: [CODEPAY, MICROPAY],
  付款码支付: [CODEPAY, MICROPAY],
  micropay: [CODEPAY, MICROPAY],
  H5: [H5],
  H5支付: [H5],
  'H5 支付': [H5],
  'APP 支付': [APP],
  APP支付: [APP],
  查询订单: [BY_NUMBER, BY_ID],
  查订单: [BY_NUMBER, BY_ID],
  订单查询: [BY_NUMBER, BY_ID],
  'order query': [BY_NUMBER, BY_ID],
  关单: [CLOSE],
  关闭订单: [CLOSE],
  'close order': [CLOSE],
  撤销: [REVERSE],
  撤销订单: [REVERSE],
  退款: [REFUND, REFUND_QUERY],
  申请退款: [REFUND],
  怎么退款: [REFUND],
  怎么申请退款的接口: [REFUND],
  refund: [REFUND, REFUND_QUERY],
  查询退款: [REFUND_QUERY],
  'refund query': [REFUND_QUERY],
  账单: [TRADE_BILL, FUND_BILL],
  对账单: [TRADE_BILL],
  bill: [TRADE_BILL, FUND_BILL],
  资金账单: [FUND_BILL],
  证书: [CERTIFICATES],
  certificate: [CERTIFICATES],
  合单: [COMBINE],
  合单支付: [COMBINE],
  分账: [SHARE],
  'profit sharing': [SHARE],
  转账: [TRANSFER, BATCH],
  商家转账: [TRANSFER],
  transfer: [TRANSFER, BATCH],
  批量转账: [BATCH],
  现金红包: [RED_PACKET],
  'red packet': ['POST v3/fund-app/brand-redpacket/brand-merchant-batches', RED_PACKET],
  提现: ['POST v3/merchant/fund/withdraw', 'POST v3/ecommerce/fund/withdraw'],
  withdraw: ['POST v3/merchant/fund/withdraw', 'POST v3/ecommerce/fund/withdraw'],
  代金券: [FAVOR_STOCK, FAVOR],
  发放代金券: [FAVOR],
  商家券: [BUSIFAVOR],
  coupon: [FAVOR, BUSIFAVOR],
  会员卡: [CARDS],
  '会员卡 import': [IMPORT],
  'member card import': [IMPORT],
  投诉: [COMPLAINTS],
  complaint: [COMPLAINTS],
  电子发票: [FAPIAO],
  invoice: [FAPIAO],
  支付分: [PAYSCORE],
  payscore: [PAYSCORE],
  特约商户进件: [APPLYMENT],
  二级商户进件: [SUB_APPLYMENT],
  'v2 refund': ['POST v2/secapi/pay/refund'],
  服务商下单: ['POST v3/pay/partner/transactions/jsapi'],
  'global refund': ['POST v3/global/refunds'],
}

describe('a search', { timeout: 60_000 }, () => {
  it.each(Object.entries(QUERIES))('for %s finds what is meant by it at once', (query, expected) => {
    expect(first(query)[0]).toBe(expected[0])
    expect(first(query)).toEqual(expect.arrayContaining([...expected]))
  })

  it('finds what several products have in any order', () => {
    for (const query of ['上传图片', '图片上传', 'upload image']) {
      expect(first(query)).toEqual(expect.arrayContaining([IMAGE, MEDIA]))
    }
    expect(first('红包')).toContain(RED_PACKET)
  })

  it('finds the endpoints of a product by its name', () => {
    const products = new Set(catalogue().flatMap(({ products: own }) => own))
    const strays = [...products].filter((product) => {
      return !entries(product)
        .slice(0, FEW)
        .some(({ products: own }) => own.some((one) => one.includes(product)))
    })
    expect(strays).toEqual([])
  })

  it('finds an endpoint by its whole name before those whose name says more', () => {
    const current = catalogue().filter(({ isClosed }) => !isClosed)
    const names = [...new Set(current.map(({ name }) => name))].filter((_, at) => at % 12 === 0)
    for (const name of names) {
      const top = entries(name).slice(0, FEW)
      expect(
        top.flatMap((one) => [one.name, ...one.otherNames]),
        name,
      ).toContain(name)
    }
  })

  it('takes spaces, case, width and hyphens for nothing', () => {
    const [plain] = [found('小程序下单')]
    for (const query of ['小程序 下单', ' 小程序　下单 ']) expect(found(query)).toEqual(plain)
    expect(search(['profit sharing'])).toEqual(search(['profit', 'sharing']))
    expect(search(['v3/profitsharing 回退'])).toEqual(search(['v3/profitsharing', '回退']))
    expect(found('ＪＳＡＰＩ')).toEqual(found('jsapi'))
    expect(found('mini-program')).toEqual(found('mini program'))
    expect(found('profit-sharing')).toEqual(found('profit sharing'))
    expect(found('outTradeNo')).toEqual(found('out_trade_no'))
    expect(found('refunds')).toEqual(found('refund'))
  })

  it('finds what is meant in spite of a typo, and says that no word is whole', () => {
    for (const [typo, meant] of [
      ['cetificate', CERTIFICATES],
      ['profitsharin', SHARE],
      ['refound', REFUND],
    ] as const) {
      expect(first(typo), typo).toContain(meant)
    }
    expect(search(['cetificate']).isComplete).toBe(false)
  })

  it('does not take a short word for the beginning of another', () => {
    expect(entries('app').filter(({ path }) => /\/apply/.test(path) && !/\bapp\b/.test(path))).toEqual([])
  })

  it('finds the same in Chinese as in English', () => {
    const same = [
      ['退款', 'refund'],
      ['关单', 'close order'],
      ['分账', 'profit sharing'],
      ['投诉', 'complaint'],
      ['支付分', 'payscore'],
    ] as const
    for (const [chinese, english] of same) expect(first(chinese)[0]).toBe(first(english)[0])
  })

  it('finds something for each list of synonyms', () => {
    const { words } = JSON.parse(synonyms) as { readonly words: readonly (readonly string[])[] }
    const idle = words.filter((list) => list.every((word) => !search([word]).isComplete))
    expect(idle).toEqual([])
  })

  it('gives those that have all of it, and only where there are none, those with some', () => {
    expect(search(['退款'])).toMatchObject({ isComplete: true })
    const some = search(['退款', 'teapot'])
    expect(some.isComplete).toBe(false)
    expect(some.endpoints.map(keyOf)[0]).toBe(REFUND)
    expect(search(['teapot'])).toEqual({ endpoints: [], isComplete: false })
    expect(search([]).endpoints).toEqual(catalogue())
    expect(search([], 'put').endpoints.map(({ verb }) => verb)).not.toContain('get')
  })
})

describe('the order of what is found', { timeout: 60_000 }, () => {
  it('has current endpoints before those that are closed', () => {
    for (const query of ['投诉', '退款', '查询订单', '进件', 'order query', '代金券']) {
      const closed = entries(query).map(({ isClosed }) => isClosed)
      expect(closed).toContain(true)
      expect(closed.indexOf(true), query).toBeGreaterThan(closed.lastIndexOf(false))
    }
  })

  it('has APIv3 before APIv2, and merchants before partners before access points abroad, for the same name', () => {
    const groups = new Map<string, CataloguedEndpoint[]>()
    for (const endpoint of catalogue()) {
      groups.set(endpoint.name, [...(groups.get(endpoint.name) ?? []), endpoint])
    }
    for (const name of [
      '申请退款',
      'JSAPI下单',
      '下载对账单',
      '创建支付分订单',
      '添加分账接收方',
      '提交付款码支付',
    ]) {
      const group = groups.get(name) ?? []
      expect(group.length, name).toBeGreaterThan(1)
      const ranked = entries(name).filter((endpoint) => endpoint.name === name && !endpoint.isClosed)
      const versions = ranked
        .filter(({ audience }) => audience.includes('merchant'))
        .map(({ path }) => path.slice(0, 2))
      expect(versions, name).toEqual([...versions].sort().reverse())
      const v3 = ranked.filter(({ path }) => path.startsWith('v3'))
      const ranks = v3.map(({ audience }) =>
        audience.includes('merchant') ? 0 : audience.includes('partner') ? 1 : 2,
      )
      expect(ranks, name).toEqual([...ranks].sort())
    }
  })

  it('has a partner’s endpoints first when they are asked for', () => {
    for (const query of ['服务商 JSAPI', 'partner jsapi'])
      expect(entries(query)[0]?.audience).toEqual(['partner'])
  })
})

describe('a search for a path', { timeout: 60_000 }, () => {
  const slashed = catalogue().filter((endpoint) => pathsOf(endpoint).length > 1)

  it('finds an endpoint with and without the slash that the documentation ends it with', () => {
    expect(slashed.map(keyOf)).toEqual(expect.arrayContaining([APPLYMENT, SUB_APPLYMENT]))
    for (const endpoint of slashed) {
      for (const spelling of [...pathsOf(endpoint), `/${endpoint.path}/`, `${endpoint.path}/{empty}`]) {
        expect(first(spelling)[0], spelling).toBe(keyOf(endpoint))
      }
    }
  })

  it('finds it by its template, with ids in it, as a URL, as it goes over the wire, and as a chain', () => {
    expect(first(BY_ID.slice(4))[0]).toBe(BY_ID)
    expect(found('v3/pay/transactions/id/4200001')).toEqual([BY_ID])
    expect(first('https://api.mch.weixin.qq.com/v3/refund/domestic/refunds')[0]).toBe(REFUND)
    expect(first('https://api.mch.weixin.qq.com/v3/applyment4sub/applyment/')[0]).toBe(APPLYMENT)
    expect(first('/secapi/pay/refund')[0]).toBe('POST v2/secapi/pay/refund')
    expect(first('hk/v3/refunds/id/1')[0]).toBe('GET v3/refunds/id/{refund_id}')
    for (const chain of [
      'wxpay.v3.pay.transactions.native.post({ … })',
      "wxpay['v3/pay/transactions'].native",
    ]) {
      expect(search([chain]).endpoints.map(keyOf)[0]).toBe(NATIVE)
    }
    expect(first('transactions/native')).toContain(NATIVE)
  })

  it('finds all that lies below it, together with words', () => {
    const below = entries('v3/marketing/membercard-open')
    expect(below.every(({ path }) => path.startsWith('v3/marketing/membercard-open'))).toBe(true)
    expect(first('v3/marketing/membercard-open 导入')[0]).toBe(IMPORT)
  })

  it('finds it by any page that documents it', () => {
    const close = catalogue().find((endpoint) => keyOf(endpoint) === CLOSE)
    for (const url of [...(close?.docs ?? []), ...(close?.otherDocs ?? [])]) {
      expect(found(url), url).toContain(CLOSE)
      expect(found(url.split('/').at(-1) ?? ''), url).toContain(CLOSE)
    }
  })
})
