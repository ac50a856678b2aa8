import { describe, expect, it } from 'vitest'
import { lookup } from '../../lib/catalog/lookup.js'
import { documentedPaths } from '../../lib/catalog/routes.js'
import type { Traits } from '../../lib/catalog/traits.js'

const endpoints = documentedPaths().flatMap(({ path, verbs }) =>
  verbs.map((verb) => ({ name: `${verb} ${path.join('/')}`, traits: lookup(path.join('/'), verb) })),
)

const named = (has: (traits: Traits) => unknown): string[] =>
  endpoints.flatMap(({ name, traits }) => (traits && has(traits) ? [name] : [])).sort()

/** Written out, so that nothing becomes believed without a signature by a slip in the catalogue. */
describe('the only responses that are believed', () => {
  it('without a signature are these', () => {
    expect(named(({ unsigned }) => unsigned)).toEqual(
      [
        'get v2/appauth/authindex',
        'get v2/appauth/getaccesstoken',
        'get v2/papay/entrustweb',
        'get v2/papay/h5entrustweb',
        'get v2/papay/partner/entrustweb',
        'get v2/papay/partner/h5entrustweb',
        'get v3/billdownload/file',
        'get v3/global/merchant-service/images/{media_id}',
        'get v3/merchant-service/images/{media_id}',
        'get v3/new-tax-control-fapiao/download',
        'get v3/transferdownload/elecvoucherfile',
        'get v3/transferdownload/signfile',
        'post v2/billcommentsp/batchquerycomment',
        'post v2/mchrisk/querymchrisk',
        'post v2/mchrisk/setmchriskcallback',
        'post v2/mchrisk/syncmchriskresult',
        'post v2/mmpaymkttransfers/gethbinfo',
        'post v2/mmpaymkttransfers/gettransferinfo',
        'post v2/mmpaymkttransfers/promotion/paywwsptrans2pocket',
        'post v2/mmpaymkttransfers/promotion/querywwsptrans2pocket',
        'post v2/mmpaymkttransfers/promotion/transfers',
        'post v2/mmpaymkttransfers/sendgroupredpack',
        'post v2/mmpaymkttransfers/sendminiprogramhb',
        'post v2/mmpaymkttransfers/sendredpack',
        'post v2/mmpaysptrans/query_bank',
        'post v2/pay/downloadbill',
        'post v2/pay/downloadfundflow',
        'post v2/payitil/report',
        'post v2/risk/getpublickey',
        'post v2/risk/getviolation',
        'post v2/sandboxnew/pay/downloadbill',
        'post v2/sandboxnew/pay/getsignkey',
        'post v2/secapi/mch/submchmanage',
        'post v2/xdc/apiv2getsignkey/sign/getsignkey',
      ].sort(),
    )
  })

  it('with or without a sign are these, all of APIv2', () => {
    expect(named(({ optionalSign }) => optionalSign)).toEqual([
      'post v2/applyment/micro/signcontract',
      'post v2/fund/queryautowithdrawbydate',
      'post v2/fund/reautowithdrawbydate',
      'post v2/mmpaymkttransfers/query_coupon_stock',
      'post v2/mmpaymkttransfers/queryworkwxredpack',
      'post v2/mmpaymkttransfers/sendworkwxredpack',
      'post v2/mmpaysptrans/pay_bank',
      'post v2/pay/profitsharingorderamountquery',
      'post v2/pay/settlementquery',
      'post v2/risk/getcertficates',
      'post v2/secsvc/realnameauth',
      'post v2/xdc/apiv2sandbox/pay/micropay',
      'post v2/xdc/apiv2sandbox/pay/orderquery',
    ])
  })

  it('by a signed digest of their body are these', () => {
    expect(named(({ signedDigest }) => signedDigest)).toEqual([
      'get v3/global/statements',
      'get v3/statements',
    ])
  })
})
