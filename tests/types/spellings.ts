/** Every spelling of one endpoint leads to the same typed call. */
/* oxlint-disable no-floating-promises, no-unused-expressions -- compiled, never run */
import type { AxiosResponse } from 'axios'
import type { RequestOf, ResponseOf } from '../../types/index.js'
import { holds, type IsAny, type Same, takes, wxpay } from './expect.js'

const request = {
  card_id: 'pbLatjvWOibDc5',
  json: { openid: 'o4GgauInH_RCEdvrrNGrntXDuXXX', out_request_no: '1' },
}
const property = wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import
const chained = wxpay.chain('v3/marketing/membercard-open/cards/{card_id}/users/import')
const bracket = wxpay['v3/marketing/membercard-open/cards/{card_id}/users/import']
const kebab = wxpay.v3.marketing['membercard-open'].cards['{card_id}'].users.import
const dollar = wxpay.v3.marketing.membercardOpen.cards.$card_id$.users.import
const mixed = wxpay['v3/marketing/membercard-open'].cards.chain('{card_id}/users').import
const halves = wxpay['v3/marketing'].chain('membercard-open/cards').chain('{card_id}/users/import')
const stepwise = wxpay.chain('v3').chain('marketing').chain('membercard-open').cards._card_id_.users.import

holds<Same<typeof property, typeof chained>>()
holds<Same<typeof property, typeof bracket>>()
holds<Same<typeof property, typeof kebab>>()
holds<Same<typeof property, typeof dollar>>()
holds<Same<typeof property, typeof mixed>>()
holds<Same<typeof property, typeof halves>>()
holds<Same<typeof property, typeof stepwise>>()

type Answer = ResponseOf<'v3/marketing/membercard-open/cards/{card_id}/users/import', 'post'>
const answer = await property.post(request)

holds<Same<IsAny<typeof property>, false>>()
holds<Same<IsAny<typeof answer.data>, false>>()
holds<Same<typeof answer, AxiosResponse<Answer>>>()

takes<Promise<AxiosResponse<Answer>>[]>([
  property.post(request),
  property.postAsync(request),
  property(request),
  chained.post(request),
  chained.postAsync(request),
  chained(request),
  bracket.post(request),
  bracket.postAsync(request),
  bracket(request),
  mixed.post({ ...request, headers: { 'Idempotency-Key': '1' }, timeout: 5_000, retry: false }),
])

// A path that the documentation ends with a slash, with and without it.
const slashless = wxpay.v3.applyment4sub.applyment
const slashed = wxpay['v3/applyment4sub/applyment/']
const chainedSlashless = wxpay.chain('v3/applyment4sub/applyment')
const chainedSlashed = wxpay.chain('v3/applyment4sub/applyment/')
const applyment = await slashed.post(null as unknown as RequestOf<'v3/applyment4sub/applyment', 'post'>)

holds<Same<typeof slashless, typeof slashed>>()
holds<Same<typeof slashless, typeof chainedSlashless>>()
holds<Same<typeof slashless, typeof chainedSlashed>>()
holds<Same<typeof applyment.data, ResponseOf<'v3/applyment4sub/applyment', 'post'>>>()
holds<Same<IsAny<typeof applyment.data>, false>>()
// Other paths lie below it.
slashless.business_code._business_code_.get
slashed.applyment_id._applyment_id_.get
// @ts-expect-error no placeholder stands for the slash
slashed.post({ ...(null as unknown as RequestOf<'v3/applyment4sub/applyment', 'post'>), empty: '' })
// @ts-expect-error other paths have no slash
wxpay['v3/certificates/']
// A brand's paths have no version in them.
const card = wxpay.brand.cardMember.cards._card_id_
holds<Same<typeof card, (typeof wxpay.brand)['card-member']['cards']['{card_id}']>>()
const chainedCard = wxpay.chain('brand/card-member/cards/{card_id}')
const bracketCard = wxpay['brand/card-member/cards/{card_id}']
const mixedCard = wxpay.brand.chain('card-member/cards').chain('{card_id}')
const stepwiseCard = wxpay.chain('brand').cardMember.chain('cards').$card_id$
holds<Same<typeof card, typeof chainedCard>>()
holds<Same<typeof card, typeof bracketCard>>()
holds<Same<typeof card, typeof mixedCard>>()
holds<Same<typeof card, typeof stepwiseCard>>()
type Card = ResponseOf<'brand/card-member/cards/{card_id}', 'get'>
takes<Promise<AxiosResponse<Card>>[]>([
  card.get({ card_id: '1' }),
  chainedCard.getAsync({ card_id: '1', decrypt: true }),
  wxpay.brand.cardMember.cards['{card_id}'].patch({ card_id: '1', json: {} }),
])
takes<string>(card.url({ card_id: '1' }))
wxpay.brand.marketing.productCoupon.users._openid_.coupons._coupon_code_.use.post
wxpay.brand.store.brandstores._store_id_.delete({ store_id: '1' })
// @ts-expect-error the placeholder is missing
card.get({})
// @ts-expect-error a typo
wxpay.brand.cardMembers
const member = { card_id: '1', openid: '1', user_card_code: '1', pickup_time: '1', phone_number: '1' }
// @ts-expect-error an encrypted field takes no bare string
wxpay.brand.cardMember.userCards.importByOpenid.post({ json: member })

// v2, with the three segments that have upper-case letters.
wxpay.v2.secapi.mch.addInstitutionsub.post
wxpay['v2/secapi/mch'].modifyInstitutionsub.post
wxpay.chain('v2/secapi/mch/queryInstitutionsub').post
// A prefix of the host is a segment like any other.
wxpay.hk.v3.certificates.get()
wxpay['hk/v3'].certificates.getAsync()
// A name with `_` stays.
wxpay.v3.merchant.media.video_upload.post

// @ts-expect-error a typo in a property
wxpay.v3.marketing.membercardOpn
// @ts-expect-error a typo in a bracket string
wxpay['v3/marketing/membercard-opn']
// @ts-expect-error a typo in a bracket string on the way
wxpay.v3.marketing['membercard-opn']
// @ts-expect-error several segments in brackets are for the client itself
wxpay.v3['marketing/membercard-open']
// @ts-expect-error nor further down
wxpay.v3.marketing.membercardOpen.cards['{card_id}/users']
// @ts-expect-error a segment is offered in camelCase and as it is, not in PascalCase
wxpay.v3.marketing.MembercardOpen
// @ts-expect-error no such version
wxpay.v4
// @ts-expect-error `_` is not turned into `-`
wxpay.v3.merchant.media.videoUpload
// @ts-expect-error a folder on the way is no endpoint
wxpay.v3.marketing.membercardOpen()
// @ts-expect-error a folder on the way has no verbs
wxpay.v3.marketing.membercardOpen.post
// @ts-expect-error a verb that is not documented
property.get
// @ts-expect-error nor is its twin
property.getAsync
// @ts-expect-error a node without POST is not called
wxpay.v3.pay.transactions.id._transaction_id_({ transaction_id: '1', query: { mchid: '1' } })
