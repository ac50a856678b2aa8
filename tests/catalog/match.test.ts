import { describe, expect, it } from 'vitest'
import { byEvent } from '../../catalog/notifications.js'
import {
  endpointDocument,
  notificationDocuments,
  requestSchemas,
  responseSchema,
} from '../../lib/catalog/document.js'
import { lookup } from '../../lib/catalog/lookup.js'
import { matchRoutes } from '../../lib/catalog/match.js'
import { repositoryCatalogue } from './loaded.js'

describe('a path on the wire', { timeout: 60_000 }, () => {
  it('is led back to its template and values', () => {
    expect(matchRoutes('get', 'v3/pay/transactions/id/4200001')).toEqual([
      { template: 'v3/pay/transactions/id/{transaction_id}', values: { transaction_id: '4200001' } },
    ])
    expect(matchRoutes('post', 'pay/unifiedorder')).toEqual([{ template: 'v2/pay/unifiedorder', values: {} }])
    expect(matchRoutes('post', 'hk/v3/refunds')).toEqual([{ template: 'v3/refunds', values: {} }])
    expect(matchRoutes('get', 'hk/v3/pay/transactions/id/1')).toEqual([])
    expect(matchRoutes('post', 'v3/applyment4sub/applyment/')).toEqual([
      { template: 'v3/applyment4sub/applyment', values: {} },
    ])
    expect(matchRoutes('post', 'v3/applyment4sub/applyment')).toEqual([])
    expect(matchRoutes('get', 'v3/ecommerce/applyments/')).toEqual([])
    expect(matchRoutes('get', 'v3/certificates/')).toEqual([])
    expect(matchRoutes('get', 'v3/pay/transactions/id/')).toEqual([])
  })

  it('may mean several endpoints', () => {
    const templates = matchRoutes('post', 'v3/apply4subject/applyment/1/cancel').map(
      ({ template }) => template,
    )
    expect(templates).toEqual([
      'v3/apply4subject/applyment/{applyment_id}/cancel',
      'v3/apply4subject/applyment/{business_code}/cancel',
    ])
  })

  it('of any documented endpoint is found again', () => {
    const { endpoints } = repositoryCatalogue
    const lost = endpoints.filter(({ template, verb }) => {
      const wire = (lookup(template, verb)?.wire ?? template).replace(/\{\w+\}/g, 'x')
      return !matchRoutes(verb, wire).some((match) => match.template === template)
    })
    expect(lost.map(({ verb, template }) => `${verb} ${template}`)).toEqual([])
  })
})

describe('the document of an endpoint', { timeout: 60_000 }, () => {
  it('gives JSON Schemas of its request, known values as examples', async () => {
    const document = await endpointDocument(
      'v3/marketing/membercard-open/cards/{card_id}/users/import',
      'post',
    )
    if (!document) throw new Error('not documented')
    const schemas = requestSchemas(document)
    expect(schemas.required).toEqual(['json'])
    expect(schemas.path).toEqual({
      type: 'object',
      required: ['card_id'],
      properties: { card_id: { type: 'string', title: '会员卡ID', maxLength: 32 } },
    })
    expect(schemas.json).toMatchObject({
      required: ['openid', 'out_request_no'],
      properties: { openid: { title: expect.any(String) } },
    })
    expect(responseSchema(document)).toMatchObject({ required: ['code'] })
  })

  it('of v2 has text in it and patterns for running indexes', async () => {
    const document = await endpointDocument('v2/pay/orderquery', 'post')
    if (!document) throw new Error('not documented')
    const answer = responseSchema(document)
    const digits = { type: 'string', wholeNumber: true, pattern: '^-?\\d+$' }
    expect(answer?.properties?.total_fee).toEqual({ ...digits, unit: 'fen', title: '标价金额' })
    expect(answer?.patternProperties).toMatchObject({ '^coupon_fee_\\d+$': { type: 'string' } })
  })

  it('is undefined for what is not documented', async () => {
    expect(await endpointDocument('v3/pay/teapots', 'post')).toBeUndefined()
    expect(await endpointDocument('v3/pay/transactions/jsapi', 'get')).toBeUndefined()
    expect(await endpointDocument('nowhere', 'get')).toBeUndefined()
  })
})

describe('the documents of an event type', { timeout: 60_000 }, () => {
  it('are all the messages that carry it: the payment first, then those of other products by name', async () => {
    const { notifications } = repositoryCatalogue
    for (const [event, messages] of byEvent(notifications)) {
      const documents = await notificationDocuments(event)
      expect(documents.map(({ product }) => product)).toEqual(messages.map(({ product }) => product))
    }
    const [payment, ...others] = await notificationDocuments('TRANSACTION.SUCCESS')
    expect(payment).toMatchObject({ api: 'v3', originalType: ['transaction'] })
    expect(payment).not.toHaveProperty('product')
    const products = others.map(({ product }) => product)
    expect(products).toEqual(expect.arrayContaining(['combined', 'parking', 'profitsharing', 'v2']))
    expect(new Set(products).size).toBe(products.length)
    expect(await notificationDocuments('TEAPOT.BREWED')).toEqual([])
  })

  it('tell how a v2 message is protected', async () => {
    const [refund] = await notificationDocuments('refund-processed')
    expect(refund).toMatchObject({ verify: 'none', cipher: { at: 'req_info', algorithm: 'AES_256_ECB' } })
  })
})
