/** What the pages had wrong, of each kind of correction a few, so that none of them comes back. */
import { describe, expect, it } from 'vitest'
import { eitherOf, type Fields, isEnum, isFields, isList, type Shape } from '../../lib/catalog/schema.js'
import { factAt, typeName } from './fields.js'
import { repositoryCatalogue } from './loaded.js'

const catalogue = repositoryCatalogue
const optional = (id: string, at: string): boolean | undefined => factAt(catalogue, id, at)?.optional
const typeAt = (id: string, at: string): string | undefined => {
  const fact = factAt(catalogue, id, at)
  return fact && typeName(fact.shape)
}

/** The documented values of a field, or of the items of a list. */
function valuesAt(id: string, at: string): readonly (string | number)[] {
  const shape: Shape | undefined = factAt(catalogue, id, at)?.shape
  const item = shape !== undefined && isList(shape) ? shape[0] : shape
  return item !== undefined && isEnum(item) ? item.$enum : []
}

describe('the catalogue', () => {
  it.each([
    ...['app', 'h5', 'jsapi', 'native'].map((kind) => [
      `POST v3/combine-transactions/${kind}`,
      'json.sub_orders[].sub_mchid',
    ]),
    ['POST v3/combine-transactions/h5', 'json.scene_info.h5_info'],
    ['POST v3/pay/transactions/native', 'json.scene_info.store_info.name'],
    ['POST v3/applyment4sub/applyment', 'json.subject_info.certificate_info'],
    ['GET v3/global/refunds/id/{refund_id}', 'query.mchid'],
    ['GET v3/global/refunds/id/{refund_id}', 'query'],
    ['POST v2/pay/partner/paporderquery', 'xml.out_trade_no'],
    ['NOTIFY REFUND.SUCCESS', 'resource.user_received_account'],
    ['NOTIFY TRANSACTION.FAIL', 'resource.trade_state_desc'],
  ])('does not ask for what may be missing: %s %s', (id, at) => {
    expect(optional(id, at)).toBe(true)
  })

  it.each(
    ['app', 'h5', 'jsapi', 'native'].flatMap((kind) => [
      [`POST v3/pay/transactions/${kind}`, 'json.scene_info.store_info.id'],
      [`POST v3/pay/partner/transactions/${kind}`, 'json.scene_info.store_info.id'],
    ]),
  )('asks for what is needed: %s %s', (id, at) => {
    expect(optional(id, at)).toBe(false)
  })

  it.each([
    ['GET v3/apply4subject/applyment', 'query.applyment_id', 'integer'],
    ['GET v3/marketing/favor/stocks/{stock_id}/items', 'query.limit', 'integer'],
    ['POST v3/ecommerce/applyments', 'json.settlement_info.settlement_id', 'integer'],
    ['POST v3/ecommerce/applyments', 'json.business_addition_desc', 'string'],
    ['POST v3/global/transactions/jsapi', 'json.detail', 'object'],
    [
      'POST v3/mch-manage/mch-manage-records/{manage_record_id}/mch-manage-submissions',
      'json.submit_data{}.record_fields[].item_id',
      'integer',
    ],
    ['NOTIFY TRANSACTION.SUCCESS', 'resource.amount.total', 'integer'],
  ])('has a type as it is sent: %s %s is %s', (id, at, type) => {
    expect(typeAt(id, at)).toBe(type)
  })

  it.each([
    ['GET v3/apply4sub/sub_merchants/{sub_mchid}/settlement', 'query.account_number_rule'],
    ['POST v3/brand/partner/card-member/cards', 'response.modify_time'],
    ['POST v3/payscore/serviceorder/{out_order_no}/complete', 'json.location.start_location'],
    ['POST v2/pay/downloadbill', 'xml.sub_appid'],
    ['NOTIFY REFUND.ABNORMAL', 'resource.amount.from[].amount'],
    ['NOTIFY PAYSCORE.USER_PAID', 'resource.risk_fund.name'],
    ['NOTIFY transaction-success', 'body.sign_type'],
  ])('has what the page left out: %s %s', (id, at) => {
    expect(typeAt(id, at)).toBeDefined()
  })

  it.each([
    [
      'POST v3/apply4subject/applyment',
      'json.subject_info',
      'business_license_info',
      'business_licence_info',
    ],
    ['POST v3/brand/partner/card-member/user-feeds', 'json', 'cell_message', 'cell'],
    ['POST v3/ecommerce/applyments', 'json.contact_info', 'contact_period_end', 'contact_id_doc_period_end'],
    ['POST v3/med-ins/refunds/notify', 'json', 'med_refund__gov_fee', 'med_refund_gov_fee'],
    ['PATCH v3/brand/partner/card-member/cards/{card_id}', 'response', 'update_time', 'modify_time'],
    ['NOTIFY TRANSACTION.FAIL', 'resource.device_information', 'payer_total', 'device_ip'],
    ['NOTIFY ENTRUST.SIGNING', 'resource.device_information', 'payer_total', 'device_ip'],
  ])('calls a field what the API calls it: %s %s.%s is %s', (id, at, wrong, right) => {
    expect(typeAt(id, `${at}.${wrong}`)).toBeUndefined()
    expect(typeAt(id, `${at}.${right}`)).toBeDefined()
  })

  it.each([
    ['POST v3/apply4subject/applyment', 'query.channel_id', 'json.channel_id'],
    ['NOTIFY TRANSACTION.SUCCESS', 'resource.scene_info.installment_info', 'resource.installment_info'],
  ])('has a field where it is sent: %s %s is at %s', (id, wrong, right) => {
    expect(typeAt(id, wrong)).toBeUndefined()
    expect(typeAt(id, right)).toBeDefined()
  })

  it.each([
    ['GET v3/bill/sub-merchant-fundflowbill', 'response.download_bill_list[].encrypt_key'],
    ['GET v3/ecommerce/bill/fundflowbill', 'response.download_bill_list[].encrypt_key'],
    ['POST v3/ecommerce/applyments', 'json.id_card_info.id_card_address'],
  ])('knows what is encrypted: %s %s', (id, at) => {
    expect(typeAt(id, at)).toBe('encrypted')
  })

  it('knows what is not encrypted, such as the kind of a document', () => {
    const at = 'json.identity.credential_type'
    expect(typeAt('POST v3/eduschoolpay/contracts/presign', at)).not.toBe('encrypted')
    expect(typeAt('POST v3/eduschoolpay/contracts/presign', at)).toBeDefined()
  })

  it.each([
    ['POST v3/refund/domestic/refunds', 'response.funds_account', 'ECNY_BASIC'],
    ['GET v3/profitsharing/orders/{out_order_no}', 'response.receivers[].result', 'CLOSED'],
    ['POST v3/payroll-card/authentications/pre-order', 'json.authenticate_type', 'NORMAL'],
    [
      'GET v3/marketing/paygiftactivity/activities',
      'response.data[].advanced_setting.payment_mode.payment_scene_list',
      'FACE_PAY_SCENE',
    ],
    ['NOTIFY TRANSACTION.SUCCESS', 'resource.trade_state', 'USERPAYING'],
  ])('knows the value: %s %s may be %s', (id, at, value) => {
    expect(valuesAt(id, at)).toContain(value)
  })

  it.each([
    ['POST v3/pay/partner/transactions/jsapi', 'json.payer', [['sp_openid'], ['sub_openid']]],
    ['POST v3/ecommerce/refunds/apply', 'json', [['transaction_id'], ['out_trade_no']]],
    ['GET v3/refunds', 'query', [['mchid'], ['sp_mchid', 'sub_mchid']]],
    ['POST v2/secapi/pay/refund', 'xml', [['transaction_id'], ['out_trade_no']]],
    [
      'POST v3/applyment4sub/applyment',
      'json.subject_info',
      [['business_license_info'], ['certificate_info'], ['micro_biz_info']],
    ],
    ['NOTIFY REFUND.SUCCESS', 'resource', [['mchid'], ['sp_mchid', 'sub_mchid']]],
  ])('knows which fields stand in for each other: %s %s', (id, at, groups) => {
    const shape = factAt(catalogue, id, at)?.shape ?? {}
    expect(isFields(shape)).toBe(true)
    expect(eitherOf(shape as Fields)).toEqual(groups)
    for (const name of groups.flat()) expect(optional(id, `${at}.${name}`)).toBe(true)
  })
})
