import type { Endpoint, Notification } from '../../catalog/model.js'

/** Which endpoints bring about which notifications: a beginning of the event type, and the paths. */
const CAUSES: readonly (readonly [event: RegExp, path: RegExp])[] = [
  [
    /^TRANSACTION\.SUCCESS$/,
    /^v3\/(global\/|pay\/(partner\/)?)?(combine-)?transactions(\/|$)|^v3\/(papay|edu-papay|eduschoolpay|vehicle|qrcode|repayment|offlineface|ebike)\b.*transactions/,
  ],
  [/^TRANSACTION\.FAIL$/, /^v3\/vehicle\/transactions/],
  [/^TRANSACTION\.INDUSTRY/, /^v3\/eduschoolpay\//],
  [/^TRANSACTION\.PAY_BACK$/, /^v3\/(qrcode|vehicle)\/transactions/],
  [/^REFUND\./, /^v3\/(global\/)?(ecommerce\/)?refunds?(\/|$)|^v3\/refund\//],
  [/^PROFITSHARING\./, /^v3\/(global\/|ecommerce\/|brand\/)?profit-?sharing\//],
  [/^PAYSCORE\..*SIGN_PLAN$/, /^v3\/payscore\/sign-plan\//],
  [/^PAYSCORE\.(USER_OPEN|USER_CLOSE|USER_ACCEPTED)/, /^v3\/payscore\/.*permissions/],
  [/^PAYSCORE\.BIND_SERVICE_ACCOUNT$/, /service-account-applications/],
  [/^PAYSCORE\.MCH_PREPAY$/, /^v3\/payscore\/acquiringbank\//],
  [/^PAYSCORE\.USER_(CONFIRM|PAID)$/, /^v3\/payscore\/.*(serviceorder|servicepayondeliveryorder)/],
  [/^DISCOUNT_CARD\./, /^v3\/discount-card\//],
  [/^MCHTRANSFER\.BILL/, /mch-transfer\/.*transfer-bills/],
  [/^MCHTRANSFER\.AUTHORIZATION/, /user-confirm-authorization|pre-transfer-with-authorization/],
  [/^MCHTRANSFER\.BATCH/, /^v3\/(partner-)?transfer\/batches|platsolution\/.*mch-transfer\/batches/],
  [/^MCHTRANSFER\.QQ/, /transfer-to-qq-wallet/],
  [/^BUDGET\./, /charity-budget/],
  [/^SETTLEMENT\./, /platsolution\/ecommerce\/settle\//],
  [/^RECHARGE\./, /platsolution\/ecommerce\/recharges/],
  [/^MCHWITHDRAW\./, /fund\/withdraw|day-end-balance-withdraw/],
  [/^ABNORMAL_FUND/, /abnormal-fund-processing/],
  [/^COMPLAINT\./, /merchant-service\/complaint/],
  [/^(VIOLATION)\./, /violation-notifications/],
  [/^RISKTRADE\./, /merchant-risk-manage.*risk|risk-trade/],
  [/^(MANAGERECORD)\./, /manage-?records?|mch-manage/],
  [/^BLOCK/, /block-?(record|submission|order)|intercept/],
  [/^APPLYMENT_STATE/, /h5\/permission/],
  [/^FAPIAO\./, /new-tax-control-fapiao/],
  [/^WEBIZPAY\./, /webizpay|enterprise|biz-?pay/],
  [/^MEMBERCARD\./, /membercard-open/],
  [/^BRAND_MEMBER_CARD\./, /^brand\/card-member\//],
  [/^BRAND_MEMBER_CARD_SP\./, /^v3\/brand\/partner\/card-member\//],
  [/^PRODUCT_COUPON\./, /^brand\/marketing\/product-coupon\//],
  [/^PRODUCT_COUPON_SP\./, /^v3\/marketing\/partner\/product-coupon\//],
  [/^DELIVERY_PLAN\./, /delivery-plan/],
  [/^COUPON\.USE$/, /^v3\/marketing\/favor\//],
  [/^COUPON\.SEND$/, /^v3\/marketing\/busifavor\//],
  [/^MALL_/, /^v3\/businesscircle\//],
  [/^CREDIT_REPAYMENT\./, /^v3\/credit-repayment\//],
  [/^ECOMMERCE_ENTRUST\./, /combine-papay/],
  [/^INSURANCE_ENTRUST\./, /papay\/insurance/],
  [/^ENTRUST\.SIGNING$|^ENTRUST\.RELEASE$/, /^v3\/edu-papay\//],
  [/^ENTRUST\./, /^v3\/papay\/(sign|scheduled-deduct-sign|pay)\//],
  [/^PAPAY\./, /^v3\/global\/papay\//],
  [/^FACEPAY\./, /offlineface/],
  [/^EDU_SCHOOL_PAY\./, /^v3\/eduschoolpay\//],
  [/^INSURANCE_POLICY/, /insurance-?policy|policies/],
  [/^HIRE_POWER_BANK\./, /^v3\/hire-power-bank\//],
  [/^PARKING_FEE\./, /parking-?fee|^v3\/parking/],
  [/^VEHICLE\.ENTRANCE/, /^v3\/vehicle\/parking/],
  [/^VEHICLE\.USER/, /etc/],
  [/^MEDICAL_INSURANCE\./, /^v3\/med-ins\//],
  [/^SECURITY_ECHO\./, /^v3\/security\/echo/],
  [/^(CHECK|TRANSACTION)\./, /^v2\/(deposit|wxv)\//],
  [/^transaction-success$/, /^v2\/(sandboxnew\/)?pay\/(unifiedorder|contractorder|(partner\/)?pappayapply)$/],
  [/^combined-transactions-success$/, /^v2\/pay\/combinedorder$/],
  [/^pap-contract-state-changed$/, /^v2\/papay\//],
  [/^refund-processed$/, /^v2\/(secapi|sandboxnew)\/pay\/refund|^v2\/deposit\/refund/],
  [/^transactions-risk-occurred$/, /^v2\/mchrisk\//],
  [/^vehicle-state-changed-for-parking$/, /^v2\/vehicle\//],
]

/** Whether an endpoint may bring a notification about. */
export function isCause({ template }: Endpoint, { eventType, api }: Notification): boolean {
  if (template.startsWith('v2/') !== (api === 'v2')) return false
  return CAUSES.some(([event, path]) => event.test(eventType) && path.test(template))
}

/** The other endpoints that a reader of one's page looks for: of its product first, those near its path before others. */
export function relatedEndpoints(endpoint: Endpoint, all: readonly Endpoint[], limit = 8): Endpoint[] {
  const own = endpoint.template.split('/')
  const near = ({ template }: Endpoint): number => {
    const segments = template.split('/')
    const at = segments.findIndex((segment, index) => segment !== own[index])
    return at < 0 ? segments.length : at
  }
  const sameProduct = (other: Endpoint): boolean =>
    other.products?.some((product) => endpoint.products?.includes(product)) ?? false
  const score = (other: Endpoint): number => near(other) + (sameProduct(other) ? 1.5 : 0)
  return all
    .filter((other) => other !== endpoint && other.family === endpoint.family && score(other) >= 2)
    .map((other) => ({ other, score: score(other) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ other }) => other)
}

/** By the path of an endpoint that a newer one replaces, the path of that one, with the verb where it is another. */
const REPLACED: Readonly<Record<string, string>> = {
  'get v3/merchant-service/complaints': 'get v3/merchant-service/complaints-v2',
  'get v3/merchant-service/complaints/{transaction_id}':
    'get v3/merchant-service/complaints-v2/{complaint_id}',
  'get v3/merchant-service/complaints/{transaction_id}/negotiation-historys':
    'get v3/merchant-service/complaints-v2/{complaint_id}/negotiation-historys',
  'post v3/merchant-service/feedbacks': 'post v3/merchant-service/complaints-v2/{complaint_id}/response',
  'get v3/discount-card/orders/out-trade-no/{out_trade_no}': 'get v3/discount-card/cards/{out_card_code}',
  'put v3/merchants': 'patch v3/global/merchants/{sub_mchid}',
  'post v3/transactions/micropay': 'post v3/global/micropay/transactions/pay',
  'post v3/transactions/id/{transaction_id}/reverse':
    'post v3/global/micropay/transactions/id/{transaction_id}/reverse',
  'post v3/transactions/out-trade-no/{out_trade_no}/reverse':
    'post v3/global/micropay/transactions/out-trade-no/{out_trade_no}/reverse',
  'post v2/mmpaymkttransfers/query_coupon_stock': 'get v3/marketing/favor/stocks/{stock_id}',
  'post v2/mmpaymkttransfers/querycouponsinfo': 'get v3/marketing/favor/users/{openid}/coupons/{coupon_id}',
  'post v2/mmpaymkttransfers/send_coupon': 'post v3/marketing/favor/users/{openid}/coupons',
  'post v2/applyment/micro/submit': 'post v3/applyment4sub/applyment',
  'post v2/applyment/micro/getstate': 'get v3/applyment4sub/applyment/applyment_id/{applyment_id}',
}

/** The endpoint that takes the place of one that is deprecated; `undefined` where none is known. */
export function replacementOf(
  { verb, template, flags = [] }: Endpoint,
  all: readonly Endpoint[],
): Endpoint | undefined {
  const abroad = `${verb} ${template.replace(/^v3\//, 'v3/global/')}`
  const key = REPLACED[`${verb} ${template}`] ?? (flags.includes('redesigned') ? abroad : undefined)
  return all.find((one) => `${one.verb} ${one.template}` === key)
}
