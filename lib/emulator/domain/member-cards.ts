import { beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import type { ApiRequest, HandlerRouter } from '../routing/handler.js'
import { Refusal } from '../routing/refusal.js'
import type { MemberCard } from '../state/records.js'
import { fingerprintOf } from './fingerprint.js'
import { usedBefore } from './used-before.js'

interface ImportRequest {
  readonly openid: string
  readonly code?: string
  readonly out_request_no: string
}

const BASE = 'v3/marketing/membercard-open'
const CARDS = `${BASE}/cards`
/** The setting with the URL that is notified of new cards. */
const CALLBACK = 'member card url'

const keyOf = (...parts: readonly unknown[]): string => JSON.stringify(parts)

/** An import that was carried out. */
export interface Member {
  readonly card_id: string
  readonly code: string
  readonly openid: string
  readonly out_request_no: string
}

/** The imports that were carried out, oldest first. */
export function importedMembers({ state }: Context): Member[] {
  return [...state.imports.entries()].map(([key, { request, code }]) => {
    const [card_id = '', out_request_no = ''] = JSON.parse(key) as string[]
    const [openid = ''] = JSON.parse(request) as string[]
    return { card_id, code, openid, out_request_no }
  })
}

/** Member cards: templates, the import of users by openid, and the cards that users have. */
export function addMemberCards(router: HandlerRouter, context: Context): void {
  addImports(router, context)
  addTemplates(router, context)
  addCallback(router, context)
  addUserCards(router, context)
}

function addImports(router: HandlerRouter, { state, ids, now, announce }: Context): void {
  router.add('POST', `${CARDS}/{card_id}/users/import`, ({ params: { card_id = '' }, json }) => {
    const { openid, code, out_request_no } = json as ImportRequest
    const key = keyOf(card_id, out_request_no)
    const request = keyOf(openid, code ?? null)
    const earlier = state.imports.get(key)
    if (earlier && earlier.request !== request) throw usedBefore('out_request_no', out_request_no)
    if (earlier) return { status: 200, body: { code: earlier.code } }
    const imported = code ?? ids.digits(12)
    state.imports.set(key, { request, code: imported })
    const card: MemberCard = { cardId: card_id, code: imported, openid, status: 'EFFECTIVE' }
    state.memberCards.set(keyOf(card_id, imported), card)
    announce('MEMBERCARD.ACCEPT_CARD', state.settings.get(CALLBACK), {
      ...{ event_type: 'NEW_ACTIVATE', card_id, code: imported, openid },
      event_time: beijingTime(now()),
    })
    return { status: 200, body: { code: imported } }
  })
}

function addTemplates(router: HandlerRouter, { state, ids, now }: Context): void {
  router.add('POST', CARDS, ({ plain }) => {
    const request = plain as { readonly out_request_no: string; readonly total_quantity?: number }
    const { out_request_no, total_quantity: remain_quantity } = request
    const fingerprint = fingerprintOf(request)
    const earlier = state.cards.get(out_request_no)
    if (earlier && earlier.fingerprint !== fingerprint) throw usedBefore('out_request_no', out_request_no)
    if (earlier) return { status: 200, body: earlier.answer }
    const time = beijingTime(now())
    const body = {
      ...request,
      ...{ card_id: `p${ids.text(27)}`, create_time: time, update_time: time, status: 'APPROVED' },
      ...(remain_quantity !== undefined && { remain_quantity }),
    }
    state.cards.set(out_request_no, { fingerprint, answer: body })
    return { status: 200, body }
  })
}

function addCallback(router: HandlerRouter, { state }: Context): void {
  router.add('PATCH', `${BASE}/callback`, ({ json }) => {
    const { notify_url } = json as { readonly notify_url: string }
    state.settings.set(CALLBACK, notify_url)
    return { status: 200, body: { notify_url } }
  })
  router.add('GET', `${BASE}/callback`, () => {
    return { status: 200, body: { notify_url: state.settings.get(CALLBACK) ?? '' } }
  })
}

function addUserCards(router: HandlerRouter, { state }: Context): void {
  function find({ card_id, code }: ApiRequest['params']): MemberCard {
    const found = state.memberCards.get(keyOf(card_id, code))
    if (!found) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '用户会员卡不存在')
    return found
  }
  router.add('GET', `${CARDS}/{card_id}/codes/{code}`, ({ params }) => {
    const { cardId: card_id, code, openid, status: user_card_status } = find(params)
    return { status: 200, body: { card_id, code, openid, membership_number: code, user_card_status } }
  })
  router.add('POST', `${CARDS}/{card_id}/codes/{code}/unavailable`, ({ params }) => {
    const card = find(params)
    card.status = 'UNAVAILABLE'
    state.memberCards.set(keyOf(card.cardId, card.code), card)
    return { status: 204 }
  })
  router.add('GET', `${BASE}/user/cards`, ({ query }) => {
    const [offset, limit] = [Number(query.get('offset')), Number(query.get('limit'))]
    const all = [...state.memberCards.values()].filter(({ openid }) => openid === query.get('openid'))
    // It is documented as the number of a page.
    const data = all
      .slice(offset * limit, (offset + 1) * limit)
      .map(({ cardId, code }) => ({ card_id: cardId, code }))
    return { status: 200, body: { data, total_count: all.length, offset, limit } }
  })
}
