import { describe, expect, it } from 'vitest'
import { traitsOf } from '../../catalog/traits.js'
import {
  canonicalPath,
  exactSegments,
  isDocumentedPrefix,
  knownVerbs,
  lookup,
} from '../../lib/catalog/lookup.js'
import { nearestRoute } from '../../lib/catalog/suggest.js'
import { repositoryCatalogue } from './loaded.js'

const { endpoints } = repositoryCatalogue

describe('the traits of an endpoint', () => {
  it('are undefined for an undocumented path or verb', () => {
    expect(lookup('v3/pay/teapots', 'post')).toBeUndefined()
    expect(lookup('v3/pay/transactions', 'post')).toBeUndefined()
    expect(lookup('v3/pay/transactions/jsapi', 'get')).toBeUndefined()
    expect(lookup('v3/pay/transactions/jsapi/', 'post')).toBeUndefined()
    expect(lookup('constructor/prototype', 'get')).toBeUndefined()
    expect(lookup('', 'get')).toBeUndefined()
  })

  it('are one shared empty object where nothing is special', () => {
    const traits = lookup('v3/certificates', 'get')
    expect(traits).toEqual({})
    expect(lookup('v3/bill/tradebill', 'get')).toBe(traits)
    expect(Object.isFrozen(traits)).toBe(true)
  })

  it('differ by verb', () => {
    expect(lookup('v3/refunds', 'post')).toMatchObject({
      wire: 'hk/v3/refunds',
      idempotent: 'json.out_refund_no',
    })
    expect(lookup('v3/refunds', 'get')).toMatchObject({
      wire: 'hk/v3/refunds',
      pages: ['query.offset', 'query.count', 'data'],
    })
  })

  it('are those of the catalogue for every endpoint', () => {
    for (const endpoint of endpoints) {
      const { template, verb, api } = endpoint
      const { prefix, ...traits } = traitsOf(endpoint)
      const usual = api === 'v2' ? template.slice('v2/'.length) : prefix && `${prefix}/${template}`
      expect(lookup(template, verb), `${verb} ${template}`).toEqual({
        ...(usual && { wire: usual }),
        ...traits,
      })
    }
  }, 60_000)

  it('give the path on the wire: v2 without its prefix, hk/ and global/ with theirs', () => {
    expect(lookup('v2/pay/micropay', 'post')?.wire).toBe('pay/micropay')
    expect(lookup('v3/refunds/id/{refund_id}', 'get')?.wire).toBe('hk/v3/refunds/id/{refund_id}')
    expect(lookup('hk/v3/certificates', 'get')).toEqual({})
  })

  it('name the access point', () => {
    expect(lookup('v3/customs/orders', 'patch')).toMatchObject({
      origin: 'https://apihk.mch.weixin.qq.com',
      wire: 'global/v3/customs/orders',
    })
    expect(lookup('v3/global/certificates', 'get')?.origin).toBe('https://apihk.mch.weixin.qq.com')
    expect(lookup('v2/risk/getpublickey', 'post')?.origin).toBe('https://fraud.mch.weixin.qq.com')
    expect(lookup('v2/face/get_wxpayface_authinfo', 'post')?.origin).toBe('https://payapp.weixin.qq.com')
    expect(lookup('v3/new-tax-control-fapiao/download', 'get')).toMatchObject({
      origin: 'https://pay.wechatpay.cn',
      wire: 'invoicing/fapiao/fapiao-file',
    })
  })

  it('know redirects, which are never called', () => {
    expect(lookup('v2/appauth/authindex', 'get')).toMatchObject({
      origin: 'https://payapp.weixin.qq.com',
      wire: 'appauth/authindex',
      fragment: '#wechat_redirect',
      redirect: true,
    })
    expect(lookup('v2/papay/entrustweb', 'get')?.redirect).toBe(true)
    expect(lookup('v2/papay/h5entrustweb', 'get')?.redirect).toBeUndefined()
  })

  it('know how an answer is vouched for', () => {
    expect(lookup('v3/billdownload/file', 'get')).toEqual({ unsigned: true, answer: 'binary' })
    expect(lookup('v3/statements', 'get')).toMatchObject({ signedDigest: 'Wechatpay-Statement-Sha1' })
    expect(lookup('v3/statements', 'get')?.unsigned).toBeUndefined()
    expect(lookup('v2/pay/settlementquery', 'post')?.optionalSign).toBe(true)
    expect(lookup('v2/mmpaymkttransfers/sendredpack', 'post')?.unsigned).toBe(true)
    expect(lookup('v2/mmpaysptrans/pay_bank', 'post')).toMatchObject({ optionalSign: true })
  })

  it('know what an answer is', () => {
    expect(lookup('v2/appauth/getaccesstoken', 'get')?.answer).toBe('json')
    expect(lookup('v2/billcommentsp/batchquerycomment', 'post')?.answer).toBe('text')
    expect(lookup('v2/pay/downloadbill', 'post')?.answer).toBe('binary')
    expect(lookup('v3/pay/transactions/out-trade-no/{out_trade_no}/close', 'post')).toEqual({
      answer: 'none',
      idempotent: 'path.out_trade_no',
      fills: ['json.mchid'],
    })
    expect(lookup('v2/pay/micropay', 'post')?.answer).toBeUndefined()
  })

  it('know how v2 signs', () => {
    expect(lookup('v2/secapi/pay/profitsharing', 'post')).toMatchObject({
      certificate: true,
      signType: 'HMAC-SHA256',
    })
    expect(lookup('v2/mmpaymkttransfers/sendredpack', 'post')?.noSignType).toBe(true)
    expect(lookup('v2/papay/deletecontract', 'post')?.nonceless).toBe(true)
    expect(lookup('v2/secsvc/getrealnameinfo', 'post')?.extraSigns).toEqual(['cert_sign'])
    expect(lookup('v2/pay/unifiedorder', 'post')).toEqual({
      wire: 'pay/unifiedorder',
      idempotent: 'xml.out_trade_no',
      fills: ['xml.appid', 'xml.notify_url'],
    })
  })

  it('know the field of the merchant id', () => {
    expect(lookup('v2/pay/combinedorder', 'post')?.merchantId).toBe('combine_mch_id')
    expect(lookup('v2/mmpaymkttransfers/promotion/transfers', 'post')?.merchantId).toBe('mchid')
    expect(lookup('v2/applyment/micro/signcontract', 'post')?.merchantId).toBe(false)
  })

  it('know the layout of an upload', () => {
    const upload = (path: string): unknown => lookup(path, 'post')?.upload
    expect(upload('v3/merchant/media/upload')).toEqual({ file: 'file', name: 'filename', digest: 'sha256' })
    expect(upload('v3/mch-manage/submission-files/sub-mchid/{sub_mchid}/upload')).toEqual({
      file: 'submission_file',
      name: 'file_name',
      digest: 'file_digest',
    })
    expect(upload('v3/new-tax-control-fapiao/fapiao-applications/upload-fapiao-file')).toEqual({
      file: 'file',
      digest: 'digest',
      algorithm: 'sm3',
      fixed: { digest_alogrithm: 'SM3' },
    })
    expect(upload('v2/secapi/mch/uploadmedia')).toEqual({
      file: 'media',
      digest: 'media_hash',
      algorithm: 'md5',
      flat: true,
    })
  })

  it('know what makes a repeat harmless', () => {
    expect(lookup('v3/refund/domestic/refunds', 'post')?.idempotent).toBe('json.out_refund_no')
    expect(lookup('v3/marketing/partnerships/build', 'post')?.idempotent).toBe('headers.Idempotency-Key')
    expect(lookup('v2/secapi/pay/refund', 'post')?.idempotent).toBe('xml.out_refund_no')
    expect(lookup('v2/pay/orderquery', 'post')).toMatchObject({ safe: true })
    expect(lookup('v3/payscore/serviceorder/{out_order_no}/send-pendingmessage', 'post')?.idempotent).toBe(
      undefined,
    )
  })

  it('know the encrypted fields of requests and answers', () => {
    expect(lookup('v3/profitsharing/orders', 'post')?.encrypts).toEqual(['json.receivers[].name'])
    expect(lookup('v3/realname/verify', 'get')?.encrypts).toEqual([
      'query.encrypted_credential_id',
      'query.encrypted_name',
    ])
    expect(lookup('v3/smartguide/guides', 'get')?.decrypts).toEqual(['data[].name', 'data[].mobile'])
  })
})

describe('a path that the documentation ends with a slash', () => {
  it('is one endpoint with and without it, and has it on the wire', () => {
    const traits = lookup('v3/applyment4sub/applyment', 'post')
    expect(traits).toMatchObject({ wire: 'v3/applyment4sub/applyment/', idempotent: 'json.business_code' })
    for (const spelling of ['v3/applyment4sub/applyment/', 'v3/applyment4sub/applyment/{empty}']) {
      expect(lookup(spelling, 'post')).toEqual(traits)
      expect(knownVerbs(spelling)).toEqual(['post'])
      expect(canonicalPath(spelling)).toBe('v3/applyment4sub/applyment')
    }
    expect(lookup('v3/ecommerce/applyments/', 'post')?.wire).toBe('v3/ecommerce/applyments/')
  })

  it('lends its spelling to no other', () => {
    expect(lookup('v3/certificates/', 'get')).toBeUndefined()
    expect(lookup('v3/ecommerce/applyments/', 'get')).toBeUndefined()
    expect(canonicalPath('v3/certificates/')).toBe('v3/certificates/')
    expect(canonicalPath('constructor')).toBe('constructor')
  })
})

describe('literal segments in templates', () => {
  it('keep the upper-case letters of v2, found by either spelling', () => {
    for (const name of ['addInstitutionsub', 'modifyInstitutionsub', 'queryInstitutionsub']) {
      const traits = lookup(`v2/secapi/mch/${name}`, 'post')
      expect(traits).toMatchObject({ wire: `secapi/mch/${name}`, certificate: true, nonceless: true })
      expect(lookup(`v2/secapi/mch/{${name.toLowerCase()}}`, 'post')).toEqual(traits)
      expect(exactSegments.has(name)).toBe(true)
    }
  })

  it('are known wherever the catalogue has upper-case letters in a path', () => {
    const literals = endpoints.flatMap(({ template }) =>
      template.split('/').filter((s) => !s.startsWith('{')),
    )
    expect(new Set(literals.filter((segment) => /[A-Z]/.test(segment)))).toEqual(new Set(exactSegments))
  })
})

describe('documented paths', () => {
  it('are known with everything on their way, at segment borders', () => {
    expect(isDocumentedPrefix('v3')).toBe(true)
    expect(isDocumentedPrefix('v3/pay/transactions')).toBe(true)
    expect(isDocumentedPrefix('v3/pay/transactions/jsapi')).toBe(true)
    expect(isDocumentedPrefix('v3/pay/trans')).toBe(false)
    expect(isDocumentedPrefix('v3/pay/transactions/id/4200001')).toBe(false)
    expect(isDocumentedPrefix('toString')).toBe(false)
  })

  it('tell their verbs', () => {
    expect(knownVerbs('v3/refunds')).toEqual(['get', 'post'])
    expect(knownVerbs('v3/pay')).toEqual([])
  })

  it('are suggested for a typo, a forgotten segment or an id written out', () => {
    expect(nearestRoute('v3/pay/transaction/jsap', 'post')).toBe('v3/pay/transactions/jsapi')
    expect(nearestRoute('v3/refund/refunds', 'post')).toBe('v3/refund/domestic/refunds')
    expect(nearestRoute('v3/pay/transactions/id/4200001')).toBe('v3/pay/transactions/id/{transaction_id}')
    expect(nearestRoute('v2/pay/unifiedOrder', 'post')).toBe('v2/pay/unifiedorder')
  })

  it('are not suggested when nothing is near', () => {
    expect(nearestRoute('foo/bar')).toBeUndefined()
    expect(nearestRoute('v3/entirely/different/thing')).toBeUndefined()
  })
})
